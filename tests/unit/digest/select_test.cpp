#include "digest/select.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::digest;
using namespace std::chrono;

namespace {

UtcTime at(std::string_view text) { return *parse_rfc3339(text); }

const UtcTime from = *parse_rfc3339("2026-01-05T08:00:00Z");
const UtcTime until = *parse_rfc3339("2026-01-12T08:00:00Z");

/// The third or so edition of a weekly digest.
SelectBounds weekly_bounds() {
  return {.cut = until + minutes{5},
          .scheduled = until,
          .nominal = days{7},
          .owed_from = from - days{21},
          .origin_from = from - days{21},
          .origin_cut = from - days{14} + minutes{5},
          .judged_cut = from + minutes{5}};
}

Candidate post(std::int64_t id, UtcTime published, UtcTime first_seen) {
  Candidate out;
  out.id = {id};
  out.source = {1};
  out.source_name = "harbour";
  out.published = published;
  out.first_seen = first_seen;
  out.read_before = first_seen - hours{1};
  out.place = id;
  out.title = "Post " + std::to_string(id);
  return out;
}

Candidate post(std::int64_t id, UtcTime published) { return post(id, published, published + minutes{10}); }

Candidate undated(std::int64_t id, UtcTime first_seen) {
  auto out = post(id, first_seen, first_seen);
  out.published.reset();
  return out;
}

Candidate in_source(Candidate candidate, std::int64_t source, const char* name) {
  candidate.source = {source};
  candidate.source_name = name;
  return candidate;
}

std::vector<std::int64_t> ids(const Selection& selection) {
  std::vector<std::int64_t> out;
  for (const auto& selected : selection.posts) out.push_back(selected.id.value);
  return out;
}

using Ids = std::vector<std::int64_t>;

SelectOptions options() {
  SelectOptions out;
  out.sources = {{"harbour", {"Boats"}, 0}, {"town", {"News"}, 5}, {"club", {}, 0}};
  out.same_text = [](PostId, PostId) { return true; };
  return out;
}

std::optional<LeftOut> verdict(const Candidate& candidate, const SelectOptions& with = options()) {
  return judge(candidate, with, weekly_bounds());
}

}  // namespace

TEST_CASE("select: first sight decides, whatever date a post has") {
  CHECK_FALSE(verdict(post(1, from)));
  CHECK_FALSE(verdict(post(1, until + minutes{2}, until + minutes{3})));
  CHECK_FALSE(verdict(post(1, from - days{3650}, until)));
  CHECK_FALSE_MESSAGE(verdict(post(1, from - days{20}, from - days{20})), "what waits never expires");
  CHECK(verdict(post(1, from, until + minutes{5})) == LeftOut::not_seen_yet);
}

TEST_CASE("select: a post without a date, or with one in the future, is taken by when it was seen") {
  CHECK_FALSE(verdict(undated(1, until)));
  CHECK_FALSE(verdict(undated(1, from - days{10})));
  CHECK_FALSE(verdict(post(1, until + days{300}, from)));
  CHECK(verdict(undated(1, until + minutes{5})) == LeftOut::not_seen_yet);
  CHECK_MESSAGE(verdict(undated(1, from - days{22})) == LeftOut::before_first_edition,
                "seen before the digest began");
}

TEST_CASE("select: what a source's first reading brings is taken one period back") {
  const auto first_read = [](UtcTime published, UtcTime seen) {
    auto out = post(1, published, seen);
    out.read_before.reset();
    return out;
  };
  CHECK_FALSE(verdict(first_read(until - days{7}, until + minutes{4})));
  CHECK(verdict(first_read(until - days{7} - milliseconds{1}, until + minutes{4})) == LeftOut::first_reading);
  CHECK_FALSE_MESSAGE(verdict(first_read(from - days{4}, from + days{2})),
                      "one period back from the reading");
  CHECK(verdict(first_read(from - days{6}, from + days{2})) == LeftOut::first_reading);
  auto waited = first_read(from - days{7}, from + minutes{4});
  waited.first_run = from;
  CHECK_FALSE_MESSAGE(verdict(waited), "as the run judged it that was first to see it");
  const auto before_origin = weekly_bounds().origin_cut - minutes{1};
  CHECK_FALSE(verdict(first_read(from - days{21}, before_origin)));
  CHECK(verdict(first_read(from - days{21} - milliseconds{1}, before_origin)) == LeftOut::first_reading);
  auto released = first_read(from - days{3650}, until);
  released.released = true;
  CHECK_FALSE(verdict(released));
}

TEST_CASE("select: max_age is asked at first sight, and not of what an outage kept from us") {
  auto with = options();
  CHECK_FALSE_MESSAGE(verdict(post(1, until - days{10}, until), with), "there is none by default");
  with.max_age = days{2};
  CHECK(verdict(post(1, until - days{3}, until), with) == LeftOut::too_old);
  CHECK_FALSE(verdict(post(1, until - days{1}, until), with));
  CHECK_FALSE_MESSAGE(verdict(post(1, from - days{14}, from - days{14} + hours{2}), with), "it waits");
  auto missed = post(1, until - days{5}, until);
  missed.read_before = until - days{6};
  CHECK_FALSE_MESSAGE(verdict(missed, with), "published since the source was last read");
  missed.published = at("2026-01-07T00:00:00Z");
  missed.read_before = at("2026-01-07T06:00:00Z");
  CHECK_FALSE_MESSAGE(verdict(missed, with), "a date without a time");
}

TEST_CASE("select: what is hidden or set aside with a flood is left out, and says so") {
  auto candidate = post(1, from);
  candidate.set_aside = true;
  CHECK(verdict(candidate) == LeftOut::flood);
  candidate.hidden = true;
  CHECK(verdict(candidate) == LeftOut::hidden);
  for (const auto why : {LeftOut::flood, LeftOut::hidden, LeftOut::waits_max_posts, LeftOut::repeat})
    CHECK(parse_left_out(key_of(why)) == why);
  CHECK_FALSE(parse_left_out("nothing"));
}

TEST_CASE("select: equal dates keep the order of the source, whichever order is chosen") {
  std::vector<Candidate> posts{post(1, from), post(2, from), post(3, from)};
  posts[0].place = 5;
  posts[1].place = -7;
  posts[2].place = 6;
  auto with = options();
  for (const auto order : {Order::newest, Order::oldest, Order::source}) {
    with.order = order;
    CHECK(ids(select(posts, with, weekly_bounds())) == Ids{2, 1, 3});
  }
}

TEST_CASE("select: equal titles join only what says nearly the same") {
  auto a = post(1, from);
  auto b = in_source(post(2, from), 2, "town");
  a.title_key = b.title_key = "weekly links";
  auto with = options();
  bool alike = false;
  with.same_text = [&](PostId, PostId) { return alike; };
  CHECK(select(std::vector{a, b}, with, weekly_bounds()).posts.size() == 2);
  alike = true;
  CHECK(select(std::vector{a, b}, with, weekly_bounds()).posts.size() == 1);
  with.same_text = {};
  CHECK(select(std::vector{a, b}, with, weekly_bounds()).posts.size() == 2);
}

TEST_CASE("select: the links at the end are so many and no more, the others wait") {
  std::vector<Candidate> posts;
  for (int i = 1; i <= 250; ++i) posts.push_back(post(i, from + minutes{i}));
  auto with = options();
  with.max_posts = 20;
  with.overflow = Overflow::list;
  const auto chosen = select(posts, with, weekly_bounds());
  CHECK(chosen.posts.size() == 20);
  CHECK(chosen.more.size() == most_links);
  CHECK(by_reason(chosen.left_out).front().posts == 130);
}

TEST_CASE("select: sources and topics of the digest must match, tags count as topics") {
  auto tagged = post(1, from);
  tagged.tags = {"Ελλάδα"};
  auto with = options();
  with.only_sources = {"town"};
  CHECK(verdict(tagged, with) == LeftOut::source);
  with.only_sources = {"town", "harbour"};
  CHECK_FALSE(verdict(tagged, with));
  with.only_topics = {"news"};
  CHECK(verdict(tagged, with) == LeftOut::topic);
  with.only_topics = {"BOATS"};
  CHECK_FALSE(verdict(tagged, with));
  with.only_topics = {"ελλάδα"};
  CHECK_FALSE(verdict(tagged, with));
  CHECK(verdict(in_source(post(1, from), 9, "removed from the configuration")) == LeftOut::source);
}

TEST_CASE("select: what include and exclude keep out is left out for that reason, topics first") {
  auto with = options();
  with.keeps_out = [](PostId id) { return id == PostId{2}; };
  CHECK_FALSE(verdict(post(1, from), with));
  CHECK(verdict(post(2, from), with) == LeftOut::pattern);
  with.only_topics = {"trains"};
  CHECK(verdict(post(2, from), with) == LeftOut::topic);
}

TEST_CASE("select: order, and pinned posts first") {
  std::vector<Candidate> posts{post(1, from + hours{1}), in_source(post(2, from + hours{2}), 2, "town"),
                               post(3, from + hours{3}), post(4, from + hours{2})};
  posts[0].pinned = true;
  auto with = options();
  CHECK(ids(select(posts, with, weekly_bounds())) == Ids{1, 3, 2, 4});
  with.order = Order::oldest;
  CHECK(ids(select(posts, with, weekly_bounds())) == Ids{1, 2, 4, 3});
  with.order = Order::source;
  CHECK(ids(select(posts, with, weekly_bounds())) == Ids{1, 2, 3, 4});
}

TEST_CASE("select: the choice does not depend on the order of the candidates") {
  std::vector<Candidate> posts{post(1, from), post(2, from), in_source(post(3, from), 2, "town"),
                               undated(4, from + hours{1})};
  for (auto& candidate : posts) candidate.title_key = "the same long title";
  posts[0].title_key = posts[3].title_key = "";
  const auto want = select(posts, options(), weekly_bounds());
  CHECK(want.posts.size() == 3);
  std::sort(posts.begin(), posts.end(), [](const Candidate& a, const Candidate& b) { return a.id < b.id; });
  do {
    CHECK(select(posts, options(), weekly_bounds()).posts == want.posts);
  } while (std::next_permutation(posts.begin(), posts.end(),
                                 [](const Candidate& a, const Candidate& b) { return a.id < b.id; }));
}

TEST_CASE("select: max_posts cuts the tail and says so, min_posts skips") {
  const std::vector<Candidate> posts{post(1, from), post(2, from + hours{1}), post(3, from + hours{2})};
  auto with = options();
  with.max_posts = 2;
  const auto cut = select(posts, with, weekly_bounds());
  CHECK(ids(cut) == Ids{3, 2});
  REQUIRE(cut.left_out.size() == 1);
  CHECK(cut.left_out[0] == NotSelected{{1}, LeftOut::waits_max_posts, {}, {}});
  with.min_posts = 4;
  const auto skipped = select(posts, with, weekly_bounds());
  CHECK(skipped.posts.empty());
  CHECK(skipped.skipped == "3 posts, min_posts is 4");
  CHECK(by_reason(skipped.left_out).front() == LeftOutPosts{LeftOut::waits_min_posts, 3, {{3}, {2}, {1}}});
  with.min_posts = 0;
  CHECK(select({}, with, weekly_bounds()).skipped == "no posts");
}

TEST_CASE("select: one article of two sources appears once and names both") {
  auto a = post(1, from + hours{2});
  auto b = in_source(post(2, from + hours{1}), 2, "town");
  auto c = in_source(post(3, from + hours{3}), 3, "club");
  a.link_key = b.link_key = "news.example.org/boats";
  a.title_key = c.title_key = "storm closes the harbour";
  const auto selection = select(std::vector{a, b, c}, options(), weekly_bounds());
  REQUIRE(selection.posts.size() == 1);
  const auto& joined = selection.posts[0];
  CHECK(joined.id == PostId{2});
  CHECK(joined.joined == std::vector<PostId>{{1}, {3}});
  CHECK(joined.also_from == std::vector<SourceId>{{1}, {3}});
  CHECK(joined.topics == std::vector<std::string>{"boats", "news"});
  CHECK(joined.date == from + hours{1});
}

TEST_CASE("select: what does not name an article joins nothing") {
  auto a = post(1, from);
  auto b = in_source(post(2, from), 2, "town");
  const auto count = [&] { return select(std::vector{a, b}, options(), weekly_bounds()).posts.size(); };
  CHECK(count() == 2);
  a.link_key = b.link_key = "podcast.example.org";
  CHECK_MESSAGE(count() == 2, "a bare host");
  a.link_key = b.link_key = "podcast.example.org/latest";
  CHECK(count() == 1);
  b.link_shared = true;
  CHECK_MESSAGE(count() == 2, "its source uses the link for other posts too");
  a.link_key = b.link_key = "";
  a.title_key = b.title_key = "news 12";
  CHECK_MESSAGE(count() == 2, "a short title");
  a.title_key = b.title_key = "ένα δύο ";
  CHECK_MESSAGE(count() == 1, "eight letters");
  b.source = a.source;
  CHECK_MESSAGE(count() == 2, "two posts of one source");
}

TEST_CASE("select: a key that one source uses twice joins nothing at all") {
  auto a = post(1, from);
  auto b = post(2, from);
  auto c = in_source(post(3, from), 2, "town");
  a.title_key = b.title_key = c.title_key = "weekly round-up";
  CHECK(select(std::vector{a, b, c}, options(), weekly_bounds()).posts.size() == 3);
}

TEST_CASE("select: joining by title never brings two posts of one source together") {
  auto a = post(1, from);
  auto b = in_source(post(2, from), 2, "town");
  auto c = in_source(post(3, from), 2, "town");
  a.link_key = b.link_key = "example.org/1";
  a.title_key = c.title_key = "the same long title";
  CHECK(ids(select(std::vector{a, b, c}, options(), weekly_bounds())).size() == 2);
}

TEST_CASE("select: a repeat of an earlier edition is recorded and not shown") {
  auto a = post(1, from);
  auto b = in_source(post(2, from), 2, "town");
  b.repeat_of = PostId{77};
  const auto selection = select(std::vector{a, b}, options(), weekly_bounds());
  CHECK(ids(selection) == Ids{1});
  CHECK(selection.repeats == std::vector<Repeat>{{{2}, {77}}});
  CHECK(select(std::vector{b}, options(), weekly_bounds()).skipped == "no posts");
}

TEST_CASE("select: groups keep the reading order, each key once") {
  const auto athens = *Zone::find("Europe/Athens");
  const std::vector<GroupInput> posts{
      {at("2026-01-05T10:00:00Z"), "town", {"news"}, true},
      {at("2026-01-05T23:30:00Z"), "harbour", {"boats", "news"}, false},
      {at("2026-01-05T21:30:00Z"), "town", {"news"}, false},
      {at("2026-01-05T20:30:00Z"), "harbour", {"other"}, false},
      {at("2026-01-05T22:30:00Z"), "town", {}, false},
  };
  using Indices = std::vector<std::size_t>;
  CHECK(group(posts, GroupBy::day, athens) == std::vector<Group>{{"", true, Indices{0}},
                                                                 {"2026-01-06", false, Indices{1, 4}},
                                                                 {"2026-01-05", false, Indices{2, 3}}});
  CHECK(group(posts, GroupBy::source, athens) == std::vector<Group>{{"", true, Indices{0}},
                                                                    {"harbour", false, Indices{1, 3}},
                                                                    {"town", false, Indices{2, 4}}});
  const std::vector<std::string> order{"News", "Boats"};
  CHECK(group(posts, GroupBy::topic, athens, order) == std::vector<Group>{{"", true, Indices{0}},
                                                                          {"News", false, Indices{1, 2}},
                                                                          {"", false, Indices{3, 4}}});
  CHECK(group(posts, GroupBy::none, athens) ==
        std::vector<Group>{{"", true, Indices{0}}, {"", false, Indices{1, 2, 3, 4}}});
}
