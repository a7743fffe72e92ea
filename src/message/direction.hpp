// Which language a post is in, and which way it runs: what its source says, unless its letters say otherwise.
// Pure.
#pragma once

#include <string>
#include <string_view>

namespace tidings::message {

/// "rtl" or "ltr" by the language of a BCP 47 tag.
[[nodiscard]] std::string_view direction_of(std::string_view language);

/// The language of `text`: `declared` (may be empty) if most letters are of a script it is written in, else
/// what the script stands for ("ar", "he", "ja", "ko", "zh", "ru", "el"); empty if neither tells.
[[nodiscard]] std::string language_of(std::string_view declared, std::string_view text);

}  // namespace tidings::message
