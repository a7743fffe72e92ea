// Dates of any bytes: one between the years 0 and 10000, or none.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "source/feed_date.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidings;
  const auto time = source::parse_feed_date({reinterpret_cast<const char*>(data), size});
  if (time) {
    constexpr std::int64_t first_ms = -62'200'000'000'000;
    constexpr std::int64_t last_ms = 253'500'000'000'000;
    TIDINGS_CHECK(to_ms(*time) > first_ms && to_ms(*time) < last_ms);
  }
  return 0;
}
