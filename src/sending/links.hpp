// What is personal in a message: links and addresses that prove for whom they were made.
#pragma once

#include <string>

#include "config/context.hpp"
#include "delivery/ledger.hpp"
#include "message/message.hpp"
#include "subscriber/token.hpp"

namespace tidings::sending {

/// Makes the reader's part of a message. Immutable: used by several threads at once.
class Links {
 public:
  Links(const config::Config& config, subscriber::KeyRing keys);

  [[nodiscard]] message::Reader reader(const delivery::Claim& claim) const;

  /// Of a reader who is not on the list: previews and tests. The links lead to pages that know nobody.
  [[nodiscard]] message::Reader sample(std::string address, std::string name) const;

  /// For mails that are no edition: the same kinds of links, about all digests.
  [[nodiscard]] message::Reader reader(SubscriberId subscriber) const;

  /// Secret of an edition for its Message-IDs and boundaries; the same for ever.
  [[nodiscard]] std::string edition_key(EditionId edition) const;

 private:
  [[nodiscard]] std::string preferences_url(SubscriberId subscriber) const;
  [[nodiscard]] message::Reader with_token(const std::string& token, const std::string& bounce_token) const;

  std::string public_url_;
  std::string mailto_;
  MailAddress from_;
  std::string bounce_local_;  ///< empty: the From address takes bounces
  std::string bounce_domain_;
  std::string edition_secret_;
  subscriber::Tokens tokens_;
};

/// Makes a new key, which signs all links from now on; those of older keys stay good. Returns its number.
[[nodiscard]] Result<int> rotate_keys(const config::Context& context);

}  // namespace tidings::sending
