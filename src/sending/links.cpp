#include "sending/links.hpp"

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/crypto.hpp"

namespace tidings::sending {

Links::Links(const config::Config& config, subscriber::KeyRing keys)
    : public_url_(config.newsletter.public_url),
      mailto_(config.newsletter.unsubscribe_mailto),
      from_(config.newsletter.from.address),
      bounce_local_(config.bounce.address ? config.bounce.address->local : ""),
      bounce_domain_(config.bounce.address ? config.bounce.address->domain : ""),
      // The oldest key: a rotation between two attempts at one delivery must not change its Message-ID.
      edition_secret_(keys.keys().front().secret),
      tokens_(std::move(keys)) {}

message::Reader Links::with_token(const std::string& token, const std::string& bounce_token) const {
  message::Reader reader;
  if (!mailto_.empty()) {
    reader.unsubscribe_mailto =
        fmt::format("mailto:{}?subject={}", mailto_, percent_encode("unsubscribe " + token));
  }
  reader.unsubscribe_url =
      public_url_.empty() ? reader.unsubscribe_mailto : fmt::format("{}/u/{}", public_url_, token);
  reader.envelope_from = bounce_local_.empty()
                             ? from_.text()
                             : fmt::format("{}+{}@{}", bounce_local_, bounce_token, bounce_domain_);
  return reader;
}

message::Reader Links::reader(const delivery::Claim& claim) const {
  const subscriber::TokenSubject subject{.subscriber = claim.subscriber, .edition = claim.edition};
  auto reader =
      with_token(tokens_.make(subscriber::TokenPurpose::unsubscribe, subscriber::TokenForm::link, subject),
                 tokens_.make(subscriber::TokenPurpose::bounce, subscriber::TokenForm::local_part, subject));
  reader.preferences_url = preferences_url(claim.subscriber);
  reader.subscriber = claim.subscriber;
  reader.address = claim.address;
  reader.name = claim.name;
  return reader;
}

message::Reader Links::reader(SubscriberId subscriber) const {
  const subscriber::TokenSubject subject{.subscriber = subscriber, .edition = {}};
  auto reader =
      with_token(tokens_.make(subscriber::TokenPurpose::unsubscribe, subscriber::TokenForm::link, subject),
                 tokens_.make(subscriber::TokenPurpose::bounce, subscriber::TokenForm::local_part, subject));
  reader.preferences_url = preferences_url(subscriber);
  reader.subscriber = subscriber;
  return reader;
}

std::string Links::preferences_url(SubscriberId subscriber) const {
  if (public_url_.empty()) return {};
  return fmt::format("{}/p/{}", public_url_,
                     tokens_.make(subscriber::TokenPurpose::preferences, subscriber::TokenForm::link,
                                  {.subscriber = subscriber, .edition = {}}));
}

message::Reader Links::sample(std::string address, std::string name) const {
  auto reader = with_token("preview", "preview");
  if (!public_url_.empty()) reader.preferences_url = public_url_ + "/p/preview";
  reader.address = std::move(address);
  reader.name = std::move(name);
  return reader;
}

std::string Links::edition_key(EditionId edition) const {
  return hmac_sha256(edition_secret_, fmt::format("edition {}", edition.value));
}

Result<int> rotate_keys(const config::Context& context) {
  TIDINGS_LET(const auto keys, subscriber::KeyRing::rotate(context.database, context.random, context.clock));
  return keys.newest().id;
}

}  // namespace tidings::sending
