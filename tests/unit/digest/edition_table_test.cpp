#include "digest/edition_table.hpp"

#include "digest/body_table.hpp"
#include "unit/digest/shop.hpp"

using namespace tidings;
using namespace tidings::digest;
using namespace std::chrono;

namespace {

const UtcTime monday = *parse_rfc3339("2026-01-05T08:00:00Z");
using Ids = std::vector<std::int64_t>;

struct Shop : test::Shop {
  PostId post(std::int64_t source, std::optional<UtcTime> published, UtcTime first_seen,
              std::string link_key = "", bool hidden = false, bool first_reading = false) {
    return test::Shop::post({.source = source,
                             .published = published,
                             .first_seen = first_seen,
                             .link_key = std::move(link_key),
                             .title_key = "",
                             .tags = {},
                             .hidden = hidden,
                             .first_reading = first_reading});
  }

  /// Composes the edition of one weekly run as a job would; returns the ids in it.
  std::vector<std::int64_t> compose(UtcTime scheduled, const SelectOptions& options = {}) {
    const auto history = *table.history("weekly");
    const Period period{history.covered_until.value_or(scheduled - days{7}), scheduled};
    const Plan plan{.scheduled = scheduled, .period = period, .nominal = days{7}, .missed_runs = 0};
    const auto bounds = EditionTable::bounds(plan, history, scheduled + minutes{1});
    selection = select(table.candidates("weekly", options, bounds)->candidates, options, bounds);
    const NewEdition edition{.digest = "weekly",
                             .scheduled = scheduled,
                             .period = period,
                             .cut = bounds.cut,
                             .title = "T",
                             .reason = selection.skipped};
    std::vector<std::int64_t> out;
    if (!selection.skipped.empty()) {
      REQUIRE(table.record_skipped(edition, bounds.cut));
      return out;
    }
    seal(edition, selection, options);
    const auto posts = *table.posts_of(last);
    for (const auto id : posts) out.push_back(id.value);
    return out;
  }

  Selection selection;
};

}  // namespace

TEST_CASE("edition_table: a digest without editions has no history") {
  Shop shop;
  const auto history = shop.table.history("weekly");
  REQUIRE(history);
  CHECK(*history == History{});
}

TEST_CASE("edition_table: each post is in one edition, late and undated ones in the next") {
  Shop shop;
  const auto old_post = shop.post(1, monday - days{30}, monday - days{1}, "", false, true);
  shop.post(1, {}, monday - days{8});
  const auto back_dated = shop.post(1, monday - days{30}, monday - days{1});
  const auto a = shop.post(1, monday - days{2}, monday - days{2});
  const auto b = shop.post(1, {}, monday - days{1});
  CHECK(shop.compose(monday) == Ids{b.value, a.value, back_dated.value});
  const auto late = shop.post(1, monday - days{3}, monday + days{1});
  const auto future = shop.post(2, monday + days{900}, monday + days{2});
  shop.post(2, {}, monday + days{3}, "", true);
  CHECK(shop.compose(monday + days{7}) == Ids{future.value, late.value});
  CHECK(shop.compose(monday + days{14}).empty());
  CHECK(old_post.value == 1);
}

TEST_CASE(
    "edition_table: a source's first reading is taken one period back, and what it leaves is left for good") {
  Shop shop;
  CHECK(shop.compose(monday - days{7}).empty());
  const auto young = shop.post(1, monday - days{6}, monday - days{1}, "", false, true);
  const auto old_post = shop.post(1, monday - days{9}, monday - days{1}, "", false, true);
  CHECK(shop.compose(monday) == Ids{young.value});
  // A catch-up looks back no further for what was judged.
  const auto missed = shop.post(1, monday - days{22}, monday + days{34});
  CHECK(shop.compose(monday + days{35}) == Ids{missed.value});
  auto release = shop.database.prepare("UPDATE post_sights SET released_ms = :now WHERE post_id = :id");
  REQUIRE(release.bind(":now", monday + days{36}).bind(":id", old_post).run());
  CHECK(shop.compose(monday + days{42}) == Ids{old_post.value});
}

TEST_CASE("edition_table: what an edition leaves out is kept by reason") {
  Shop shop;
  shop.post(1, monday - days{1}, monday - days{1});
  shop.compose(monday);
  const std::vector<LeftOutPosts> left_out{{LeftOut::waits_max_posts, 2000, {{1}, {7}}},
                                           {LeftOut::hidden, 1, {{9}}}};
  REQUIRE(shop.table.add_left_out(shop.last, left_out));
  CHECK(*shop.table.left_out_of(shop.last) == left_out);
}

TEST_CASE("edition_table: a digest is known from when the database first met it") {
  Shop shop;
  const std::vector<std::string> names{"weekly", "daily"};
  REQUIRE(shop.table.meet(names, monday));
  REQUIRE(shop.table.meet(names, monday + days{1}));
  CHECK(shop.table.history("daily")->known_since == monday);
  CHECK_FALSE(shop.table.history("monthly")->known_since);
}

TEST_CASE("edition_table: history tells sent from skipped and remembers the first edition") {
  Shop shop;
  shop.post(1, monday - days{1}, monday - days{1});
  shop.compose(monday);
  shop.compose(monday + days{7});
  const auto history = *shop.table.history("weekly");
  CHECK(history == History{.origin = History::Origin{monday - days{7}, monday + minutes{1}},
                           .covered_until = monday + days{7},
                           .judged_cut = monday + days{7} + minutes{1},
                           .newest_run = monday + days{7},
                           .next_number = 2});
  CHECK(*shop.table.history("daily") == History{});
}

TEST_CASE("edition_table: one run makes one edition") {
  Shop shop;
  shop.post(1, monday - days{1}, monday - days{1});
  shop.compose(monday);
  const NewEdition again{.digest = "weekly",
                         .scheduled = monday,
                         .period = {monday - days{1}, monday},
                         .cut = monday,
                         .title = "",
                         .reason = ""};
  CHECK(shop.table.insert(again, {}, monday).error().code == Errc::bad_data);
  const auto skipped = shop.table.record_skipped(again, monday);
  REQUIRE_FALSE(skipped);
  CHECK(skipped.error().what.find("2026-01-05T08:00:00Z") != std::string::npos);
}

TEST_CASE("edition_table: what a cancelled edition held is free again, unless its sending had begun") {
  Shop shop;
  const auto post = shop.post(1, monday - days{1}, monday - days{1});
  CHECK(shop.compose(monday) == Ids{post.value});
  REQUIRE(shop.table.cancel(shop.last, "wrong picture", monday));
  CHECK(shop.table.history("weekly")->covered_until == std::nullopt);
  CHECK(shop.table.history("weekly")->newest_run == monday);
  CHECK(shop.compose(monday + hours{1}) == Ids{post.value});
  CHECK(shop.table.get(shop.last)->number == 2);
  REQUIRE(shop.table.set_sending(shop.last, monday));
  REQUIRE(shop.table.cancel(shop.last, "stop", monday));
  CHECK(shop.compose(monday + days{7}).empty());
  CHECK(shop.table.history("weekly")->covered_until == monday + days{7});
}

TEST_CASE("edition_table: a link that another source had in an earlier edition is a repeat for good") {
  Shop shop;
  const auto a = shop.post(1, monday - days{1}, monday - days{1}, "example.org/a");
  CHECK(shop.compose(monday) == Ids{a.value});
  const auto b = shop.post(2, monday + days{1}, monday + days{1}, "example.org/a");
  const auto c = shop.post(2, monday + days{1}, monday + days{1}, "example.org/c");
  const auto same_source = shop.post(1, monday + days{2}, monday + days{2}, "example.org/a");
  // The link now names two posts of its first source, so it names no article any more.
  CHECK(shop.compose(monday + days{7}) == Ids{same_source.value, b.value, c.value});

  Shop other;
  const auto first = other.post(1, monday - days{1}, monday - days{1}, "example.org/a");
  CHECK(other.compose(monday) == Ids{first.value});
  const auto repeat = other.post(2, monday + days{1}, monday + days{1}, "example.org/a");
  const auto fresh = other.post(2, monday + days{1}, monday + days{1}, "example.org/c");
  CHECK(other.compose(monday + days{7}) == Ids{fresh.value});
  CHECK(*other.table.joined_in(other.last) == std::vector<Repeat>{{repeat, first}});
}

TEST_CASE("edition_table: posts below min_posts or above max_posts stay for the next edition") {
  Shop shop;
  SelectOptions options;
  options.min_posts = 2;
  options.max_posts = 2;
  const auto a = shop.post(1, monday - days{6}, monday - days{6});
  CHECK(shop.compose(monday, options).empty());
  CHECK(shop.compose(monday + days{7}, options).empty());
  CHECK(shop.compose(monday + days{14}, options).empty());
  const auto b = shop.post(1, monday + days{15}, monday + days{15});
  const auto c = shop.post(1, monday + days{16}, monday + days{16});
  CHECK(shop.compose(monday + days{21}, options) == Ids{c.value, b.value});
  const auto d = shop.post(1, monday + days{22}, monday + days{22});
  CHECK_MESSAGE((shop.compose(monday + days{28}, options) == Ids{d.value, a.value}),
                "what waits never expires");
}

TEST_CASE("edition_table: segments and bodies come back as they were sealed") {
  Shop shop;
  const auto a = shop.post(1, monday - days{1}, monday - days{1});
  const auto b = shop.post(1, monday - days{2}, monday - days{2});
  shop.compose(monday);
  const std::vector<PostId> both{a, b};
  const auto one = *shop.table.add_segment(shop.last, "el", both);
  const auto two = *shop.table.add_segment(shop.last, "en", std::span{both}.first(1));
  const SegmentBody body{"Θέμα", "text\n", "<p>html"};
  BodyWriter writer{shop.database, shop.last};
  const std::vector<std::string> text{"text\n"};
  const std::vector<std::string> html{"<p>", "html"};
  REQUIRE(writer.add(one, 0, "Θέμα", text, html));
  REQUIRE(writer.add(one, 1, "", {}, {}));
  REQUIRE(writer.add(two, 0, "s", html, text));
  const auto segments = *shop.table.segments_of(shop.last);
  REQUIRE(segments.size() == 2);
  CHECK(segments[0] == Segment{one, shop.last, "el", both, {}});
  CHECK(segments[1] == Segment{two, shop.last, "en", {a}, {}});
  BodyTable bodies{shop.database};
  CHECK(*bodies.of_segment(shop.last, one) == std::vector<SegmentBody>{body, {}});
  CHECK(*bodies.of_segment(shop.last, two) == std::vector<SegmentBody>{{"s", "<p>html", "text\n"}});
  CHECK(bodies.of_segment(shop.last, {99})->empty());
  const auto edition = *bodies.of_edition(shop.last);
  const std::vector<std::string> each_once{"text\n", "<p>", "html"};
  CHECK(edition.parts == each_once);
  const std::vector<PartedSegment> want{{one, "el", {{"Θέμα", {0}, {1, 2}}, {"", {}, {}}}},
                                        {two, "en", {{"s", {1, 2}, {0}}}}};
  CHECK(edition.segments == want);
  CHECK_FALSE_MESSAGE(shop.table.add_segment(shop.last, "el", both),
                      "one segment for each set of posts and language");
}

TEST_CASE("edition_table: states go forward only") {
  Shop shop;
  shop.post(1, monday - days{1}, monday - days{1});
  shop.compose(monday);
  const auto id = shop.last;
  CHECK(shop.table.get(id)->state == EditionState::sealed);
  CHECK(shop.table.unfinished()->size() == 1);
  REQUIRE(shop.table.set_sending(id, monday + minutes{2}));
  REQUIRE(shop.table.set_sending(id, monday + minutes{3}));
  CHECK(shop.table.get(id)->started == monday + minutes{2});
  CHECK(shop.table.unfinished()->size() == 1);
  REQUIRE(shop.table.set_sent(id, monday + minutes{4}));
  REQUIRE(shop.table.set_sent(id, monday + minutes{5}));
  CHECK(shop.table.get(id)->finished == monday + minutes{4});
  CHECK(shop.table.unfinished()->empty());
  CHECK(shop.table.set_sending(id, monday).error().code == Errc::not_permitted);
  CHECK(shop.table.cancel(id, "", monday).error().code == Errc::not_permitted);
  CHECK(shop.table.set_sent({99}, monday).error().code == Errc::no_input);
}

TEST_CASE("edition_table: editions are found by number, by digest and by id") {
  Shop shop;
  shop.post(1, monday - days{1}, monday - days{1});
  shop.compose(monday);
  shop.post(1, monday + days{1}, monday + days{1});
  shop.compose(monday + days{7});
  shop.compose(monday + days{14});
  CHECK(shop.table.find("weekly")->number == 2);
  CHECK(shop.table.find("weekly#1")->scheduled == monday);
  CHECK(shop.table.find("3")->state == EditionState::skipped);
  const auto missing = shop.table.find("weekly#7");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == Errc::no_input);
  CHECK(missing.error().hint == "the newest one is weekly#2");
  for (const auto* name : {"daily", "daily#1", "weekly#", "weekly#x", "99", "", "#"}) {
    CAPTURE(name);
    CHECK(shop.table.find(name).error().code == Errc::no_input);
  }
  const auto list = *shop.table.list("weekly", 2);
  REQUIRE(list.size() == 2);
  CHECK(list[0].edition.reason == "no posts");
  CHECK(list[1].posts == 1);
  CHECK(shop.table.list("", 10)->size() == 3);
  CHECK(shop.table.list("daily", 10)->empty());
}

TEST_CASE("edition_table: what max_posts cuts may be listed instead, and has had its turn then") {
  Shop shop;
  SelectOptions options;
  options.max_posts = 1;
  options.overflow = Overflow::list;
  const auto a = shop.post(1, monday - days{2}, monday - days{2});
  const auto b = shop.post(1, monday - days{1}, monday - days{1});
  CHECK(shop.compose(monday, options) == Ids{b.value});
  CHECK(*shop.table.more_of(shop.last) == std::vector<PostId>{a});
  CHECK(shop.table.list("weekly", 1)->front().posts == 1);
  CHECK(shop.compose(monday + days{7}, options).empty());
}

TEST_CASE("edition_table: posts of a run that nobody was to get do not wait for the first reader") {
  Shop shop;
  const auto old_post = shop.post(1, monday - days{1}, monday - days{1});
  const auto bounds = EditionTable::bounds(
      {.scheduled = monday, .period = {monday - days{7}, monday}, .nominal = days{7}, .missed_runs = 0}, {},
      monday);
  const auto selection = select(shop.table.candidates("weekly", {}, bounds)->candidates, {}, bounds);
  REQUIRE(selection.posts.size() == 1);
  REQUIRE(shop.table.record_skipped({.digest = "weekly",
                                     .scheduled = monday,
                                     .period = {monday - days{7}, monday},
                                     .cut = monday,
                                     .title = "",
                                     .reason = "nobody"},
                                    selection, monday));
  CHECK(shop.table.history("weekly")->covered_until == monday);
  CHECK(shop.table.history("weekly")->next_number == 1);
  const auto fresh = shop.post(1, monday + days{1}, monday + days{1});
  CHECK(shop.compose(monday + days{7}) == Ids{fresh.value});
  CHECK(old_post != fresh);
}

TEST_CASE("edition_table: what earlier editions have shown comes back with its copies") {
  Shop shop;
  const auto a = shop.post(1, monday - days{2}, monday - days{2}, "example.org/a");
  const auto copy = shop.post(2, monday - days{1}, monday - days{1}, "example.org/a");
  shop.compose(monday);
  const auto b = shop.post(1, monday + days{1}, monday + days{1});
  shop.compose(monday + days{7});
  const auto all = *shop.table.shown_since("weekly", monday - days{1}, {});
  REQUIRE(all.size() == 2);
  CHECK(all[0].post.id == a);
  CHECK(all[0].post.joined == std::vector<PostId>{copy});
  CHECK(all[0].cut == monday + minutes{1});
  CHECK(all[1].post.id == b);
  CHECK(shop.table.shown_since("weekly", monday + minutes{1}, {})->size() == 1);
  CHECK(shop.table.shown_since("daily", monday - days{1}, {})->empty());
}

TEST_CASE("edition_table: a draft is sealed as it was arranged, and what was dropped has had its turn") {
  Shop shop;
  const auto a = shop.post(1, monday - days{3}, monday - days{3});
  const auto b = shop.post(1, monday - days{2}, monday - days{2});
  const auto c = shop.post(2, monday - days{1}, monday - days{1});
  const auto shown = [](PostId id, std::int64_t source) {
    Selected out;
    out.id = id;
    out.source = SourceId{source};
    return out;
  };
  Selection chosen;
  chosen.posts = {shown(c, 2), shown(b, 1), shown(a, 1)};
  const NewEdition edition{.digest = "weekly",
                           .scheduled = monday,
                           .period = {monday - days{7}, monday},
                           .cut = monday,
                           .title = "T",
                           .reason = ""};
  const auto id = *shop.table.insert(edition, chosen, std::nullopt);
  CHECK(shop.table.get(id)->state == EditionState::draft);
  CHECK(shop.table.drafts("weekly")->size() == 1);
  CHECK(shop.table.unfinished()->empty());
  REQUIRE(shop.table.arrange(id, std::vector<PostId>{a, c}));
  CHECK(*shop.table.posts_of(id) == std::vector<PostId>{a, c});
  CHECK(*shop.table.dropped_of(id) == std::vector<PostId>{b});
  REQUIRE(shop.table.arrange(id, std::vector<PostId>{b, a}));
  CHECK(*shop.table.dropped_of(id) == std::vector<PostId>{c});
  for (const auto& wrong :
       {std::vector<PostId>{}, std::vector<PostId>{a, a}, std::vector<PostId>{a, PostId{999}}}) {
    auto transaction = shop.database.begin();
    REQUIRE(transaction);
    CHECK(shop.table.arrange(id, wrong).error().code == Errc::bad_data);
  }
  CHECK(*shop.table.posts_of(id) == std::vector<PostId>{b, a});
  REQUIRE(shop.table.set_intro(id, "Hello"));
  REQUIRE(shop.table.approve(id, "New title", monday + days{1}));
  const auto sealed = *shop.table.get(id);
  CHECK(sealed.state == EditionState::sealed);
  CHECK(sealed.intro == "Hello");
  CHECK(sealed.title == "New title");
  CHECK(sealed.promised() == monday + days{1});
  CHECK(shop.table.arrange(id, std::vector<PostId>{a}).error().code == Errc::not_permitted);
  CHECK(shop.table.approve(id, "", monday).error().code == Errc::not_permitted);
  const auto choice = *shop.table.choice_of(id, {});
  REQUIRE(choice.posts.size() == 2);
  CHECK(choice.posts[0].id == b);
  Ids carried;
  const auto shown_before = shop.table.shown_since("weekly", monday - days{7}, {});
  for (const auto& each : *shown_before) carried.push_back(each.post.id.value);
  CHECK(carried == Ids{a.value, b.value});
  CHECK(shop.compose(monday + days{7}).empty());
}

TEST_CASE("body_table: ranges of numbers come back, and damage is bad data") {
  for (const auto& numbers : std::vector<std::vector<std::uint32_t>>{
           {}, {0}, {7, 7}, {0, 1, 2, 9, 3, 4}, {4'294'967'295U}, {5, 4, 3}}) {
    CHECK(*numbers_in(ranges_text(numbers)) == numbers);
  }
  CHECK(ranges_text(std::vector<std::uint32_t>{0, 1, 2, 9, 12, 13}) == "0-2 9 12-13");
  for (const auto* damaged : {"x", "1-", "-1", "3-1", "0-4000000000", "1  2", "1,2", "99999999999"}) {
    CAPTURE(damaged);
    const auto read = numbers_in(damaged);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == Errc::bad_data);
  }
}
