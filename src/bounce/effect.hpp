// What the policy (policy.hpp) made of what came back, in words for `subscriber show` and `report`. Pure.
#pragma once

#include <string>
#include <string_view>

#include "bounce/bounce_table.hpp"

namespace tidings::bounce {

/// What one event has done.
[[nodiscard]] std::string_view effect_in_words(const BounceEvent& event);

/// What they did to the readers of one edition with the same kind and reason.
[[nodiscard]] std::string effect_in_words(const BounceTable::Returned& returned);

}  // namespace tidings::bounce
