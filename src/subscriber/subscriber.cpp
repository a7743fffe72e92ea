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

}  // namespace tidings::subscriber
