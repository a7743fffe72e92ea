// Which addresses are allowed in mail: http, https, mailto and tel for links; http, https and data:image for
// pictures. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidings::post {

/// Absolute if `base_url` allows it; nothing for any other scheme, however disguised (blanks, controls,
/// case). Idempotent. The result has no character that HTML or a mail program could misread.
[[nodiscard]] std::optional<std::string> safe_link(std::string_view url, std::string_view base_url);

/// Like safe_link, without mailto and tel, but with base64 data: of png, gif, jpeg and webp.
[[nodiscard]] std::optional<std::string> safe_image(std::string_view url, std::string_view base_url);

}  // namespace tidings::post
