#include "digest/segment.hpp"

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::digest;

namespace {
using Topics = std::vector<std::string>;
using Ids = std::vector<PostId>;

Segmenter harbour() {
  return Segmenter{{{{11}, {"boats"}}, {{12}, {"Μουσική", "town"}}, {{13}, {}}, {{14}, {"boats"}, true}}};
}
}  // namespace

TEST_CASE("segment: a reader without topics gets the whole edition and no backlog") {
  auto segmenter = harbour();
  const auto index = segmenter.place("en", Topics{});
  REQUIRE(index);
  CHECK(segmenter.segments()[*index] == SegmentKey{"en", Ids{{11}, {12}, {13}}});
}

TEST_CASE("segment: topics choose posts, whatever their case") {
  auto segmenter = harbour();
  CHECK(segmenter.segments()[*segmenter.place("el", Topics{"ΜΟΥΣΙΚΉ"})].posts == Ids{{12}});
  CHECK(segmenter.segments()[*segmenter.place("el", Topics{"Boats", "town"})].posts == Ids{{11}, {12}});
}

TEST_CASE("segment: a reader whose topics match nothing is in none") {
  auto segmenter = harbour();
  CHECK_FALSE(segmenter.place("en", Topics{"chess"}));
  CHECK_FALSE(segmenter.place("en", Topics{"chess"}));
  CHECK(segmenter.segments().empty());
}

TEST_CASE("segment: same posts and language are one segment, however they were asked for") {
  auto segmenter = harbour();
  const auto a = segmenter.place("en", Topics{"boats"});
  CHECK(segmenter.place("en", Topics{"BOATS", "chess"}) == a);
  CHECK(segmenter.place("de", Topics{"boats"}) != a);
  CHECK(segmenter.place_only("en", Topics{}, Ids{{11}, {99}}) == a);
  CHECK(segmenter.segments().size() == 2);
}

TEST_CASE("segment: a reader who is owed certain posts gets those, backlog too, in reading order") {
  auto segmenter = harbour();
  CHECK(segmenter.segments()[*segmenter.place_only("en", Topics{}, Ids{{14}, {12}})].posts ==
        Ids{{12}, {14}});
  CHECK(segmenter.segments()[*segmenter.place_only("en", Topics{"boats"}, Ids{{14}, {12}})].posts ==
        Ids{{14}});
  CHECK_FALSE(segmenter.place_only("en", Topics{}, Ids{}));
}

TEST_CASE("segment: a hundred thousand readers with ten thousand different answers make few segments") {
  auto segmenter = harbour();
  for (int i = 0; i < 100'000; ++i) {
    REQUIRE(
        segmenter.place(i % 2 == 0 ? "en" : "el", Topics{"boats", "other " + std::to_string(i % 10'000)}));
  }
  CHECK(segmenter.segments().size() == 2);
}

TEST_CASE("segments: events are part of the key, and alone only where they suffice") {
  const SegmentEvents events{.topics = {{"Music"}, {"food"}}};
  Segmenter segmenter({{.id = PostId{1}, .topics = {"sea"}}}, events);
  const std::vector<std::string> sea{"sea"};
  const std::vector<std::string> sea_and_music{"sea", "music"};
  const std::vector<std::string> music{"music"};
  const auto everything = segmenter.place("en", {});
  const auto only_sea = segmenter.place("en", sea);
  const auto both = segmenter.place("en", sea_and_music);
  REQUIRE((everything && only_sea && both));
  const auto& segments = segmenter.segments();
  CHECK(segments[*everything].events == std::vector<std::size_t>{0, 1});
  CHECK(segments[*only_sea].events.empty());
  CHECK(segments[*both].events == std::vector<std::size_t>{0});
  CHECK_FALSE(segmenter.place("en", music));
  Segmenter calendar({{.id = PostId{1}, .topics = {"sea"}}}, {.topics = events.topics, .suffice = true});
  const auto alone = calendar.place("en", music);
  REQUIRE(alone);
  CHECK(calendar.segments()[*alone].posts.empty());
}
