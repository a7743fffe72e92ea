#include "subscriber/subscriber.hpp"

namespace tidings::subscriber {

std::string_view name_of(SubscriptionState state) {
  switch (state) {
    case SubscriptionState::pending: return "pending";
    case SubscriptionState::confirmed: return "confirmed";
    case SubscriptionState::paused: return "paused";
    case SubscriptionState::withdrawn: return "withdrawn";
  }
  return "";
}

std::optional<SubscriptionState> subscription_state_of(std::string_view name) {
  for (const auto state : {SubscriptionState::pending, SubscriptionState::confirmed,
                           SubscriptionState::paused, SubscriptionState::withdrawn}) {
    if (name == name_of(state)) return state;
  }
  return std::nullopt;
}

bool is_kept(SubscriptionState state) {
  return state == SubscriptionState::confirmed || state == SubscriptionState::paused;
}

}  // namespace tidings::subscriber
