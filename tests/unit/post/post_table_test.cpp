#include "post/post_table.hpp"
#include "support/store.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::post;
using source::Entry;

namespace {

constexpr UtcTime now{std::chrono::milliseconds{1'767'600'000'000}};

struct Fixture {
  store::Database database = std::move(*test_store::open());
  PostTable table{database};
  SourceId source{1};

  Fixture() {
    REQUIRE(
        database.execute("INSERT INTO sources (id, name, url) VALUES (1, 'harbour', 'https://e.org/feed')"));
  }

  StoreCounts store(const std::vector<Entry>& entries, UtcTime at = now,
                    std::optional<UtcTime> last_good = {}) {
    const auto counts = table.store({.source = source, .now = at, .last_good = last_good}, entries);
    REQUIRE(counts);
    return *counts;
  }
  std::vector<Post> all() { return *table.list({}); }
  void seal(PostId id) {
    REQUIRE(database.execute(
        "INSERT INTO editions (id, digest, state, scheduled_ms, from_ms, until_ms, cut_ms, title) "
        "VALUES (1, 'weekly', 'sealed', 1, 1, 2, 2, 'x')"));
    auto insert =
        database.prepare("INSERT INTO edition_posts (edition_id, post_id, position) VALUES (1, :id, 0)");
    REQUIRE(insert.bind(":id", id).run());
  }
};

Entry entry(std::string id, std::string link, std::string title) {
  Entry out;
  out.id = std::move(id);
  out.link = std::move(link);
  out.title = std::move(title);
  out.content_html = "<p>Text</p>";
  out.categories = {"boats", "Boats", "sea"};
  return out;
}

}  // namespace

TEST_CASE("post table: storing twice stores once") {
  Fixture f;
  const std::vector<Entry> entries{entry("1", "https://e.org/1", "One"),
                                   entry("2", "https://e.org/2", "Two")};
  CHECK(f.store(entries) == StoreCounts{.added = 2});
  CHECK(f.store(entries, now + std::chrono::hours{1}) == StoreCounts{.unchanged = 2});
  const auto posts = f.all();
  REQUIRE(posts.size() == 2);
  CHECK(posts[0].first_seen == now);
  CHECK(posts[0].tags == std::vector<std::string>{"boats", "sea"});
  CHECK(*f.table.find(posts[1].id) == posts[1]);
}

TEST_CASE("post table: an edited post is updated until it is sealed, never after") {
  Fixture f;
  f.store({entry("1", "https://e.org/1", "One")});
  CHECK(f.store({entry("1", "https://e.org/1", "One, mended")}, now + std::chrono::hours{1}) ==
        StoreCounts{.updated = 1});
  CHECK(f.all()[0].title == "One, mended");
  CHECK(f.all()[0].first_seen == now);
  f.seal(f.all()[0].id);
  CHECK(f.store({entry("1", "https://e.org/1", "Too late")}) == StoreCounts{.frozen = 1});
  CHECK(f.all()[0].title == "One, mended");
}

TEST_CASE("post table: a changed guid with the same link is the same post") {
  Fixture f;
  f.store({entry("old", "https://e.org/1?utm_source=rss", "One")});
  CHECK(f.store({entry("new", "https://e.org/1", "One")}) == StoreCounts{.updated = 1});
  REQUIRE(f.all().size() == 1);
  CHECK(f.all()[0].identity == "new");
}

TEST_CASE("post table: guids that repeat within a feed are not trusted") {
  Fixture f;
  const std::vector<Entry> entries{entry("0", "https://e.org/1", "One"),
                                   entry("0", "https://e.org/2", "Two")};
  CHECK(f.store(entries) == StoreCounts{.added = 2});
  CHECK(f.store(entries) == StoreCounts{.unchanged = 2});
  CHECK(f.store({entries[1]}).added == 0);
}

TEST_CASE(
    "post table: entries without guid or link are kept apart by their text, one link for all is no "
    "identity") {
  Fixture f;
  CHECK(f.store({entry("", "", "One"), entry("", "", "Two")}) == StoreCounts{.added = 2});
  CHECK(f.store({entry("", "", "One"), entry("", "", "Two")}) == StoreCounts{.unchanged = 2});
  CHECK(f.store({entry("a", "https://e.org/", "A"), entry("b", "https://e.org/", "B")}) ==
        StoreCounts{.added = 2});
}

TEST_CASE("post table: hiding and pinning survive an edit") {
  Fixture f;
  f.store({entry("1", "https://e.org/1", "One")});
  const auto id = f.all()[0].id;
  REQUIRE(f.table.set_hidden(id, Hidden::yes));
  REQUIRE(f.table.set_pinned(id, Pinned::yes));
  f.store({entry("1", "https://e.org/1", "Other")});
  CHECK(f.all()[0].hidden);
  CHECK(f.all()[0].pinned);
  CHECK(f.table.set_hidden(PostId{99}, Hidden::yes).error().code == Errc::no_input);
  CHECK(f.table.find(PostId{99}).error().code == Errc::no_input);
}

TEST_CASE("post table: a post without title shows its first words") {
  Post post;
  post.html = "<p>The harbour is calm this morning and the boats are still asleep at the quay.</p>";
  CHECK(display_title(post) == "The harbour is calm this morning and the boats are…");
  post = {};
  post.link = "https://e.org/a";
  CHECK(display_title(post) == "e.org/a");
}

namespace {

/// Entries that were published an hour after each other, the last of them at `newest`; the newest first, as
/// feeds have it.
std::vector<Entry> blog(const std::string& name, int count, UtcTime newest) {
  std::vector<Entry> out;
  for (int i = 0; i < count; ++i) {
    const auto word = name + std::to_string(i);
    out.push_back(entry(word, "https://e.org/" + word, word));
    out.back().published = newest - std::chrono::hours{i};
  }
  return out;
}

std::vector<std::string> titles(const std::vector<Post>& posts) {
  std::vector<std::string> out;
  for (const auto& post : posts) out.push_back(post.title);
  return out;
}

}  // namespace

TEST_CASE("post table: old posts that come by the dozen are set aside until they are released") {
  const auto read_before = now - std::chrono::hours{2};
  const auto set_aside = [&](const std::vector<Entry>& entries, std::optional<UtcTime> last_good) {
    Fixture f;
    return f.store(entries, now, last_good).set_aside;
  };
  const auto old_posts = blog("old", 11, read_before - std::chrono::minutes{61});
  CHECK(set_aside(old_posts, read_before) == 11);
  CHECK_MESSAGE(set_aside(old_posts, {}) == 0, "a first reading");
  CHECK_MESSAGE(set_aside(blog("old", 10, read_before - std::chrono::minutes{61}), read_before) == 0,
                "ten are no flood");
  CHECK_MESSAGE(set_aside(blog("new", 40, now), now - std::chrono::days{5}) == 0,
                "the source was away for five days");
  CHECK_MESSAGE(set_aside(old_posts, now + std::chrono::hours{1}) == 0, "the clock was wrong then");
  auto half = blog("new", 11, now);
  half.insert(half.end(), old_posts.begin(), old_posts.end());
  CHECK_MESSAGE(set_aside(half, now - std::chrono::hours{12}) == 0, "no more than half");

  Fixture f;
  f.store(old_posts, now, read_before);
  CHECK(*f.table.set_aside() == std::vector<SetAside>{{f.source, now, 11}});
  CHECK(*f.table.release(f.all().front().id, now) == 1);
  CHECK(*f.table.release(f.all().front().id, now) == 0);
  CHECK(*f.table.release_all(f.source, now) == 10);
  CHECK(f.table.set_aside()->empty());
  CHECK(f.table.release({999}, now).error().code == Errc::no_input);
}

TEST_CASE("post table: posts keep the order of their source over all readings") {
  Fixture f;
  const auto order = [&] {
    auto rows = f.database.prepare("SELECT title FROM posts JOIN post_sights ON post_id = id ORDER BY place");
    std::vector<std::string> out;
    while (*rows.step()) out.push_back(rows.text(0));
    return out;
  };
  const auto a = entry("a", "https://e.org/a", "A");
  const auto b = entry("b", "https://e.org/b", "B");
  const auto c = entry("c", "https://e.org/c", "C");
  const auto d = entry("d", "https://e.org/d", "D");
  const auto e = entry("e", "https://e.org/e", "E");
  f.store({b, d});
  f.store({a, b, d});
  f.store({a, b, c, d, e});
  CHECK(order() == std::vector<std::string>{"A", "B", "C", "D", "E"});
  CHECK(titles(f.all()) == order());
}
