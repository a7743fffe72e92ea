// The style properties that a mail may carry: colours, alignment, weight, borders, space; never an address, a
// position or a function that fetches. Pure.
#pragma once

#include <string>
#include <string_view>

namespace tidings::post {

/// "color:#333;text-align:center" from any style attribute; empty if nothing is left. Idempotent. Lengths
/// over `max_width` pixels are dropped.
[[nodiscard]] std::string safe_style(std::string_view style, int max_width);

/// True if the style hides its element.
[[nodiscard]] bool is_hiding(std::string_view style);

}  // namespace tidings::post
