// Pictures sent with a mail (RFC 2387, RFC 2392): parts of multipart/related that its HTML refers to by
// "cid:". Pure.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "message/message.hpp"

namespace tidings::message {

/// Copies share the octets.
struct InlineImage {
  std::string content_id = {};                   ///< without angle brackets
  std::shared_ptr<const SharedLines> part = {};  ///< its fields and base64 lines, without boundary
};

/// "image/jpeg", "image/png", "image/gif" or "image/webp", by the first octets; empty for everything else,
/// including SVG, which can carry scripts.
[[nodiscard]] std::string_view image_type(std::string_view bytes);

/// `content_id` is local@domain in ASCII. Errc::bad_data if it is not, or if the bytes are not such an image.
[[nodiscard]] Result<InlineImage> make_inline_image(std::string content_id, std::string_view bytes);

}  // namespace tidings::message
