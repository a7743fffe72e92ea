#include "message/view.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "message/wrap.hpp"

namespace tidings::message {
namespace {

using nlohmann::json;

constexpr int text_columns = 72;
constexpr int title_columns = 68;
constexpr std::size_t preheader_characters = 140;
constexpr std::size_t first_title_characters = 80;
constexpr std::size_t posts_without_contents = 8;

/// A slot's text in this rendering: a marker, or a reader's own value.
using SlotText = std::function<std::string(Slot)>;

/// Outside text cannot imitate a slot.
std::string plain(std::string_view text) {
  std::string out{text};
  std::erase_if(out, [](char c) { return c == '\x02' || c == '\x03'; });
  return out;
}

std::string first_characters(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (std::size_t seen = 0; at < text.size(); ++seen) {
    if (seen == count) return std::string{trim(text.substr(0, at))} + "…";
    (void)next_code_point(text, at);
  }
  return std::string{text};
}

/// At a blank if there is one in the last third, so that no word is cut.
std::string first_words(std::string_view text, std::size_t characters) {
  auto cut = first_characters(text, characters);
  if (cut != text) {
    const auto blank = cut.rfind(' ');
    if (blank != std::string::npos && blank > cut.size() * 2 / 3) cut = cut.substr(0, blank) + "…";
  }
  return cut;
}

std::string title_of(const PostView& post) {
  const auto title = collapse_blanks(plain(post.title));
  if (!title.empty()) return title;
  const auto text = collapse_blanks(plain(post.excerpt_text));
  if (!text.empty()) return first_words(text, 60);
  return post.url.empty() ? "…" : plain(post.url);
}

std::string iso_date(UtcTime t, const Zone& zone) {
  const auto offset = zone.offset_at(t);
  auto text = format_rfc3339(std::chrono::floor<std::chrono::seconds>(t + offset));
  text.pop_back();
  const auto minutes = std::chrono::abs(offset).count();
  return fmt::format("{}{}{:02}:{:02}", text, offset.count() < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

std::chrono::year_month_day day_of(UtcTime t, const Zone& zone) {
  return std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(zone.to_local(t))};
}

void put(json& data, const char* name, const char* section, std::string value) {
  data[section] = !value.empty();
  data[name] = std::move(value);
}

/// What a post needs to know about its surroundings.
struct Surroundings {
  int number = 1;
  bool first_of_group = false;
  bool group_has_title = false;
  bool group_is_day = false;
  bool several_sources = false;
};

void put_also_in(json& data, const PostView& post, const Strings& strings) {
  json others = json::array();
  std::vector<std::string> names;
  for (const auto& other : post.also_in) {
    names.push_back(collapse_blanks(plain(other.source)));
    json each = json::object();
    each["source"] = names.back();
    put(each, "url", "has_url", plain(other.url));
    each["is_first"] = others.empty();
    others.push_back(std::move(each));
  }
  const auto label = strings.texts().find("also_in");
  const auto words = label == strings.texts().end() ? std::string{"Also in"} : label->second;
  data["also_in"] = std::move(others);
  data["has_also_in"] = !names.empty();
  data["also_in_text"] =
      names.empty() ? std::string{} : wrap(words + " " + strings.enumerate(names), title_columns);
}

json post_data(const PostView& post, const Surroundings& around, const Strings& strings, const Zone& zone) {
  json data = json::object();
  const auto title = title_of(post);
  const auto local = zone.to_local(post.date);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  data["title"] = title;
  data["title_text"] = wrap(title, title_columns);
  data["title_rule"] = rule_under(wrap(title, title_columns), '-', text_columns);
  put(data, "url", "has_url", plain(post.url));
  data["anchor"] = fmt::format("post-{}", around.number);
  data["number"] = fmt::format("{}", around.number);
  data["source"] = plain(post.source);
  data["has_source"] = around.several_sources && !post.source.empty();
  put(data, "author", "has_author", plain(post.author));
  data["date"] = strings.post_date(std::chrono::year_month_day{day});
  data["time"] = strings.time(std::chrono::floor<std::chrono::minutes>(local - day));
  data["iso_date"] = iso_date(post.date, zone);
  data["excerpt_html"] = plain(post.excerpt_html);
  data["excerpt_text"] = wrap(plain(post.excerpt_text), text_columns);
  data["has_excerpt"] = !trim(post.excerpt_html).empty() || !trim(post.excerpt_text).empty();
  put(data, "image_url", "has_image", plain(post.image_url));
  data["image_alt"] = plain(post.image_alt);
  std::vector<std::string> meta;
  if (data["has_source"].get<bool>()) meta.push_back(plain(post.source));
  if (!post.author.empty() && fold_case(post.author) != fold_case(post.source))
    meta.push_back(plain(post.author));
  if (!around.group_is_day) meta.push_back(data["date"].get<std::string>());
  put(data, "meta", "has_meta", join(meta, " · "));
  data["level"] = around.group_has_title ? "3" : "2";
  data["is_first"] = around.first_of_group;
  data["is_lead"] = around.number == 1;
  data["is_headline"] = !data["has_excerpt"].get<bool>() && !data["has_image"].get<bool>();
  data["is_truncated"] = post.is_truncated;
  put_also_in(data, post, strings);
  put(data, "audio_url", "has_audio", plain(post.audio_url));
  const auto minutes = std::chrono::round<std::chrono::minutes>(post.audio_duration).count();
  put(data, "audio_minutes", "has_audio_minutes", minutes > 0 ? fmt::format("{}", minutes) : std::string{});
  put(data, "tags", "has_tags", plain(strings.enumerate(post.tags)));
  return data;
}

std::vector<std::string> sources_of(const EditionView& view) {
  std::vector<std::string> sources;
  for (const auto& group : view.groups) {
    for (const auto& post : group.posts) {
      auto name = plain(post.source);
      if (!name.empty() && std::ranges::find(sources, name) == sources.end())
        sources.push_back(std::move(name));
    }
  }
  return sources;
}

json groups_data(const EditionView& view, bool several_sources, const Strings& strings, const Zone& zone) {
  json groups = json::array();
  int number = 0;
  for (const auto& group : view.groups) {
    json data = json::object();
    const auto title = collapse_blanks(plain(group.title));
    data["title_rule"] = rule_under(title, '-', text_columns);
    put(data, "title", "has_title", title);
    data["is_first"] = groups.empty();
    data["posts"] = json::array();
    for (const auto& post : group.posts) {
      const bool first = &post == group.posts.data();
      data["posts"].push_back(post_data(post,
                                        {.number = ++number,
                                         .first_of_group = first,
                                         .group_has_title = !title.empty(),
                                         .group_is_day = group.is_day,
                                         .several_sources = several_sources},
                                        strings, zone));
    }
    groups.push_back(std::move(data));
  }
  return groups;
}

json links_data(const EditionView& view) {
  json links = json::array();
  for (const auto& link : view.links) {
    json data = json::object();
    data["title"] = collapse_blanks(plain(link.title));
    put(data, "url", "has_url", plain(link.url));
    put(data, "source", "has_source", plain(link.source));
    links.push_back(std::move(data));
  }
  return links;
}

/// The words around the name of a source, which is a link.
json more_from_data(const EditionView& view) {
  constexpr std::string_view name = "{source}";
  json lines = json::array();
  for (const auto& each : view.more_from) {
    const auto at = std::min(each.words.find(name), each.words.size());
    json data = json::object();
    data["before"] = each.words.substr(0, at);
    data["after"] = at == each.words.size() ? std::string{} : each.words.substr(at + name.size());
    data["source"] = collapse_blanks(plain(each.source));
    put(data, "url", "has_url", plain(each.url));
    lines.push_back(std::move(data));
  }
  return lines;
}

std::string preheader_of(const EditionView& view) {
  if (!trim(view.preheader).empty())
    return first_words(collapse_blanks(plain(view.preheader)), preheader_characters);
  std::vector<std::string> titles;
  const PostView* first = nullptr;
  for (const auto& group : view.groups) {
    for (const auto& post : group.posts) {
      if (first != nullptr) titles.push_back(title_of(post));
      if (first == nullptr) first = &post;
    }
  }
  if (!titles.empty()) return first_words(join(titles, " · "), preheader_characters);
  return first == nullptr ? std::string{}
                          : first_words(collapse_blanks(plain(first->excerpt_text)), preheader_characters);
}

std::string digest_title_of(const EditionView& view) {
  return collapse_blanks(plain(view.digest_title.empty() ? view.newsletter_name : view.digest_title));
}

/// Strings of the language with the edition's variables filled in.
json texts_data(const json& data, const Strings& strings) {
  Placeholders values;
  for (const auto* name :
       {"newsletter_name", "digest_title", "edition_title", "edition_number", "period", "date", "first_title",
        "post_count", "post_count_minus_one", "posts_word", "more_word", "sources_line"}) {
    values[name] = data.at(name).get<std::string>();
  }
  json out = json::object();
  for (const auto& [name, text] : strings.texts()) out[name] = fill_placeholders(text, values);
  return out;
}

Days days_covered(const EditionView& view, const Zone& zone) {
  const auto days = days_of(view.period, zone);
  return view.shown ? with_days(days, *view.shown, zone) : days;
}

json edition_data(const EditionView& view, const Strings& strings, const Zone& zone, const SlotText& slot,
                  bool has_name) {
  json data = json::object();
  const bool rtl = strings.direction() == "rtl";
  data["language"] = strings.language();
  data["dir"] = strings.direction();
  data["is_rtl"] = rtl;
  data["start"] = rtl ? "right" : "left";
  data["end"] = rtl ? "left" : "right";
  data["newsletter_name"] = collapse_blanks(plain(view.newsletter_name));
  put(data, "public_url", "has_public_url", plain(view.public_url));
  put(data, "postal_address", "has_postal_address", plain(view.postal_address));
  data["digest_title"] = digest_title_of(view);
  data["edition_title"] = edition_title(view, strings, zone);
  data["edition_rule"] = rule_under(edition_title(view, strings, zone), '=', text_columns);
  data["edition_number"] = fmt::format("{}", view.number);
  data["period"] = strings.period(days_covered(view, zone));
  data["date"] = strings.date(day_of(view.date, zone));
  data["preheader"] = preheader_of(view);
  data["intro_html"] = plain(view.intro_html);
  data["intro_text"] = wrap(plain(view.intro_text), text_columns);
  data["has_intro"] = !trim(view.intro_html).empty() || !trim(view.intro_text).empty();

  data["links"] = links_data(view);
  data["has_links"] = !view.links.empty();
  data["more_from"] = more_from_data(view);
  data["has_more_from"] = !view.more_from.empty();
  data["is_web"] = view.is_web;

  const auto sources = sources_of(view);
  data["sources_line"] = strings.list(sources);
  data["groups"] = groups_data(view, sources.size() > 1, strings, zone);
  std::size_t posts = 0;
  std::string first_title;
  for (const auto& group : view.groups) {
    if (posts == 0 && !group.posts.empty()) first_title = title_of(group.posts.front());
    posts += group.posts.size();
  }
  posts += static_cast<std::size_t>(std::ranges::count_if(view.links, &LinkView::counted));
  const auto more = static_cast<long long>(posts) - (posts > 0 ? 1 : 0);
  data["post_count"] = fmt::format("{}", posts);
  data["post_count_minus_one"] = fmt::format("{}", more);
  data["posts_word"] = strings.count("posts_word", static_cast<long long>(posts));
  data["first_title"] = first_words(first_title, first_title_characters);
  data["has_more"] = more > 0;
  data["more_word"] = more > 0 ? strings.count("more_word", more) : std::string{};
  data["has_toc"] = posts > posts_without_contents;

  data["reader_name"] = slot(Slot::reader_name);
  data["has_name"] = has_name;
  data["unsubscribe_url"] = slot(Slot::unsubscribe_url);
  data["preferences_url"] = slot(Slot::preferences_url);
  data["has_preferences"] = view.has_preferences && !view.is_web;
  data["view_url"] = slot(Slot::view_url);
  data["has_view"] = view.has_view && !view.is_web;
  data["t"] = texts_data(data, strings);
  return data;
}

constexpr std::array all_variables{
    Variable{"language", "language of this rendering, BCP 47"},
    Variable{"dir", "ltr or rtl"},
    Variable{"start", "left, or right in a right-to-left language"},
    Variable{"end", "right, or left in a right-to-left language"},
    Variable{"is_rtl", "the language is written from right to left", true},
    Variable{"newsletter_name", "name of the newsletter"},
    Variable{"public_url", "address of the newsletter's pages"},
    Variable{"has_public_url", "there is one", true},
    Variable{"postal_address", "postal address of the publisher"},
    Variable{"has_postal_address", "there is one", true},
    Variable{"digest_title", "title of the digest, else name of the newsletter"},
    Variable{"edition_title", "digest and period as one line"},
    Variable{"edition_number", "1, 2, 3 ..."},
    Variable{"edition_rule", "a line of = as wide as edition_title"},
    Variable{"period", "the days it covers: 5–11 January 2026"},
    Variable{"date", "the day it appears: 12 January 2026"},
    Variable{"subject", "the rendered subject; not in the subject itself"},
    Variable{"preheader", "what mail programs show after the subject"},
    Variable{"intro_html", "the editor's introduction"},
    Variable{"intro_text", "the introduction as plain text"},
    Variable{"has_intro", "there is one", true},
    Variable{"post_count", "number of posts"},
    Variable{"post_count_minus_one", "post_count minus one"},
    Variable{"posts_word", "7 posts, in the language"},
    Variable{"first_title", "title of the first post, cut at a word near 80 characters"},
    Variable{"more_word", "and 6 more, in the language"},
    Variable{"has_more", "more than one post", true},
    Variable{"has_toc", "more than eight posts", true},
    Variable{"sources_line", "names of all its sources"},
    Variable{"has_links", "some posts are only links at the end", true},
    Variable{"links", "the posts shown only as links", true},
    Variable{"links.title", "title"},
    Variable{"links.url", "page of the post"},
    Variable{"links.has_url", "there is one", true},
    Variable{"links.source", "name of the source"},
    Variable{"links.has_source", "there is one", true},
    Variable{"has_more_from", "some sources have more than the edition has places for", true},
    Variable{"more_from", "these sources", true},
    Variable{"more_from.before", "17 more from, in the language"},
    Variable{"more_from.source", "name of the source"},
    Variable{"more_from.after", "what follows the name, in the language"},
    Variable{"more_from.url", "pages of the source"},
    Variable{"more_from.has_url", "they are known", true},
    Variable{"is_web", "this is an archive page: nothing personal", true},
    Variable{"reader_name", "name of the reader"},
    Variable{"has_name", "the reader has a name", true},
    Variable{"unsubscribe_url", "personal link to unsubscribe; every part must have it"},
    Variable{"preferences_url", "personal link to the preferences"},
    Variable{"has_preferences", "there is one", true},
    Variable{"view_url", "link to this edition on the web"},
    Variable{"has_view", "there is one", true},
    Variable{"groups", "the groups of posts", true},
    Variable{"groups.title", "heading of the group"},
    Variable{"groups.has_title", "there is one", true},
    Variable{"groups.title_rule", "a line of - as wide as the heading"},
    Variable{"groups.is_first", "first group", true},
    Variable{"groups.posts", "the posts of the group", true},
    Variable{"groups.posts.title", "title, or the first words of a post without one"},
    Variable{"groups.posts.title_text", "title wrapped at 68 columns"},
    Variable{"groups.posts.title_rule", "a line of - as wide as title_text"},
    Variable{"groups.posts.url", "page of the post"},
    Variable{"groups.posts.has_url", "there is one", true},
    Variable{"groups.posts.anchor", "post-3"},
    Variable{"groups.posts.number", "3; counted through the edition"},
    Variable{"groups.posts.source", "name of the source"},
    Variable{"groups.posts.has_source", "the edition has several sources", true},
    Variable{"groups.posts.has_also_in", "other sources tell the same story", true},
    Variable{"groups.posts.also_in", "these sources", true},
    Variable{"groups.posts.also_in.source", "name of the source"},
    Variable{"groups.posts.also_in.url", "its page of the story"},
    Variable{"groups.posts.also_in.has_url", "there is one", true},
    Variable{"groups.posts.also_in.is_first", "first of them", true},
    Variable{"groups.posts.also_in_text", "the sources as one line, wrapped at 68 columns"},
    Variable{"groups.posts.author", "author"},
    Variable{"groups.posts.has_author", "there is one", true},
    Variable{"groups.posts.date", "Monday 5 January"},
    Variable{"groups.posts.time", "08:30"},
    Variable{"groups.posts.iso_date", "2026-01-05T08:30:00+02:00"},
    Variable{"groups.posts.excerpt_html", "the shown text"},
    Variable{"groups.posts.excerpt_text", "the same as plain text, wrapped at 72 columns"},
    Variable{"groups.posts.has_excerpt", "there is one", true},
    Variable{"groups.posts.image_url", "image"},
    Variable{"groups.posts.image_alt", "what the image shows"},
    Variable{"groups.posts.has_image", "there is an image", true},
    Variable{"groups.posts.meta", "source, author and date as one line"},
    Variable{"groups.posts.has_meta", "the line is not empty", true},
    Variable{"groups.posts.level", "3, or 2 in a group without a title: for h2 and h3"},
    Variable{"groups.posts.is_first", "first of its group", true},
    Variable{"groups.posts.is_lead", "first of the edition", true},
    Variable{"groups.posts.is_headline", "neither text nor image", true},
    Variable{"groups.posts.is_truncated", "there is more on the web", true},
    Variable{"groups.posts.tags", "harbour, boats"},
    Variable{"groups.posts.audio_url", "audio file of a podcast"},
    Variable{"groups.posts.has_audio", "there is one", true},
    Variable{"groups.posts.audio_minutes", "42"},
    Variable{"groups.posts.has_audio_minutes", "the source states the length", true},
    Variable{"groups.posts.has_tags", "there are tags", true},
};

}  // namespace

std::string edition_title(const EditionView& view, const Strings& strings, const Zone& zone) {
  return strings.edition_title(digest_title_of(view), strings.period(days_covered(view, zone)));
}

json to_data(const EditionView& view, const Strings& strings, const Zone& zone, std::size_t variant) {
  return edition_data(view, strings, zone, marker_of, (variant & 1U) != 0);
}

json to_data(const EditionView& view, const Strings& strings, const Zone& zone, const Reader& reader) {
  return edition_data(
      view, strings, zone, [&reader](Slot slot) { return value_of(reader, slot); }, !reader.name.empty());
}

std::span<const Variable> variables() { return all_variables; }

EditionView sample_view() {
  const auto monday = from_ms(1'767'600'000'000);  // 2026-01-05T08:00:00Z
  const std::chrono::hours day{24};
  const PostView long_post{.title = "The ferry keeps its winter timetable",
                           .url = "https://news.example.org/ferry",
                           .source = "Harbour Notes",
                           .also_in = {{.source = "City Paper", .url = "https://city.example.org/ferry"}},
                           .author = "Maria Lind",
                           .date = monday + day,
                           .excerpt_html = "<p>Three crossings a day, <b>two on Sundays</b>.</p>",
                           .excerpt_text = "Three crossings a day, two on Sundays.",
                           .image_url = "https://news.example.org/ferry.jpg",
                           .image_alt = "The ferry at the quay",
                           .is_truncated = true,
                           .tags = {"harbour", "boats"},
                           .audio_url = "https://news.example.org/ferry.mp3",
                           .audio_duration = std::chrono::minutes{42}};
  const PostView headline{.title = "Choir rehearsal moved to Thursday",
                          .url = "https://choir.example.org/thursday",
                          .source = "Choir",
                          .date = monday + 2 * day};
  return {.newsletter_name = "Harbour News",
          .public_url = "https://news.example.org",
          .postal_address = "1 Quay Street, Exampletown",
          .digest_title = "Harbour Weekly",
          .number = 12,
          .period = {.from = monday, .until = monday + 7 * day},
          .date = monday + 7 * day,
          .intro_html = "<p>Good morning from the quay.</p>",
          .intro_text = "Good morning from the quay.",
          .groups = {{.title = "Tuesday 6 January", .posts = {long_post}, .is_day = true},
                     {.title = "Wednesday 7 January", .posts = {headline}, .is_day = true}},
          .links = {{.title = "Minutes of the harbour council",
                     .url = "https://news.example.org/minutes",
                     .source = "Harbour Notes"}},
          .more_from = {{.words = "17 more from {source}",
                         .source = "Harbour Notes",
                         .url = "https://news.example.org"}},
          .has_preferences = true,
          .has_view = true};
}

}  // namespace tidings::message
