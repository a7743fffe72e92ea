// Webhooks of relays: what they tell about a mail, as the reports of this room. Pure.
//
// A call is read only after verify() has found that it comes from the relay (webhook_signature.hpp). Because
// it has, the address it names is believed, unlike that of a mail. Events that say nothing about a failure
// (opened, delivered, deferred) are left out. A call carries at most 1,000 events. Formats:
// docs.aws.amazon.com/sns "HTTP/S notification JSON format"; documentation.mailgun.com "Webhooks";
// twilio.com/docs/sendgrid "Event Webhook reference"; postmarkapp.com/developer "Bounce webhook", "Spam
// complaint webhook"; developers.brevo.com "Transactional webhooks".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "bounce/report.hpp"

namespace tidings::bounce {

enum class Provider { ses, mailgun, sendgrid, postmark, brevo };
[[nodiscard]] std::string_view name_of(Provider provider);
[[nodiscard]] std::optional<Provider> provider_named(std::string_view name);

struct WebhookEvent {
  std::string key{};  ///< the same event told twice has the same; begins with the relay's name
  Report report{};
};

/// Errc::bad_data where the body is not the JSON of that relay.
[[nodiscard]] Result<std::vector<WebhookEvent>> read_webhook(Provider provider, std::string_view body);

/// What SNS sends once: the URL to be fetched to say yes. Nothing for any other message.
[[nodiscard]] std::optional<std::string> sns_subscribe_url(std::string_view body);

}  // namespace tidings::bounce
