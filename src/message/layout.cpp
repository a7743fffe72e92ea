#include "message/layout.hpp"

#include <fmt/format.h>

#include "message/header.hpp"
#include "message/list_headers.hpp"
#include "message/mime.hpp"

namespace tidings::message {

PartFrame part_frame(std::string_view key, bool has_html, bool has_images) {
  static constexpr std::string_view encoding = "Content-Transfer-Encoding: quoted-printable\r\n";
  if (!has_html) {
    return {.fields = fmt::format("Content-Type: text/plain; charset=utf-8\r\n{}", encoding),
            .before_text = {},
            .before_html = {},
            .before_image = {},
            .end = {}};
  }
  const auto boundary = boundary_for(key);
  PartFrame out{
      .fields = fmt::format("Content-Type: multipart/alternative; boundary=\"{}\"\r\n", boundary),
      .before_text =
          fmt::format("--{}\r\nContent-Type: text/plain; charset=utf-8\r\n{}\r\n", boundary, encoding),
      .before_html =
          fmt::format("--{}\r\nContent-Type: text/html; charset=utf-8\r\n{}\r\n", boundary, encoding),
      .before_image = {},
      .end = fmt::format("--{}--\r\n", boundary),
  };
  if (!has_images) return out;
  // RFC 2387 section 3.1: `type` is the first part's; the HTML is the root because it comes first.
  const auto inner = boundary_for(fmt::format("images {}", key));
  out.before_image = fmt::format("--{}\r\n", inner);
  out.before_html = fmt::format(
      "--{}\r\nContent-Type: multipart/related; type=\"text/html\";\r\n boundary=\"{}\"\r\n\r\n{}"
      "Content-Type: text/html; charset=utf-8\r\n{}\r\n",
      boundary, inner, out.before_image, encoding);
  out.end = fmt::format("--{}--\r\n{}", inner, out.end);
  return out;
}

Result<FixedFields> fixed_fields(const HeaderOptions& options) {
  FixedFields out;
  TIDINGS_TRY(check_field("the sender's name", options.from.name));
  append_mailbox(out.head, "From", options.from.name, options.from.address.text());
  if (options.reply_to) {
    TIDINGS_TRY(check_field("the name in reply_to", options.reply_to->name));
    append_mailbox(out.head, "Reply-To", options.reply_to->name, options.reply_to->address.text());
  }
  TIDINGS_TRY(check_field("the subject's prefix", options.subject_prefix));
  TIDINGS_TRY(check_field("the language", options.language));
  append_structured(out.tail, "MIME-Version", "1.0");
  if (!options.language.empty()) append_structured(out.tail, "Content-Language", options.language);
  if (options.expires)
    append_structured(out.tail, "Expires", format_rfc5322_date(*options.expires, options.date_offset));
  TIDINGS_LET(const auto list, list_fields(options.list));
  out.tail += list;
  out.message_domain = options.from.address.domain;
  if (!options.message_domain.empty()) {
    TIDINGS_LET(out.message_domain, domain_to_ascii(options.message_domain));
  }
  return out;
}

void append_personal_fields(std::string& out, const Reader& reader, std::string_view subject_field,
                            UtcTime date, const HeaderOptions& options, std::string_view message_domain) {
  append_mailbox(out, "To", reader.name, reader.address);
  out += subject_field;
  out += "Date: ";
  out += format_rfc5322_date(date, options.date_offset);
  out += "\r\nMessage-ID: ";
  out += message_id(options.edition_key, reader.subscriber, message_domain);
  out += "\r\n";
  append_unsubscribe_fields(out, reader);
}

}  // namespace tidings::message
