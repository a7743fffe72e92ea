#include "digest/carry_over.hpp"

#include <algorithm>

#include "unit/digest/shop.hpp"

using namespace tidings;
using namespace tidings::digest;
using namespace std::chrono;
using tidings::digest::test::Shop;

namespace {

const UtcTime monday = *parse_rfc3339("2026-01-05T08:00:00Z");
using Ids = std::vector<std::int64_t>;

/// Daily and weekly editions of the same posts.
struct Paper : Shop {
  /// An edition of everything that this digest has not carried and that was seen by then.
  std::size_t compose(std::string_view digest, UtcTime at, milliseconds length,
                      const SelectOptions& options = {}) {
    const auto history = *table.history(digest);
    const Period period{history.covered_until.value_or(at - length), at};
    const Plan plan{.scheduled = at, .period = period, .nominal = length, .missed_runs = 0};
    const auto bounds = EditionTable::bounds(plan, history, at);
    const auto selection = select(table.candidates(digest, options, bounds)->candidates, options, bounds);
    REQUIRE(selection.skipped.empty());
    return seal({.digest = std::string{digest},
                 .scheduled = at,
                 .period = period,
                 .cut = at,
                 .title = "",
                 .reason = ""},
                selection, options);
  }
  std::size_t daily(int day) { return compose("daily", monday + days{day}, days{1}); }
  std::size_t weekly(int day) { return compose("weekly", monday + days{day}, days{7}); }

  /// Post n is published an hour before the edition of day n.
  std::int64_t post_of(int day) {
    const auto at = monday + days{day} - hours{1};
    return post({.published = at, .first_seen = at}).value;
  }
};

}  // namespace

TEST_CASE("carry_over: from daily to weekly, the next weekly brings only what the daily had not") {
  Paper paper;
  const auto reader = paper.reader();
  const auto steady = paper.reader();
  paper.join(reader, "daily", monday - days{1});
  paper.join(steady, "weekly", monday - days{1});
  paper.post_of(0);
  paper.weekly(0);
  Ids posts;
  for (int day = 1; day <= 3; ++day) {
    posts.push_back(paper.post_of(day));
    paper.daily(day);
  }
  paper.deliver();
  CHECK(paper.change(reader, "daily", "weekly", monday + days{3} + hours{2}));
  for (int day = 4; day <= 7; ++day) posts.push_back(paper.post_of(day));
  CHECK(paper.weekly(7) == 2);
  paper.deliver();
  CHECK(paper.received(reader) == Ids{posts[0], posts[1], posts[2], posts[6], posts[5], posts[4], posts[3]});
  CHECK(paper.received(steady).size() == 8);
}

TEST_CASE("carry_over: from weekly to daily, the next daily brings what the weekly would have") {
  Paper paper;
  const auto reader = paper.reader();
  paper.join(reader, "weekly", monday - days{1});
  const auto first = paper.post_of(0);
  paper.weekly(0);
  paper.deliver();
  Ids posts;
  for (int day = 1; day <= 3; ++day) {
    posts.push_back(paper.post_of(day));
    paper.daily(day);
  }
  CHECK(paper.change(reader, "weekly", "daily", monday + days{3} + hours{2}));
  posts.push_back(paper.post_of(4));
  paper.daily(4);
  paper.deliver();
  CHECK(paper.received(reader) == Ids{first, posts[3], posts[2], posts[1], posts[0]});
  posts.push_back(paper.post_of(5));
  paper.daily(5);
  paper.deliver();
  CHECK(paper.received(reader) == Ids{first, posts[3], posts[2], posts[1], posts[0], posts[4]});
}

TEST_CASE("carry_over: there and back before any edition came") {
  Paper paper;
  const auto reader = paper.reader();
  paper.join(reader, "daily", monday - days{1});
  Ids posts{paper.post_of(0)};
  paper.daily(0);
  paper.weekly(0);
  paper.deliver();
  paper.change(reader, "daily", "weekly", monday + hours{1});
  for (int day = 1; day <= 2; ++day) {
    posts.push_back(paper.post_of(day));
    paper.daily(day);
  }
  paper.change(reader, "weekly", "daily", monday + days{2} + hours{1});
  posts.push_back(paper.post_of(3));
  paper.daily(3);
  paper.deliver();
  CHECK(paper.received(reader) == Ids{posts[0], posts[3], posts[2], posts[1]});
}

TEST_CASE("carry_over: an edition that was planned and never left is not counted as brought") {
  Paper paper;
  const auto reader = paper.reader();
  paper.join(reader, "weekly", monday - days{8});
  Ids posts{paper.post_of(0)};
  paper.daily(0);
  paper.weekly(0);
  paper.change(reader, "weekly", "daily", monday + minutes{1});
  paper.deliver();
  CHECK(paper.received(reader).empty());
  posts.push_back(paper.post_of(1));
  paper.daily(1);
  paper.deliver();
  CHECK(paper.received(reader) == Ids{posts[1], posts[0]});
}

TEST_CASE("carry_over: who left and came back, or was never confirmed, starts afresh") {
  Paper paper;
  const auto reader = paper.reader();
  const auto pending = paper.reader();
  paper.join(reader, "weekly", monday - days{1});
  paper.subscription(pending, "weekly", "pending", monday);
  CHECK_FALSE(paper.change(pending, "weekly", "daily", monday));
  paper.post_of(0);
  paper.daily(0);
  CHECK(paper.change(reader, "weekly", "daily", monday + hours{1}));
  paper.leave(reader, "daily", monday + hours{2});
  paper.join(reader, "daily", monday + hours{3});
  const auto next = paper.post_of(1);
  paper.daily(1);
  paper.deliver();
  CHECK(paper.received(reader) == Ids{next});
  CHECK_FALSE_MESSAGE(*record_change(paper.database, reader, "daily", "weekly"),
                      "nothing was left and nothing joined");
}

TEST_CASE("carry_over: an article that came from another source is not brought again") {
  Paper paper;
  const auto reader = paper.reader();
  paper.join(reader, "daily", monday - days{1});
  const auto at = monday - hours{1};
  const auto late_copy =
      paper.post({.source = 2, .published = at, .first_seen = at, .link_key = "example.org/a"});
  paper.daily(0);
  paper.deliver();
  paper.change(reader, "daily", "weekly", monday + hours{1});
  // The original is older and so stands for the article in the weekly.
  paper.post(
      {.source = 1, .published = at - days{1}, .first_seen = monday + hours{2}, .link_key = "example.org/a"});
  const auto other = paper.post_of(1);
  paper.compose("weekly", monday + days{7}, days{8});
  paper.deliver();
  CHECK(paper.received(reader) == Ids{late_copy.value, other});
}

TEST_CASE("carry_over: the rows go once they have done their work") {
  Paper paper;
  const auto count = [&] {
    auto query = paper.database.prepare("SELECT count(*) FROM carry_overs");
    REQUIRE(*query.step());
    return query.integer(0);
  };
  const auto reader = paper.reader();
  paper.join(reader, "daily", monday - days{1});
  paper.post_of(0);
  paper.daily(0);
  paper.weekly(0);
  paper.change(reader, "daily", "weekly", monday + days{1});
  CHECK(count() == 1);
  for (int week = 1; week <= 2; ++week) {
    paper.post_of(7 * week);
    paper.weekly(7 * week);
    paper.deliver();
  }
  CHECK(count() == 0);
}

TEST_CASE("carry_over: a row stays as long as the edition that carries the backlog has not arrived") {
  Paper paper;
  const auto reader = paper.reader();
  const auto steady = paper.reader();
  paper.join(reader, "daily", monday - days{1});
  paper.join(steady, "daily", monday - days{1});
  paper.join(steady, "weekly", monday - days{1});
  Ids posts{paper.post_of(0)};
  paper.daily(0);
  paper.weekly(0);
  paper.change(reader, "daily", "weekly", monday + hours{1});  // daily 0 has not left yet, and never will
  paper.deliver();
  paper.change(reader, "weekly", "daily", monday + hours{2});
  for (int day = 1; day <= 3; ++day) {  // the relay is down: planned, not sent
    posts.push_back(paper.post_of(day));
    paper.daily(day);
  }
  paper.change(reader, "daily", "weekly", monday + days{3} + hours{1});
  for (int day = 4; day <= 7; ++day) posts.push_back(paper.post_of(day));
  paper.weekly(7);
  paper.deliver();
  auto got = paper.received(reader);
  std::ranges::sort(got);
  CHECK(got == posts);
}

TEST_CASE(
    "carry_over: what a digest would have brought while nobody read it is owed to who comes from another") {
  Paper paper;
  const auto reader = paper.reader();
  paper.join(reader, "daily", monday - days{1});
  const auto post = paper.post_of(0);
  {
    const auto history = *paper.table.history("weekly");
    const Plan plan{
        .scheduled = monday, .period = {monday - days{7}, monday}, .nominal = days{7}, .missed_runs = 0};
    const SelectOptions options;
    const auto bounds = EditionTable::bounds(plan, history, monday);
    const auto selection =
        select(paper.table.candidates("weekly", options, bounds)->candidates, options, bounds);
    auto transaction = paper.database.begin();
    REQUIRE(paper.table.record_skipped({.digest = "weekly",
                                        .scheduled = monday,
                                        .period = plan.period,
                                        .cut = monday,
                                        .title = "",
                                        .reason = "no recipients"},
                                       selection, monday));
    REQUIRE(transaction->commit());
  }
  paper.change(reader, "daily", "weekly", monday + hours{1});
  const auto next = paper.post_of(7);
  paper.weekly(7);
  paper.deliver();
  CHECK(paper.received(reader) == Ids{next, post});
}

TEST_CASE("carry_over: a post that max_posts kept waiting is not brought again much later") {
  Paper paper;
  SelectOptions one;
  one.max_posts = 1;
  const auto reader = paper.reader();
  paper.join(reader, "daily", monday - days{1});
  paper.post_of(-1);
  paper.weekly(-1);
  const auto first = paper.post_of(0);
  paper.daily(0);
  paper.deliver();
  paper.change(reader, "daily", "weekly", monday + hours{1});
  Ids want{first};
  for (int week = 1; week <= 4; ++week) {
    want.push_back(paper.post_of(7 * week));
    paper.compose("weekly", monday + days{7 * week}, days{7}, one);
    paper.deliver();
  }
  paper.compose("weekly", monday + days{35}, days{7}, one);
  paper.deliver();
  CHECK_MESSAGE(*paper.table.posts_of(paper.last) == std::vector<PostId>{{first}},
                "the old post has its turn at last");
  CHECK(paper.received(reader) == want);
}

TEST_CASE(
    "carry_over: a thousand readers who changed make no more segments than there were days to change on") {
  Paper paper;
  std::vector<SubscriberId> readers;
  for (int i = 0; i < 1000; ++i) {
    readers.push_back(paper.reader());
    paper.join(readers.back(), "daily", monday - days{1});
  }
  paper.post_of(0);
  paper.weekly(0);
  for (int day = 0; day <= 6; ++day) {
    paper.post_of(day + 1);
    paper.daily(day);
    paper.deliver();
    for (int i = day; i < 1000; i += 7) {
      paper.change(readers[static_cast<std::size_t>(i)], "daily", "weekly",
                   monday + days{day} + hours{1} + seconds{i});
    }
  }
  CHECK(paper.weekly(7) == 7);
}
