// Which picture an <img> really shows, and which ones only count readers. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "post/html_tree.hpp"

namespace tidings::post {

/// A whole number of pixels from an attribute ("300", "300px"); nothing for a percentage or anything else.
[[nodiscard]] std::optional<int> pixels(const std::string* value);

/// The address of the picture: src, unless a lazy-loading script would replace it (data-src, srcset). Nothing
/// if mail cannot show it.
[[nodiscard]] std::optional<std::string> image_address(const Node& image, std::string_view base_url,
                                                       int max_width);

/// Whether a lazy-loading script would replace src.
[[nodiscard]] bool is_lazy(const Node& image);

/// Whether the picture only counts readers: one pixel, or at a known counter's address.
[[nodiscard]] bool is_tracking_pixel(const Node& image, std::string_view address);

}  // namespace tidings::post
