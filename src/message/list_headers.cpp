#include "message/list_headers.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/mail_address.hpp"
#include "base/text.hpp"
#include "message/header.hpp"

namespace tidings::message {

Result<std::string> list_fields(const ListOptions& options) {
  std::string out;
  if (!options.list_id.empty()) {
    TIDINGS_TRY(check_field("the list's name", options.list_name));
    const auto domain = domain_to_ascii(options.list_id);
    if (!domain || options.list_id.find('.') == std::string::npos || options.list_id.size() > 255) {
      return fail(Errc::bad_data,
                  fmt::format("list_id \"{}\" is not a list identifier", to_one_line(options.list_id)),
                  "use a name under your domain, such as weekly.news.example.org");
    }
    append_structured(out, "List-Id",
                      options.list_name.empty()
                          ? fmt::format("<{}>", *domain)
                          : fmt::format("{} <{}>", encode_phrase(options.list_name), *domain));
  }
  append_structured(out, "List-Post", "NO");  // RFC 2369 section 3.4: an announcement list
  if (!options.feedback_id.empty()) {
    const bool plain = std::ranges::all_of(options.feedback_id, [](char c) { return c > 0x20 && c < 0x7F; });
    if (!plain || options.feedback_id.size() > 200) {
      return fail(Errc::bad_data, fmt::format("the Feedback-ID \"{}\" must be ASCII without blanks",
                                              to_one_line(options.feedback_id)));
    }
    append_structured(out, "Feedback-ID", options.feedback_id);
  }
  append_structured(out, "Auto-Submitted", "auto-generated");  // RFC 3834 section 5
  append_structured(out, "Precedence", "bulk");
  append_structured(out, "X-Auto-Response-Suppress", "OOF, AutoReply");
  return out;
}

void append_unsubscribe_fields(std::string& out, const Reader& reader) {
  const bool web = !reader.unsubscribe_url.empty() && !reader.unsubscribe_url.starts_with("mailto:");
  std::string first =
      to_one_line(reader.unsubscribe_url.empty() ? reader.unsubscribe_mailto : reader.unsubscribe_url);
  if (first.empty()) return;
  out += "List-Unsubscribe: <";
  out += first;
  out += '>';
  if (web && !reader.unsubscribe_mailto.empty()) {
    // Some verifiers miscount any other fold; RFC 2369 section 2 separates by a comma.
    const bool fits = first.size() + reader.unsubscribe_mailto.size() + 24 <= 78;
    out += fits ? ", <" : ",\r\n <";
    out += to_one_line(reader.unsubscribe_mailto);
    out += '>';
  }
  out += "\r\n";
  if (web)
    out += "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";  // RFC 8058 section 5: one blank, never
                                                                     // folded
}

std::string message_id(std::string_view edition_key, SubscriberId subscriber, std::string_view domain) {
  std::string text{"message-id "};
  append_number(text, subscriber.value);
  const auto mac = hmac_sha256(edition_key, text);
  return "<" + base32_encode(std::string_view{mac}.substr(0, 20)) + "@" + std::string{domain} + ">";
}

}  // namespace tidings::message
