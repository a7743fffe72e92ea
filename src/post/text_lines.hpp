// Wraps text to a width in display columns. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidings::post {

/// Lines without line ends, none wider than `width` unless a single word is; 0: no limit. Breaks at blanks
/// and between characters of scripts without them, and always at "\n"; U+00A0 never breaks and becomes a
/// blank.
[[nodiscard]] std::vector<std::string> wrap_lines(std::string_view text, int width);

}  // namespace tidings::post
