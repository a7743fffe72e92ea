#include "message/forward.hpp"

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/text.hpp"
#include "message/dkim.hpp"
#include "message/header.hpp"
#include "message/mime.hpp"

namespace tidings::message {
namespace {

/// Without the envelope line of a mailbox, and with the line ends of the wire.
std::string as_message(std::string_view original) {
  while (original.starts_with("From ") || original.starts_with(">From ")) {
    const auto end = original.find('\n');
    original.remove_prefix(end == std::string_view::npos ? original.size() : end + 1);
  }
  auto lines = replace_all(replace_all(original, "\r\n", "\n"), "\n", "\r\n");
  if (!lines.ends_with("\r\n")) lines += "\r\n";
  return lines;
}

}  // namespace

Result<Message> build_forward(const PlainMail& mail, std::string_view original, std::string_view mark,
                              UtcTime date) {
  for (const auto& [name, value] : {std::pair{"the sender's name", &mail.from.name},
                                    {"the recipient's name", &mail.to.name},
                                    {"Reply-To", &mail.reply_to},
                                    {"the subject", &mail.subject}})
    TIDINGS_TRY(check_field(name, *value));
  Message out{.envelope_from = mail.envelope_from, .envelope_to = mail.to.address.text(), .bytes = {}};
  auto& bytes = out.bytes;
  append_mailbox(bytes, "From", mail.from.name, mail.from.address.text());
  append_mailbox(bytes, "To", mail.to.name, mail.to.address.text());
  if (!mail.reply_to.empty()) append_mailbox(bytes, "Reply-To", "", mail.reply_to);
  append_unstructured(bytes, "Subject", mail.subject);
  append_structured(bytes, "Date", format_rfc5322_date(date));
  append_structured(bytes, "Message-ID", mail.message_id);
  append_structured(bytes, "MIME-Version", "1.0");
  append_structured(bytes, "Auto-Submitted", "auto-generated");
  append_structured(bytes, "X-Tidings-Forwarded", mark);
  const auto boundary = boundary_for(mail.message_id);
  append_structured(bytes, "Content-Type", fmt::format("multipart/mixed; boundary=\"{}\"", boundary));
  bytes += fmt::format(
      "\r\n--{}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
      "quoted-printable\r\n\r\n",
      boundary);
  append_quoted_printable(bytes, mail.text);
  bytes += fmt::format("\r\n--{}\r\n", boundary);
  const auto message = as_message(original);
  if (unsound_lines(message).empty()) {
    bytes +=
        "Content-Type: message/rfc822\r\nContent-Disposition: attachment; filename=\"mail.eml\"\r\n\r\n" +
        message;
  } else {
    bytes +=
        "Content-Type: application/octet-stream; name=\"mail.eml\"\r\n"
        "Content-Disposition: attachment; filename=\"mail.eml\"\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    append_base64_lines(bytes, message);
  }
  bytes += fmt::format("\r\n--{}--\r\n", boundary);
  bytes.insert(0, dkim_fields(mail.signers, bytes, date));
  return out;
}

}  // namespace tidings::message
