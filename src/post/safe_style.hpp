// The style properties allowed in mail: colours, alignment, weight, borders, space; never an address, a
// position or a function that fetches. Pure.
#pragma once

#include <string>
#include <string_view>

namespace tidings::post {

/// "color:#333;text-align:center" from any style attribute; empty if nothing remains. Idempotent. Drops
/// lengths over `max_width` pixels.
[[nodiscard]] std::string safe_style(std::string_view style, int max_width);

/// Whether the style hides its element.
[[nodiscard]] bool is_hiding(std::string_view style);

}  // namespace tidings::post
