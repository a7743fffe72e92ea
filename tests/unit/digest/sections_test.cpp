#include "digest/sections.hpp"

#include <doctest/doctest.h>

using namespace tidings::digest;

namespace {

using Places = std::vector<std::optional<std::size_t>>;

SectionInput post(std::string source, std::vector<std::string> topics = {}) {
  return {.source_name = std::move(source), .topics = std::move(topics), .pinned = false, .chosen = {}};
}

Section section(std::string name, std::vector<std::string> sources, std::vector<std::string> topics = {}) {
  return {.name = std::move(name),
          .titles = {},
          .sources = std::move(sources),
          .topics = std::move(topics),
          .max_posts = {}};
}

}  // namespace

TEST_CASE("sections: the first section that takes a post has it, topics in any case") {
  const std::vector sections{section("sea", {}, {"Sea"}), section("marks", {"marks"}),
                             section("both", {"town"}, {"food"})};
  const std::vector posts{post("marks", {"sea"}), post("marks"), post("town"), post("town", {"food"}),
                          post("other", {"food"})};
  CHECK(sections_of(posts, sections) == Places{0, 1, std::nullopt, 2, std::nullopt});
}

TEST_CASE("sections: one that is full leaves posts to the next, and then to their usual place") {
  auto few = section("few", {"town"});
  few.max_posts = 1;
  auto more = section("more", {"town"});
  more.max_posts = 1;
  CHECK(sections_of(std::vector{post("town"), post("town"), post("town")}, std::vector{few, more}) ==
        Places{0, 1, std::nullopt});
}

TEST_CASE("sections: one without sources and topics takes what no other takes, wherever it stands") {
  const std::vector sections{section("rest", {}), section("marks", {"marks"})};
  CHECK(sections_of(std::vector{post("marks"), post("town")}, sections) == Places{1, 0});
}

TEST_CASE("sections: a pinned post stays on top, which only a lead is") {
  auto pinned = post("town");
  pinned.pinned = true;
  auto town = section("town", {"town"});
  CHECK(sections_of(std::vector{pinned}, std::vector{town}) == Places{std::nullopt});
  town.layout = Layout::lead;
  CHECK(sections_of(std::vector{pinned}, std::vector{town}) == Places{0});
}

TEST_CASE("sections: what an editor chose counts first and is not bound by max_posts") {
  auto few = section("few", {"town"});
  few.max_posts = 1;
  auto chosen = post("other");
  chosen.chosen = "few";
  auto nowhere = post("town");
  nowhere.chosen = "";
  auto gone = post("town");
  gone.chosen = "a section that is gone";
  CHECK(sections_of(std::vector{post("town"), chosen, chosen, nowhere, gone}, std::vector{few}) ==
        Places{std::nullopt, 0, 0, std::nullopt, std::nullopt});
}

TEST_CASE("sections: a title is the reader's, else the main language's, else the newsletter's") {
  auto sea = section("sea", {});
  CHECK(sea.title("en", "en").empty());
  sea.titles = {{"en", "Sea"}, {"pt", "Mar"}, {"pt-br", "Praia"}};
  CHECK(sea.title("pt-BR", "en") == "Praia");
  CHECK(sea.title("pt-PT", "en") == "Mar");
  CHECK(sea.title("el", "en") == "Sea");
  CHECK(sea.title("el", "fr") == "Sea");
  sea.titles = {{"", "Sea"}};
  CHECK(sea.title("el", "el") == "Sea");
}
