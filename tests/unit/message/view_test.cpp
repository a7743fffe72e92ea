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
    static const std::set<std::string, std::less<>> lists{"`groups`",  "`links`", "`more_from`",
                                                          "`also_in`", "`toc`",   "`brand_links`"};
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
  CHECK(data["has_toc"] == true);
  CHECK(data["has_name"] == true);
  CHECK(data["reader_name"] == "\x02reader_name\x03");
  CHECK(data["t"]["why"] == "You receive this email because you subscribed to Harbour News.");
  const auto& post = data["groups"][0]["posts"][0];
  CHECK(post["anchor"] == "post-1");
  CHECK(post["date"] == "Tuesday 6 January");
  CHECK(post["time"] == "10:00");
  CHECK(post["iso_date"] == "2026-01-06T10:00:00+02:00");
  CHECK(post["meta"] == "Harbour Notes · Maria Lind · Tuesday 6 January · 4\u00A0min");
  CHECK(post["level"] == "2");
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
  CHECK(title({.url = "https://example.org/a", .source = "Notes"}) == "Notes");
}

TEST_CASE("view: text from outside cannot pretend to be a slot") {
  EditionView view{.newsletter_name = "\x02unsubscribe_url\x03",
                   .groups = {{.posts = {{.title = "\x02view_url\x03", .excerpt_html = "\x02x\x03"}}}}};
  const auto data = to_data(view, english(), test::zone_of(), 0);
  CHECK(data["newsletter_name"] == "unsubscribe_url");
  CHECK(data["first_title"] == "view_url");
  CHECK(data["groups"][0]["posts"][0]["excerpt_html"] == "x");
}

TEST_CASE("view: a day of one post has no heading, and the post tells its day") {
  const PostView post{.title = "a", .source = "Notes", .date = test::monday_morning()};
  EditionView view{.newsletter_name = "N",
                   .groups = {{.title = "Monday", .posts = {post, post}, .is_day = true},
                              {.title = "Sunday", .posts = {post}, .is_day = true}}};
  const auto data = to_data(view, english(), test::zone_of(), 0);
  CHECK(data["groups"][0]["has_heading"] == true);
  CHECK(data["groups"][0]["posts"][0]["has_meta"] == false);
  CHECK(data["groups"][0]["posts"][0]["level"] == "3");
  CHECK(data["groups"][1]["has_heading"] == false);
  CHECK(data["groups"][1]["title"] == "Sunday");
  CHECK(data["groups"][1]["posts"][0]["meta"] == "Monday 12 January");
  CHECK(data["groups"][1]["posts"][0]["level"] == "2");
}

TEST_CASE("view: the contents are at most five lines behind the first post, or all of them behind the last") {
  EditionView view{.newsletter_name = "N", .groups = {{}}};
  for (int i = 0; i < 9; ++i)
    view.groups[0].posts.push_back(
        {.title = "A title that is rather longer than what fits on the one line of a phone"});
  view.groups[0].posts[3] = {.title = "", .excerpt_html = "<p>A note.</p>", .excerpt_text = "A note."};
  const auto data = [&](Contents contents) {
    view.contents = contents;
    return to_data(view, english(), test::zone_of(), 0);
  };
  auto automatic = data(Contents::automatic);
  CHECK(automatic["has_toc"] == true);
  CHECK(automatic["toc"].size() == 5);
  CHECK(automatic["toc"][0]["number"] == "2");
  CHECK(automatic["toc"][2]["number"] == "5");  // the note has no title
  CHECK(automatic["toc"][0]["short_title"] == "A title that is rather longer than…");
  CHECK(automatic["toc"][0]["contents_text"] ==
        "2. A title that is rather longer than what fits on the one line of a\n   phone");
  CHECK(automatic["toc_more_word"] == "and 2 more");
  CHECK(data(Contents::never)["has_toc"] == false);
  CHECK(data(Contents::end)["has_toc"] == false);
  CHECK(data(Contents::end)["toc"].size() == 8);
  view.groups[0].posts.resize(8);
  CHECK(data(Contents::automatic)["has_toc"] == false);
  CHECK(data(Contents::always)["has_toc"] == true);
}

TEST_CASE("view: a picture is never wider or higher than there is room for") {
  const auto sides = [](int width, int height) {
    EditionView view{.newsletter_name = "N",
                     .groups = {{.posts = {{.title = "a",
                                            .image_url = "https://e.org/a.png",
                                            .image_width = width,
                                            .image_height = height}}}}};
    const auto data = to_data(view, english(), test::zone_of(), 0)["groups"][0]["posts"][0];
    return data["image_width"].get<std::string>() + "x" + data["image_height"].get<std::string>();
  };
  CHECK(sides(1200, 800) == "520x346");
  CHECK(sides(600, 900) == "266x400");
  CHECK(sides(300, 200) == "300x200");
  CHECK(sides(0, 200) == "x");
}

TEST_CASE("view: a post is in the language of its letters where its source says another") {
  const auto post = [](std::string language, std::string title) {
    EditionView view{.newsletter_name = "N", .groups = {{.posts = {{.title = title, .language = language}}}}};
    const auto data = to_data(view, english(), test::zone_of(), 0)["groups"][0]["posts"][0];
    return data["language"].get<std::string>() + " " + data["dir"].get<std::string>() + " " +
           data["start"].get<std::string>();
  };
  CHECK(post("de", "Die alte Elisabeth") == "de ltr left");
  CHECK(post("ar", "سوق السمك") == "ar rtl right");
  CHECK(post("fa", "سوق السمك") == "fa rtl right");
  CHECK(post("en", "سوق السمك الجديد") == "ar rtl right");
  CHECK(post("", "港の朝市") == "ja ltr left");
  CHECK(post("ar", "Fish market") == "en ltr left");
  CHECK(post("", "Fish market") == "en ltr left");
}

TEST_CASE("view: a compact list has the first sentence of each post") {
  const auto sentence = [](std::string text) {
    EditionView view{.newsletter_name = "N",
                     .groups = {{.posts = {{.title = "a", .excerpt_text = std::move(text)}}}}};
    return to_data(view, english(), test::zone_of(), 0)["groups"][0]["posts"][0]["sentence"]
        .get<std::string>();
  };
  CHECK(sentence("The pier at the east quay reopens on Saturday. Soup at noon.") ==
        "The pier at the east quay reopens on Saturday.");
  CHECK(sentence("Before the first trip look at these:\n\n* the pump") ==
        "Before the first trip look at these…");
  CHECK(sentence("") == "");
}

TEST_CASE("view: a subject made of title and count has at most 110 characters") {
  EditionView view{.newsletter_name = "N", .digest_title = std::string(60, 'd'), .groups = {{}}};
  for (int i = 0; i < 3; ++i) view.groups[0].posts.push_back({.title = std::string(200, 'x')});
  const auto data = to_data(view, english(), test::zone_of(), 0);
  CHECK(fill_placeholders(data["t"]["subject"].get<std::string>(), {}).size() <=
        110 + 2);  // the ellipsis has 3 octets
}
