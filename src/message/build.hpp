// One whole message for one reader, built the plain way from finished texts: for previews, confirmation mails and reports, and
// the measure for compile.hpp. Pure.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "digest/digest.hpp"
#include "message/compile.hpp"
#include "message/message.hpp"

namespace tidings::message {

/// `body` has no slots left (Theme::render_for). Errc::bad_data for what check_reader() or compile() would refuse.
[[nodiscard]] Result<Letter> build_full(const digest::SegmentBody& body, const HeaderOptions& options, const Reader& reader,
                                        UtcTime date);

/// A mail that is no list mail: confirmation, alert to the editor. Text and html as above; no List-* fields.
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
  std::vector<DkimSigner> signers = {};
};
[[nodiscard]] Result<Letter> build_plain(const PlainMail& mail, UtcTime date);

}  // namespace tidings::message
