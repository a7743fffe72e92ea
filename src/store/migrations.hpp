// The numbered schema changes of src/store/migrations, embedded at build time; number N leads from version
// N-1 to N.
#pragma once

#include <span>
#include <string_view>

namespace tidings::store {

[[nodiscard]] std::span<const std::string_view> migrations();

}  // namespace tidings::store
