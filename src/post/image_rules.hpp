// Which picture an <img> really shows, and which ones only count readers. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "post/html_tree.hpp"

namespace tidings::post {

/// A whole number of pixels from an attribute ("300", "300px"); none for a percentage or anything else.
[[nodiscard]] std::optional<int> pixels(const std::string* value);

/// The address of the picture: src, unless a lazy-loading script would put another in its place (data-src,
/// srcset). Nothing if there is none that a mail can show.
[[nodiscard]] std::optional<std::string> image_address(const Node& image, std::string_view base_url,
                                                       int max_width);

/// True if a lazy-loading script is to replace what src says.
[[nodiscard]] bool is_lazy(const Node& image);

/// True for pictures that are there to be counted, not seen: one pixel, or at the known addresses of
/// counters.
[[nodiscard]] bool is_tracking_pixel(const Node& image, std::string_view address);

}  // namespace tidings::post
