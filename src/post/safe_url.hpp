// Which addresses may stand in a mail: http, https, mailto and tel for links; http, https and data:image for
// pictures. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidings::post {

/// Absolute where `base_url` allows it; nothing for any other scheme, however it is disguised (blanks,
/// controls, case). Idempotent. The result has no character that HTML or a mail program could misread.
[[nodiscard]] std::optional<std::string> safe_link(std::string_view url, std::string_view base_url);

/// As safe_link, without mailto and tel, but with base64 data: of png, gif, jpeg and webp.
[[nodiscard]] std::optional<std::string> safe_image(std::string_view url, std::string_view base_url);

}  // namespace tidings::post
