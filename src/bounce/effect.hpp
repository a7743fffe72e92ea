// The effect of reports under the policy (policy.hpp), in words for `subscriber show` and `report`. Pure.
#pragma once

#include <string>
#include <string_view>

#include "bounce/bounce_table.hpp"

namespace tidings::bounce {

/// The effect of one event.
[[nodiscard]] std::string_view effect_in_words(const BounceEvent& event);

/// The effect on the subscribers of one edition with the same kind and reason.
[[nodiscard]] std::string effect_in_words(const BounceTable::Returned& returned);

}  // namespace tidings::bounce
