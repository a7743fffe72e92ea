// How large a picture is, by its first octets: PNG, JPEG, GIF and WebP. Pure; for untrusted bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "post/excerpt.hpp"

namespace tidings::post {

/// Nearly every picture says its size within these; a JPEG with a large thumbnail may need more.
inline constexpr std::size_t picture_header_bytes = 128 << 10;

/// Width and height as they are shown: a JPEG that its camera has turned (Exif 2.3, Orientation 5 to 8) is
/// turned. Nothing if the bytes are no such picture, end before its size, or say 0 or more than 100,000.
[[nodiscard]] std::optional<PictureSize> size_of_picture(std::string_view bytes);

}  // namespace tidings::post
