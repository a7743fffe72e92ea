#include "message/build.hpp"

#include <span>

#include <fmt/format.h>

#include "base/text.hpp"
#include "message/header.hpp"
#include "message/layout.hpp"
#include "message/list_headers.hpp"
#include "message/mime.hpp"
#include "message/slots.hpp"

namespace tidings::message {
namespace {

void append_parts(std::string& out, const PartFrame& frame, const digest::SegmentBody& body,
                  std::span<const InlineImage> images) {
  out += frame.fields;
  out += "\r\n";
  out += frame.before_text;
  append_quoted_printable(out, body.text);
  out += frame.before_html;
  append_quoted_printable(out, body.html);
  for (const auto& image : images) {
    if (frame.before_image.empty()) continue;
    out += frame.before_image;
    out += image.part->text();
  }
  out += frame.end;
}

Result<void> check_body(const digest::SegmentBody& body) {
  for (const auto* text : {&body.subject, &body.text, &body.html}) {
    if (has_slots(*text)) return fail(Errc::bad_data, "a finished message still has a slot");
  }
  if (trim(body.text).empty()) return fail(Errc::bad_data, "the plain-text part is empty");
  if (trim(body.subject).empty()) return fail(Errc::bad_data, "the subject is empty");
  return check_field("the subject", body.subject);
}

}  // namespace

Result<Message> build_full(const digest::SegmentBody& body, const HeaderOptions& options,
                           const Reader& reader, UtcTime date) {
  TIDINGS_TRY(check_reader(reader));
  TIDINGS_TRY(check_body(body));
  TIDINGS_LET(const auto fields, fixed_fields(options));
  Message out{.envelope_from = reader.envelope_from, .envelope_to = reader.address, .bytes = fields.head};
  std::string subject;
  append_unstructured(subject, "Subject", options.subject_prefix + body.subject);
  append_personal_fields(out.bytes, reader, subject, date, options, fields.message_domain);
  out.bytes += fields.tail;
  append_parts(out.bytes, part_frame(options.edition_key, !body.html.empty(), !options.images.empty()), body,
               options.images);
  out.bytes.insert(0, dkim_fields(options.signers, out.bytes, date));
  return out;
}

Result<Message> build_plain(const PlainMail& mail, UtcTime date) {
  const digest::SegmentBody body{.subject = mail.subject, .text = mail.text, .html = mail.html};
  TIDINGS_TRY(check_body(body));
  TIDINGS_TRY(check_field("the sender's name", mail.from.name));
  TIDINGS_TRY(check_field("the recipient's name", mail.to.name));
  TIDINGS_TRY(check_field("Reply-To", mail.reply_to));
  TIDINGS_TRY(check_field("Message-ID", mail.message_id));
  TIDINGS_TRY(check_field("the envelope's sender", mail.envelope_from));
  TIDINGS_TRY(check_field("the language", mail.language));
  Message out{.envelope_from = mail.envelope_from, .envelope_to = mail.to.address.text(), .bytes = {}};
  append_mailbox(out.bytes, "From", mail.from.name, mail.from.address.text());
  append_mailbox(out.bytes, "To", mail.to.name, mail.to.address.text());
  if (!mail.reply_to.empty()) append_mailbox(out.bytes, "Reply-To", "", mail.reply_to);
  append_unstructured(out.bytes, "Subject", mail.subject);
  append_structured(out.bytes, "Date", format_rfc5322_date(date));
  append_structured(out.bytes, "Message-ID", mail.message_id);
  append_structured(out.bytes, "MIME-Version", "1.0");
  if (!mail.language.empty()) append_structured(out.bytes, "Content-Language", mail.language);
  if (mail.list) {
    TIDINGS_LET(const auto fields, list_fields({.list_id = mail.list->id, .list_name = mail.list->name}));
    append_unsubscribe_fields(out.bytes, {.unsubscribe_url = mail.list->unsubscribe_url,
                                          .unsubscribe_mailto = mail.list->unsubscribe_mailto});
    out.bytes += fields;
  } else {
    append_structured(out.bytes, "Auto-Submitted", "auto-generated");
  }
  append_parts(out.bytes, part_frame(mail.message_id, !mail.html.empty(), false), body, {});
  out.bytes.insert(0, dkim_fields(mail.signers, out.bytes, date));
  return out;
}

}  // namespace tidings::message
