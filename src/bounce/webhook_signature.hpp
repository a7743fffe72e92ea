// Whether a webhook call comes from the relay, by the signature that each documents. Pure; keys are passed
// in.
//
// | relay | proof |
// |---|---|
// | ses | RSA over fields of the SNS message, by a certificate from an Amazon host; and one of our topics |
// | mailgun | HMAC-SHA256 of timestamp and token under the signing key |
// | sendgrid | ECDSA (P-256, SHA-256) of timestamp and body under the account's verification key |
// | postmark | user:password of the URL (RFC 7617); Postmark signs nothing |
// | brevo | bearer token (RFC 6750), or user:password of the URL; Brevo signs nothing |
//
// A replayed call is harmless: an event is read once, by its key, however long ago. A signed time must also
// be recent (is_fresh), because Mailgun's signature does not cover the event.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "bounce/webhook.hpp"

namespace tidings::bounce {

struct WebhookCall {
  std::string_view body{};
  std::string_view authorization{};        ///< header field Authorization
  std::string_view signature{};            ///< X-Twilio-Email-Event-Webhook-Signature
  std::string_view signature_timestamp{};  ///< X-Twilio-Email-Event-Webhook-Timestamp
};

/// All except ses. `secret` is the key, the key in base64 (sendgrid), "user:password" or the token.
[[nodiscard]] bool is_genuine(Provider provider, const WebhookCall& call, std::string_view secret);

/// When the call was signed, according to the signature; nothing if the relay signs no time.
[[nodiscard]] std::optional<UtcTime> signed_at(Provider provider, const WebhookCall& call);

/// At most two days old, since relays retry for at most a day, and at most an hour ahead.
[[nodiscard]] bool is_fresh(UtcTime signed_at, UtcTime now);

/// The URL of an SNS message's certificate, if host, scheme and path are Amazon's and the topic is one of
/// `topics`.
[[nodiscard]] std::optional<std::string> sns_certificate_url(std::string_view body,
                                                             std::span<const std::string> topics);

/// https and a host sns.REGION.amazonaws.com(.cn): the only URLs that a message may make us fetch.
[[nodiscard]] bool is_sns_url(std::string_view url);

/// `certificate_pem` is the certificate at sns_certificate_url().
[[nodiscard]] bool is_signed_by_sns(std::string_view body, std::string_view certificate_pem);

}  // namespace tidings::bounce
