#include "post/rhythm.hpp"

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::post;
using namespace std::chrono_literals;

namespace {

std::vector<UtcTime> every(std::chrono::hours gap, int count) {
  std::vector<UtcTime> dates;
  for (int i = 0; i < count; ++i) dates.push_back(UtcTime{std::chrono::days{20'000}} - i * gap);
  return dates;
}

}  // namespace

TEST_CASE("rhythm: a daily blog is silent after eight days, a monthly one is not") {
  const auto newest = UtcTime{std::chrono::days{20'000}};
  const auto daily = silence(every(24h, 10), newest + 8 * 24h);
  REQUIRE(daily);
  CHECK(daily->usual_gap == 24h);
  CHECK(daily->times == doctest::Approx(8));
  CHECK(!silence(every(24h, 10), newest + 6 * 24h));
  CHECK(!silence(every(30 * 24h, 10), newest + 60 * 24h));
  CHECK(silence(every(30 * 24h, 10), newest + 160 * 24h));
}

TEST_CASE("rhythm: four posts make no habit, and many in one minute no gap of a minute") {
  const auto newest = UtcTime{std::chrono::days{20'000}};
  CHECK(!silence(every(24h, 4), newest + 1000h));
  const auto burst = silence(every(0h, 20), newest + 200h);
  REQUIRE(burst);
  CHECK(burst->usual_gap == 1h);
}
