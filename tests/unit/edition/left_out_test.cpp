#include "edition/left_out.hpp"

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::edition;
using digest::LeftOut;

namespace {

constexpr UtcTime judged = from_ms(1'700'000'000'000);

digest::NotSelected left(int id, LeftOut why, UtcTime first_seen) {
  return {.id = PostId{id}, .why = why, .joined = {}, .first_seen = first_seen};
}

}  // namespace

TEST_CASE("left_out: a sum of all, then each reason with its number; nothing is no words") {
  CHECK(left_out_in_words({}).empty());
  const std::vector<digest::LeftOutPosts> two{{.why = LeftOut::waits_max_posts, .posts = 10, .named = {}},
                                              {.why = LeftOut::hidden, .posts = 2, .named = {}}};
  CHECK(left_out_in_words(two) == "12 left out: 10 " +
                                      std::string{digest::name_of(LeftOut::waits_max_posts)} + "; 2 " +
                                      std::string{digest::name_of(LeftOut::hidden)});
}

TEST_CASE("left_out: an edition tells what an earlier one has told only if it still waits") {
  Draft draft;
  draft.bounds.judged_cut = judged;
  const auto before = judged - std::chrono::hours{1};
  draft.selection.left_out = {left(1, LeftOut::hidden, before), left(2, LeftOut::hidden, judged),
                              left(3, LeftOut::waits_max_posts, before)};
  const auto told = left_out_of(draft);
  REQUIRE(told.size() == 2);
  CHECK(told[0].named == std::vector{PostId{2}});
  CHECK(told[1].why == LeftOut::waits_max_posts);
  CHECK(told[1].named == std::vector{PostId{3}});
}

TEST_CASE("left_out: posts that repeat another are told by the edition that drops them") {
  Draft draft;
  draft.bounds.judged_cut = judged;
  draft.selection.repeats.resize(1);
  draft.selection.repeats[0].id = PostId{7};
  const auto told = left_out_of(draft);
  REQUIRE(told.size() == 1);
  CHECK(told[0].why == LeftOut::repeat);
  CHECK(told[0].named == std::vector{PostId{7}});
}
