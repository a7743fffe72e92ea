// Webhooks of relays: their events as the reports of this room. Pure.
//
// A call is read only after webhook_signature.hpp has verified that it comes from the relay. Therefore the
// address it names is trusted, unlike that of a mail. Events that report no failure (opened, delivered,
// deferred) are ignored. A call carries at most 1,000 events. Formats: docs.aws.amazon.com/sns "HTTP/S
// notification JSON format"; documentation.mailgun.com "Webhooks"; twilio.com/docs/sendgrid "Event Webhook
// reference"; postmarkapp.com/developer "Bounce webhook", "Spam complaint webhook"; developers.brevo.com
// "Transactional webhooks".
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
  std::string key{};  ///< equal for the same event; begins with the relay's name
  Report report{};
};

/// Errc::bad_data if the body is not that relay's JSON.
[[nodiscard]] Result<std::vector<WebhookEvent>> read_webhook(Provider provider, std::string_view body);

/// The URL to fetch to confirm an SNS subscription; nothing for any other message.
[[nodiscard]] std::optional<std::string> sns_subscribe_url(std::string_view body);

}  // namespace tidings::bounce
