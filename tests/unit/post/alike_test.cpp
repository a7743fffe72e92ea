#include "post/alike.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace tidings::post;

namespace {

bool alike(std::string_view a, std::string_view b) {
  const bool one = nearly_same(sketch_of(a), sketch_of(b));
  CHECK(one == nearly_same(sketch_of(b), sketch_of(a)));
  return one;
}

const std::string story =
    "The council decided on Thursday to close the ferry for the winter. Passengers may take the bus over the "
    "old bridge, which "
    "leaves every hour from the market place. The harbour master expects the first crossing again in the "
    "second week of April, "
    "if the ice allows it.";

}  // namespace

TEST_CASE("alike: a text is like itself whatever its blanks, capitals and punctuation") {
  CHECK(alike(story, story));
  CHECK(alike("Read more", "read  more!"));
  CHECK(alike(story, "THE COUNCIL decided, on Thursday, to close the ferry for the winter." +
                         story.substr(story.find('.') + 1)));
}

TEST_CASE("alike: an excerpt, and a copy with a line more, are the same article") {
  CHECK(alike(story, story.substr(0, 120)));
  CHECK(alike(story, story + " First published in the Quay Blog."));
}

TEST_CASE("alike: other words under one title are another article") {
  CHECK_FALSE(alike(
      "This week: a new bakery, the choir's concert, and roses that sleep under snow until March comes.",
      "This week: ten links about compilers, a talk on hash tables, and a long read about old printers."));
  CHECK_FALSE(alike("Links of week 12", "Links of week 13"));
  CHECK_FALSE_MESSAGE(alike(story, "The council decided"), "a few words are in many texts");
}

TEST_CASE("alike: a text that says nothing is like no other") {
  CHECK_FALSE(alike("", ""));
  CHECK_FALSE(alike(story, ""));
  CHECK_FALSE(alike("—", "!"));
}

TEST_CASE("alike: scripts without blanks are compared as well") {
  const std::string japanese =
      "港の朝は早い。漁師たちは夜明け前に船を出し、市場が開くころには魚を並べ終えている。今日は霧が深く、船は"
      "一時間遅れて戻った。";
  CHECK(alike(japanese, japanese.substr(0, japanese.size() - 30)));
  CHECK_FALSE(alike(japanese,
                    "来週の天気は晴れのち曇り。週末には町の祭りが開かれ、広場では音楽と踊りが夜まで続く予定で"
                    "ある。屋台も多く並ぶだろう。"));
}
