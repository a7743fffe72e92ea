// The roster: the list as an admin asks after it ("subscriber list", "show", "export --one"), and who is
// never mailed
// ("suppression"). Reads only, but for suppress() and lift().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "bounce/bounce_table.hpp"
#include "config/context.hpp"
#include "delivery/ledger.hpp"
#include "subscriber/consent.hpp"
#include "subscriber/subscriber_table.hpp"
#include "subscriber/suppression.hpp"

namespace tidings::members {

/// By address, as it is stored or as it would be today. Errc::bad_data if it is no address, Errc::no_input if
/// it is not on the list.
[[nodiscard]] Result<subscriber::Subscriber> find_subscriber(store::Database& database, const Clock& clock,
                                                             std::string_view address);

/// Errc::no_input as Config::digest() for a digest that is neither configured nor anybody's: a slip of the
/// pen.
[[nodiscard]] Result<void> check_filter(const config::Context& context,
                                        const subscriber::SubscriberFilter& filter);
[[nodiscard]] Result<std::int64_t> count_subscribers(const config::Context& context,
                                                     const subscriber::SubscriberFilter& filter);
[[nodiscard]] Result<std::vector<subscriber::Subscriber>> list_subscribers(
    const config::Context& context, const subscriber::SubscriberFilter& filter, subscriber::Page page);

/// Why somebody is never mailed, whatever they subscribe to; nothing if they are.
[[nodiscard]] Result<std::optional<subscriber::Suppression>> suppression_of(
    const config::Context& context, const subscriber::Subscriber& subscriber);

/// What was sent to somebody, or not.
struct MailedTo {
  std::string edition;  ///< "weekly#12"
  delivery::DeliveryRow row;
};

/// The whole story of one address.
struct Story {
  std::optional<subscriber::Subscriber> subscriber;  ///< absent: suppressed, but never on the list
  std::optional<subscriber::Suppression> suppression;
  std::vector<subscriber::Consent> consents;
  std::vector<MailedTo> deliveries;
  std::vector<bounce::BounceEvent> bounces;  ///< newest first
};

/// Errc::no_input if nothing is known of it.
[[nodiscard]] Result<Story> story_of(const config::Context& context, const MailAddress& address);

/// In order of their keys, those after `after`, at most `limit`.
[[nodiscard]] Result<std::vector<subscriber::Suppression>> list_suppressions(const config::Context& context,
                                                                             std::string_view after,
                                                                             int limit);

/// By hand. False if it was suppressed already.
[[nodiscard]] Result<bool> suppress(const config::Context& context,
                                    const subscriber::SuppressionTarget& target, const std::string& detail);

/// False if it was not suppressed. Errc::not_permitted for an address whose whole domain stays suppressed.
[[nodiscard]] Result<bool> lift(const config::Context& context, const subscriber::SuppressionTarget& target);

}  // namespace tidings::members
