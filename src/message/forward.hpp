// A mail that carries another: what a person wrote to us, forwarded to the editor. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "message/build.hpp"
#include "message/message.hpp"

namespace tidings::message {

/// multipart/mixed of `mail.text` and all of `original`: as message/rfc822 if it is sound 7-bit lines, else
/// as a base64 file (RFC 2046 section 5.2.1 allows no encoding for the former). X-Tidings-Forwarded has
/// `mark`. Ignores `mail.html`.
[[nodiscard]] Result<Message> build_forward(const PlainMail& mail, std::string_view original,
                                            std::string_view mark, UtcTime date);

}  // namespace tidings::message
