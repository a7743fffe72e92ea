// Nouns of the subscriber room: a subscriber and what they agreed to.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"

namespace tidings::subscriber {

enum class SubscriptionState { pending, confirmed, paused, withdrawn };
[[nodiscard]] std::string_view name_of(SubscriptionState state);
[[nodiscard]] std::optional<SubscriptionState> subscription_state_of(std::string_view name);

/// Confirmed or paused: consent stands.
[[nodiscard]] bool is_kept(SubscriptionState state);

struct Subscription {
  std::string digest{};
  SubscriptionState state = SubscriptionState::pending;
  UtcTime since{};
  std::optional<UtcTime> confirmed{};
  std::optional<UtcTime> paused_until{};  ///< with `state` paused only
  std::optional<UtcTime> answer_by{};     ///< asked to confirm once more; without an answer it ends then

  bool operator==(const Subscription&) const = default;
};

/// Values of the publisher's own fields, by name (field.hpp).
using Fields = std::map<std::string, std::string>;

struct Subscriber {
  SubscriberId id{};
  std::string address{};              ///< local part as written, domain as A-labels
  std::string name{};                 ///< may be empty
  std::string language{};             ///< BCP 47; empty: the newsletter's
  std::string timezone{};             ///< IANA name; empty: the newsletter's
  std::vector<std::string> topics{};  ///< empty: every topic
  Fields fields{};                    ///< without the empty ones
  UtcTime created{};
  std::optional<UtcTime> moved{};  ///< when the address last changed
  std::vector<Subscription> subscriptions{};

  bool operator==(const Subscriber&) const = default;
};

}  // namespace tidings::subscriber
