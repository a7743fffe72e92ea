// The order of a digest's header fields and parts: what compile.cpp and build.cpp must agree on. Internal to
// the room.
//
//   fixed.head   From, Reply-To
//                To, Subject, Date, Message-ID, List-Unsubscribe, List-Unsubscribe-Post        (personal)
//   fixed.tail   MIME-Version, Content-Language, list fields
//   frame.fields Content-Type, Content-Transfer-Encoding of a single part
//                empty line
//   parts        text, html, images
//
// DKIM-Signature fields go before all of it.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "message/compile.hpp"
#include "message/message.hpp"

namespace tidings::message {

/// The constant text around the encoded parts of a message.
struct PartFrame {
  std::string fields;
  std::string before_text;
  std::string before_html;   ///< this and the others below are empty without an HTML part
  std::string before_image;  ///< each, if there are images: multipart/alternative (text, multipart/related
                             ///< (html, images))
  std::string end;
};
[[nodiscard]] PartFrame part_frame(std::string_view key, bool has_html, bool has_images);

/// The part of the header that is the same for a whole edition.
struct FixedFields {
  std::string head;
  std::string tail;
  std::string message_domain;
};
/// Errc::bad_data if HeaderOptions holds something invalid.
[[nodiscard]] Result<FixedFields> fixed_fields(const HeaderOptions& options);

/// To ... List-Unsubscribe-Post. `subject_field` is the finished field.
void append_personal_fields(std::string& out, const Reader& reader, std::string_view subject_field,
                            UtcTime date, const HeaderOptions& options, std::string_view message_domain);

}  // namespace tidings::message
