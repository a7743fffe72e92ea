#include "subscriber/subscriber.hpp"

namespace tidings::subscriber {

std::string_view name_of(SubscriptionState state) {
  switch (state) {
    case SubscriptionState::pending: return "pending";
    case SubscriptionState::confirmed: return "confirmed";
    case SubscriptionState::withdrawn: return "withdrawn";
  }
  return "";
}

std::optional<SubscriptionState> subscription_state_of(std::string_view name) {
  for (const auto state :
       {SubscriptionState::pending, SubscriptionState::confirmed, SubscriptionState::withdrawn}) {
    if (name == name_of(state)) return state;
  }
  return std::nullopt;
}

}  // namespace tidings::subscriber
