// Builds one complete message for one reader directly from finished texts: for previews, confirmation mails
// and reports, and as the reference for compile.hpp. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "digest/digest.hpp"
#include "message/compile.hpp"
#include "message/message.hpp"

namespace tidings::message {

/// `body` has no slots left (Theme::render_for). Errc::bad_data for whatever check_reader() or compile()
/// would refuse.
[[nodiscard]] Result<Message> build_full(const digest::SegmentBody& body, const HeaderOptions& options,
                                         const Reader& reader, UtcTime date);

/// How the recipient unsubscribes, for the List-* fields (RFC 2369, 2919, 8058).
struct PlainList {
  std::string id = {};  ///< "weekly.news.example.org"; empty: no List-Id
  std::string name = {};
  std::string unsubscribe_url = {};
  std::string unsubscribe_mailto = {};
};

/// A mail that is not an edition: confirmation, welcome, alert to the editor. Text and html as above.
struct PlainMail {
  Mailbox from = {};
  Mailbox to = {};
  std::string reply_to = {};  ///< an address, or empty
  std::string envelope_from = {};
  std::string subject = {};
  std::string text = {};
  std::string html = {};
  std::string message_id = {};  ///< with angle brackets
  std::string language = "en";
  std::optional<PlainList> list = {};  ///< of a mail to a subscriber
  std::vector<DkimSigner> signers = {};
};
[[nodiscard]] Result<Message> build_plain(const PlainMail& mail, UtcTime date);

}  // namespace tidings::message
