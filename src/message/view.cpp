#include "message/view.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "base/url.hpp"
#include "message/direction.hpp"
#include "message/wrap.hpp"

namespace tidings::message {
namespace {

using nlohmann::json;

constexpr int text_columns = 72;
constexpr int title_columns = 68;
constexpr std::size_t preheader_characters = 140;
constexpr std::size_t first_title_characters = 80;
constexpr std::size_t posts_without_contents = 8;
constexpr std::size_t contents_entries = 5;  ///< above the posts
constexpr int contents_columns = 38;         ///< one line on a phone
constexpr int sentence_columns = 150;
constexpr int words_a_minute = 220;
constexpr int picture_width = 520;
constexpr int picture_height = 400;

/// A slot's text in this rendering: a marker, or a reader's own value.
using SlotText = std::function<std::string(const Place&)>;

/// Outside text cannot imitate a slot.
std::string plain(std::string_view text) {
  std::string out{text};
  std::erase_if(out, [](char c) { return c == '\x02' || c == '\x03'; });
  return out;
}

/// As many columns as fit, at a blank where there is one.
std::string first_columns(const std::string& text, int columns) {
  if (display_width(text) <= columns) return text;
  std::size_t at = 0;
  int width = 1;  // the ellipsis
  while (at < text.size()) {
    auto next = at;
    width += display_width(next_code_point(text, next));
    if (width > columns) break;
    at = next;
  }
  const auto blank = text.rfind(' ', at);
  if (blank != std::string::npos && blank > at / 2) at = blank;
  while (at > 0 && std::string_view{" ,;:-"}.find(text[at - 1]) != std::string_view::npos) --at;
  return text.substr(0, at) + "…";
}

std::string title_of(const PostView& post) {
  auto title = collapse_blanks(plain(post.title));
  if (!title.empty()) return title;
  const auto text = collapse_blanks(plain(post.excerpt_text));
  if (!text.empty()) return first_words(text, 60);
  // An address says less than who wrote at it.
  return post.source.empty() ? "…" : plain(post.source);
}

/// The first sentence, if it is neither a scrap nor too long; else the first words.
std::string sentence_of(const PostView& post) {
  constexpr int least_columns = 30;
  const auto paragraph = trim(post.excerpt_text).substr(0, trim(post.excerpt_text).find("\n\n"));
  auto text = collapse_blanks(plain(paragraph));
  if (text.ends_with(':')) text.replace(text.size() - 1, 1, "…");
  for (std::size_t at = 0; at < text.size();) {
    const auto c = next_code_point(text, at);
    const bool wide_stop = c == U'。' || c == U'！' || c == U'？';
    const bool stop = c == '.' || c == '!' || c == '?' || c == U'؟';
    if (!wide_stop && !(stop && (at == text.size() || text[at] == ' '))) continue;
    const auto end = at;
    const bool goes_on = end + 1 < text.size() && text[end + 1] >= 'a' && text[end + 1] <= 'z';
    const auto width = display_width(std::string_view{text}.substr(0, end));
    if (width > sentence_columns) break;
    if (width >= least_columns && !goes_on) return text.substr(0, end);
  }
  return first_columns(text, sentence_columns);
}

std::string minutes_of(std::size_t words) {
  return fmt::format("{}", std::max<std::size_t>(1, (words + words_a_minute / 2) / words_a_minute));
}

std::string reading_minutes(const EditionView& view) {
  auto words = word_count(view.intro_text);
  for (const auto& group : view.groups) {
    for (const auto& post : group.posts) words += word_count(post.title) + word_count(post.excerpt_text);
  }
  return minutes_of(words);
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

std::string picture_side(int value) { return value > 0 ? fmt::format("{}", value) : std::string{}; }

/// Its size as shown: no wider and no higher than the column has room for.
void put_picture(json& data, const PostView& post) {
  data["image_url"] = plain(post.image_url);
  data["has_image"] = !post.image_url.empty();
  data["image_alt"] = plain(post.image_alt);
  int width = std::max(0, post.image_width);
  int height = std::max(0, post.image_height);
  const bool known = width > 0 && height > 0;
  if (!known) width = height = 0;
  if (width > picture_width) {
    height = std::max(1, height * picture_width / width);
    width = picture_width;
  }
  if (height > picture_height) {
    width = std::max(1, width * picture_height / height);
    height = picture_height;
  }
  data["has_image_size"] = known;
  data["image_width"] = picture_side(width);
  data["image_height"] = picture_side(height);
  data["is_portrait"] = known && height > width;
  // A square may be cut out of what is not much longer one way than the other.
  data["is_squarish"] = known && width * 10 <= height * 17 && height * 10 <= width * 13;
}

void put(json& data, const char* name, const char* section, std::string value) {
  data[section] = !value.empty();
  data[name] = std::move(value);
}

/// What a post needs to know about its surroundings.
struct Surroundings {
  int number = 1;
  std::size_t place = 0;  ///< in its group, from 0
  std::size_t posts = 0;  ///< of its group
  bool is_middle = false;
  digest::Layout layout = digest::Layout::usual;
  bool has_heading = false;
  bool day_is_told = false;
  bool several_sources = false;
};

/// Wrapped with the lines after the first below its own words, not below its mark.
std::string hanging(const std::string& mark, const std::string& text) {
  const auto width = static_cast<int>(mark.size());
  return mark + replace_all(wrap(text, text_columns - width), "\n", "\n" + std::string(mark.size(), ' '));
}

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

/// What is said of a link: by its editor, else where it comes from.
std::string remark_of(const PostView& post) {
  const auto note = collapse_blanks(plain(post.note_text));
  return note.empty() ? collapse_blanks(plain(post.remark)) : note;
}

void put_layout(json& data, const PostView& post, const Surroundings& around) {
  using digest::Layout;
  data["is_lead"] = around.number == 1 && around.layout != Layout::events;
  data["is_large"] = around.layout == Layout::lead || (around.layout == Layout::usual && around.number == 1);
  data["is_odd"] = around.place % 2 == 0;
  data["ends_row"] = around.place % 2 == 1 || around.place + 1 == around.posts;
  data["is_middle"] = around.is_middle;
  const auto url = parse_url(post.url);
  auto host = url ? url->host : std::string{};
  if (host.starts_with("www.")) host.erase(0, 4);
  put(data, "host", "has_host", plain(host));
  const auto remark = remark_of(post);
  data["remark_text"] = hanging("  ", remark);
  put(data, "remark", "has_remark", remark);
}

void put_event(json& data, const PostView& post, const Surroundings& around) {
  const auto event = post.event.value_or(EventView{});
  put(data, "when", "has_when", collapse_blanks(plain(event.when)));
  put(data, "place", "has_place", collapse_blanks(plain(event.place)));
  std::vector<std::string> parts{data["when"].get<std::string>()};
  if (data["has_place"].get<bool>()) parts.push_back(data["place"].get<std::string>());
  data["when_text"] = hanging("  ", join(parts, " · "));
  if (post.event) data["anchor"] = fmt::format("event-{}", around.number);
}

json post_data(const PostView& post, const Surroundings& around, const Strings& strings, const Zone& zone) {
  json data = json::object();
  const auto title = title_of(post);
  const auto own_title = collapse_blanks(plain(post.title));
  const auto language =
      language_of(plain(post.language), own_title + " " + std::string{truncate_utf8(post.excerpt_text, 400)});
  data["language"] = language.empty() ? strings.language() : language;
  const bool rtl = direction_of(data["language"].get<std::string>()) == "rtl";
  data["is_foreign"] = data["language"] != strings.language();
  data["dir"] = rtl ? "rtl" : "ltr";
  data["start"] = rtl ? "right" : "left";
  data["end"] = rtl ? "left" : "right";
  data["short_title"] = first_columns(title, contents_columns);
  data["contents_text"] = hanging(fmt::format("{}. ", around.number), title);
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
  data["has_title"] = !own_title.empty() || !data["has_excerpt"].get<bool>();
  put_layout(data, post, around);
  const auto sentence = post.event ? sentence_of({.excerpt_text = post.event->about}) : sentence_of(post);
  const bool tells_host = around.layout == digest::Layout::links && data["has_host"].get<bool>();
  data["line_text"] = hanging(
      "* ", data["has_title"].get<bool>()
                ? (tells_host ? fmt::format("{} ({})", title, data["host"].get<std::string>()) : title)
                : sentence);
  put(data, "sentence", "has_sentence", sentence);
  data["sentence_text"] = hanging("  ", sentence);
  put_event(data, post, around);
  data["note_html"] = plain(post.note_html);
  data["note_text"] = wrap(plain(post.note_text), text_columns);
  data["has_note"] = !trim(post.note_html).empty();
  put_picture(data, post);
  std::vector<std::string> meta;
  if (data["has_source"].get<bool>()) meta.push_back(plain(post.source));
  if (!post.author.empty() && fold_case(post.author) != fold_case(post.source))
    meta.push_back(plain(post.author));
  if (!around.day_is_told) meta.push_back(data["date"].get<std::string>());
  const auto reading = post.words ? minutes_of(static_cast<std::size_t>(*post.words)) : std::string{};
  put(data, "minutes", "has_minutes", reading);
  if (!reading.empty()) meta.push_back(reading + "\u00A0" + strings.texts().at("minutes"));
  put(data, "meta", "has_meta", join(meta, " · "));
  data["level"] = around.has_heading ? "3" : "2";
  data["is_first"] = around.place == 0;
  data["has_rule"] = around.number > 1 && !(around.place == 0 && around.has_heading);
  data["is_headline"] = !data["has_excerpt"].get<bool>() && !data["has_image"].get<bool>();
  data["is_truncated"] = post.is_truncated;
  put_also_in(data, post, strings);
  put(data, "audio_url", "has_audio", plain(post.audio_url));
  const auto minutes = std::chrono::round<std::chrono::minutes>(post.audio_duration).count();
  put(data, "audio_minutes", "has_audio_minutes", minutes > 0 ? fmt::format("{}", minutes) : std::string{});
  put(data, "tags", "has_tags", plain(strings.enumerate(post.tags)));
  put(data, "kicker", "has_kicker",
      data["has_source"].get<bool>() ? plain(post.source)
                                     : (post.tags.empty() ? std::string{} : plain(post.tags.front())));
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

/// The post behind which half of the edition has been shown.
int middle_of(const EditionView& view) {
  int posts = 0;
  for (const auto& group : view.groups) posts += group.has_posts() ? static_cast<int>(group.posts.size()) : 0;
  return (posts + 1) / 2;
}

json groups_data(const EditionView& view, bool several_sources, const Strings& strings, const Zone& zone) {
  json groups = json::array();
  int number = 0;
  int events = 0;
  const int middle = middle_of(view);
  for (const auto& group : view.groups) {
    json data = json::object();
    // A heading for one post says what the post can say itself.
    const auto title = collapse_blanks(plain(group.title));
    const bool has_heading =
        !title.empty() && (!group.is_day || group.posts.size() > 1 || view.groups.size() == 1);
    data["has_heading"] = has_heading;
    data["title_rule"] = rule_under(title, '-', text_columns);
    put(data, "title", "has_title", title);
    data["is_first"] = groups.empty();
    data["is_brief"] = group.layout == digest::Layout::list || group.layout == digest::Layout::grid;
    data["is_list"] = group.layout == digest::Layout::list;
    data["is_grid"] = group.layout == digest::Layout::grid;
    data["is_links"] = group.layout == digest::Layout::links;
    data["is_events"] = !group.has_posts();
    put(data, "calendar_url", "has_calendar", plain(group.calendar_url));
    // Cards and lines of links belong together.
    const bool is_whole =
        group.layout == digest::Layout::grid || group.layout == digest::Layout::links || !group.has_posts();
    const int end = number + (group.has_posts() ? static_cast<int>(group.posts.size()) : 0);
    data["holds_middle"] = is_whole && middle > number && middle <= end;
    data["posts"] = json::array();
    for (std::size_t place = 0; place < group.posts.size(); ++place) {
      auto& count = group.has_posts() ? number : events;
      ++count;
      data["posts"].push_back(post_data(group.posts[place],
                                        {.number = count,
                                         .place = place,
                                         .posts = group.posts.size(),
                                         .is_middle = !is_whole && count == middle,
                                         .layout = group.layout,
                                         .has_heading = has_heading,
                                         .day_is_told = group.is_day && (has_heading || title.empty()),
                                         .several_sources = several_sources},
                                        strings, zone));
    }
    groups.push_back(std::move(data));
  }
  return groups;
}

void put_notices(json& data, const char* name, const char* section, const std::vector<NoticeView>& notices) {
  json list = json::array();
  for (const auto& notice : notices) {
    json each = json::object();
    put(each, "label", "has_label", collapse_blanks(plain(notice.label)));
    each["notice_html"] = plain(notice.html);
    each["notice_text"] = wrap(plain(notice.text), text_columns);
    list.push_back(std::move(each));
  }
  data[section] = !list.empty();
  data[name] = std::move(list);
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

/// The titles to choose from: at the end all of them, above only a few behind the first post.
void put_contents(json& data, const EditionView& view, std::size_t posts, const Strings& strings) {
  const bool at_end = view.contents == Contents::end;
  const bool above = view.contents == Contents::always ||
                     (view.contents == Contents::automatic && posts > posts_without_contents);
  json entries = json::array();
  long long left_out = 0;
  for (const auto& group : data["groups"]) {
    if (group["is_links"].get<bool>() || group["is_events"].get<bool>()) continue;
    for (const auto& post : group["posts"]) {
      if (!post["has_title"].get<bool>() || (above && post["is_lead"].get<bool>())) continue;
      if (above && entries.size() == contents_entries) {
        ++left_out;
        continue;
      }
      json entry = json::object();
      for (const auto* name :
           {"number", "anchor", "title", "short_title", "language", "dir", "contents_text"})
        entry[name] = post[name];
      entries.push_back(std::move(entry));
    }
  }
  data["has_toc"] = above && !entries.empty();
  data["has_toc_end"] = at_end && entries.size() > 1;
  data["toc"] = std::move(entries);
  put(data, "toc_more_word", "has_toc_more",
      left_out > 0 ? strings.count("more_word", left_out) : std::string{});
}

std::string next_run(const EditionView& view, const Strings& strings, const Zone& zone) {
  if (!view.next) return {};
  return strings.post_time(std::chrono::floor<std::chrono::seconds>(zone.to_local(*view.next)));
}

/// How long a first title may be so that the subject, as themes write it, is not cut off.
std::size_t room_in_subject(const json& data) {
  const auto others = character_count(data["digest_title"].get<std::string>()) +
                      character_count(data["more_word"].get<std::string>()) +
                      4;  // marks between them, and the ellipsis
  return std::clamp(subject_characters - std::min(others, subject_characters), std::size_t{30},
                    first_title_characters);
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

/// The posts; of an edition without any, the events.
std::vector<const PostView*> named_posts(const EditionView& view) {
  std::vector<const PostView*> posts;
  std::vector<const PostView*> events;
  for (const auto& group : view.groups) {
    for (const auto& post : group.posts) (group.has_posts() ? posts : events).push_back(&post);
  }
  return posts.empty() ? events : posts;
}

std::string preheader_of(const EditionView& view) {
  if (!trim(view.preheader).empty())
    return first_words(collapse_blanks(plain(view.preheader)), preheader_characters);
  std::vector<std::string> titles;
  const PostView* first = nullptr;
  for (const auto* const post : named_posts(view)) {
    if (first != nullptr) titles.push_back(title_of(*post));
    if (first == nullptr) first = post;
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
        "post_count", "post_count_minus_one", "posts_word", "more_word", "sources_line", "next_date"}) {
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
  data["mail_language"] = strings.language();
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

  put_notices(data, "notices_top", "has_notices_top", view.notices.top);
  put_notices(data, "notices_middle", "has_notices_middle", view.notices.middle);
  put_notices(data, "notices_end", "has_notices_end", view.notices.end);
  data["links"] = links_data(view);
  data["has_links"] = !view.links.empty();
  data["more_from"] = more_from_data(view);
  data["has_more_from"] = !view.more_from.empty();
  data["is_web"] = view.is_web;

  const auto sources = sources_of(view);
  data["sources_line"] = strings.list(sources);
  data["has_grid"] =
      std::ranges::find(view.groups, digest::Layout::grid, &GroupView::layout) != view.groups.end();
  data["groups"] = groups_data(view, sources.size() > 1, strings, zone);
  std::size_t posts = 0;
  for (const auto& group : view.groups) posts += group.has_posts() ? group.posts.size() : 0;
  const auto named = named_posts(view);
  const auto first_title = named.empty() ? std::string{} : title_of(*named.front());
  posts += static_cast<std::size_t>(std::ranges::count_if(view.links, &LinkView::counted));
  const auto more = static_cast<long long>(posts) - (posts > 0 ? 1 : 0);
  data["post_count"] = fmt::format("{}", posts);
  data["post_count_minus_one"] = fmt::format("{}", more);
  data["posts_word"] = posts == 0 && !named.empty()
                           ? strings.texts().at("coming_up")
                           : strings.count("posts_word", static_cast<long long>(posts));
  data["has_more"] = more > 0;
  data["more_word"] = more > 0 ? strings.count("more_word", more) : std::string{};
  data["first_title"] = first_words(first_title, room_in_subject(data));
  put_contents(data, view, posts, strings);
  data["reading_minutes"] = reading_minutes(view);
  data["is_full"] = view.is_full;
  put(data, "next_date", "has_next", next_run(view, strings, zone));
  put(data, "signup_url", "has_signup", view.is_web ? std::string{} : plain(view.signup_url));
  add_brand(data, view.brand);

  data["reader_name"] = slot(Slot::reader_name);
  data["has_name"] = has_name;
  data["unsubscribe_url"] = slot(Slot::unsubscribe_url);
  data["preferences_url"] = slot(Slot::preferences_url);
  data["has_preferences"] = view.has_preferences && !view.is_web;
  data["view_url"] = slot(Slot::view_url);
  data["has_view"] = view.has_view && !view.is_web;
  for (const auto& name : view.fields) data["field"][name] = slot(Place{name});
  data["t"] = texts_data(data, strings);
  return data;
}

}  // namespace

std::string edition_title(const EditionView& view, const Strings& strings, const Zone& zone) {
  return strings.edition_title(digest_title_of(view), strings.period(days_covered(view, zone)));
}

json to_data(const EditionView& view, const Strings& strings, const Zone& zone, std::size_t variant) {
  return edition_data(view, strings, zone, marker_of, (variant & 1U) != 0);
}

json to_data(const EditionView& view, const Strings& strings, const Zone& zone, const Reader& reader) {
  return edition_data(
      view, strings, zone, [&reader](const Place& place) { return value_of(reader, place); },
      !reader.name.empty());
}

}  // namespace tidings::message
