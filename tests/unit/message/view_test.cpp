#include "message/view.hpp"

#include <fstream>
#include <set>
#include <sstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "unit/message/support.hpp"

using namespace tidings;
using namespace tidings::message;
using nlohmann::json;

namespace {

Strings english() { return test::must(Strings::load("default", "en", test::shipped)); }

void collect(const json& data, const std::string& prefix, std::set<std::string>& names) {
  for (const auto& [name, value] : data.items()) {
    if (prefix.empty() && name == "t") continue;
    names.insert(prefix + name);
    if (value.is_array()) collect(value.at(0), prefix + name + ".", names);
  }
}

/// The names in the first column of the tables of docs/templates.md, from "## Variables" to "## Strings".
std::set<std::string> documented_names() {
  std::ifstream file{std::string{TIDINGS_TEST_DATA} + "/../../docs/templates.md"};
  std::set<std::string> names;
  std::string prefix;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) inside = line == "## Variables";
    if (line.starts_with("Inside `{{#groups}}{{#posts}}`")) prefix = "groups.posts.";
    if (!inside || !line.starts_with("| `")) continue;
    const auto cells = split(line, '|');
    const auto pick = [&](std::string_view cell, bool sections_only, const std::string& before) {
      for (std::size_t at = cell.find('`'); at != std::string_view::npos; at = cell.find('`', at)) {
        const auto end = cell.find('`', at + 1);
        const std::string name{cell.substr(at + 1, end - at - 1)};
        if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos &&
            (!sections_only || name.starts_with("has_"))) {
          names.insert(before + name);
        }
        at = end + 1;
      }
    };
    pick(cells[1], false, prefix);
    static const std::set<std::string, std::less<>> lists{"`groups`", "`links`", "`more_from`", "`also_in`"};
    if (const auto list = trim(cells[1]); lists.contains(list)) {
      pick(cells[2], false, prefix + std::string{list.substr(1, list.size() - 2)} + ".");
    } else {
      pick(cells[2], true, prefix);
    }
  }
  return names;
}

}  // namespace

TEST_CASE("view: the data, the list of variables and docs/templates.md name the same things") {
  std::set<std::string> in_data{"subject"};
  collect(to_data(sample_view(), english(), test::zone_of(), 0), "", in_data);
  std::set<std::string> in_list;
  for (const auto& variable : variables()) CHECK(in_list.emplace(variable.path).second);
  CHECK(in_data == in_list);
  CHECK(documented_names() == in_list);
}

TEST_CASE("view: sections are bools and values are strings") {
  const auto data = to_data(sample_view(), english(), test::zone_of(), 1);
  for (const auto& variable : variables()) {
    if (variable.path == "subject" || variable.path.find('.') != std::string_view::npos) continue;
    CAPTURE(variable.path);
    const auto& value = data.at(std::string{variable.path});
    CHECK((variable.is_section ? value.is_boolean() || value.is_array() : value.is_string()));
  }
}

TEST_CASE("view: the edition in words") {
  const auto data = to_data(sample_view(), english(), test::zone_of(), 1);
  CHECK(data["edition_title"] == "Harbour Weekly, 5–11 January 2026");
  CHECK(data["edition_rule"] == std::string(33, '='));
  CHECK(data["date"] == "12 January 2026");
  CHECK(data["posts_word"] == "2 posts");
  CHECK(data["more_word"] == "and 1 more");
  CHECK(data["sources_line"] == "Harbour Notes and Choir");
  CHECK(data["preheader"] == "Choir rehearsal moved to Thursday");
  CHECK(data["has_toc"] == false);
  CHECK(data["has_name"] == true);
  CHECK(data["reader_name"] == "\x02reader_name\x03");
  CHECK(data["t"]["why"] == "You receive this email because you subscribed to Harbour News.");
  const auto& post = data["groups"][0]["posts"][0];
  CHECK(post["anchor"] == "post-1");
  CHECK(post["date"] == "Tuesday 6 January");
  CHECK(post["time"] == "10:00");
  CHECK(post["iso_date"] == "2026-01-06T10:00:00+02:00");
  CHECK(post["meta"] == "Harbour Notes · Maria Lind");
  CHECK(post["level"] == "3");
  CHECK(post["tags"] == "harbour, boats");
  const auto& headline = data["groups"][1]["posts"][0];
  CHECK(headline["is_headline"] == true);
  CHECK(headline["is_first"] == true);
  CHECK(headline["is_lead"] == false);
  CHECK(headline["number"] == "2");
}

TEST_CASE("view: an author who is named like the source, and a date under its own day, are not repeated") {
  EditionView view{
      .newsletter_name = "N",
      .groups = {
          {.posts = {{.title = "a", .source = "Notes", .author = "NOTES", .date = test::monday_morning()}}}}};
  CHECK(to_data(view, english(), test::zone_of(), 0)["groups"][0]["posts"][0]["meta"] == "Monday 12 January");
  view.groups[0].is_day = true;
  CHECK(to_data(view, english(), test::zone_of(), 0)["groups"][0]["posts"][0]["has_meta"] == false);
}

TEST_CASE("view: a post without a title shows its first words") {
  const auto title = [](PostView post) {
    EditionView view{.newsletter_name = "N", .groups = {{.posts = {std::move(post)}}}};
    return to_data(view, english(), test::zone_of(), 0)["first_title"].get<std::string>();
  };
  CHECK(title({.title = " a \n b "}) == "a b");
  CHECK(title({.excerpt_text = "Short."}) == "Short.");
  CHECK(
      title({.excerpt_text =
                 "The ferry keeps its winter timetable until the end of March, says the harbour master."}) ==
      "The ferry keeps its winter timetable until the end of…");
  CHECK(title({.url = "https://example.org/a"}) == "https://example.org/a");
}

TEST_CASE("view: text from outside cannot pretend to be a slot") {
  EditionView view{.newsletter_name = "\x02unsubscribe_url\x03",
                   .groups = {{.posts = {{.title = "\x02view_url\x03", .excerpt_html = "\x02x\x03"}}}}};
  const auto data = to_data(view, english(), test::zone_of(), 0);
  CHECK(data["newsletter_name"] == "unsubscribe_url");
  CHECK(data["first_title"] == "view_url");
  CHECK(data["groups"][0]["posts"][0]["excerpt_html"] == "x");
}
