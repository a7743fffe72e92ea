// JSON Feed 1.0 and 1.1 (jsonfeed.org). Accepts known mistakes: numbers as ids, a missing version, 1.0's
// single author.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "base/url.hpp"
#include "source/entry_reader.hpp"
#include "source/feed_date.hpp"
#include "source/formats.hpp"
#include "source/html_text.hpp"
#include "source/json_limits.hpp"
#include "source/newest.hpp"

namespace tidings::source {
namespace {

using Json = nlohmann::json;

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return {};
  if (found->is_string()) return clean_utf8(found->get_ref<const std::string&>());
  if (found->is_number()) return found->dump();
  return {};
}

std::string link_at(const Json& object, const char* key, const std::string& base) {
  const auto text = std::string{trim(text_at(object, key))};
  return text.empty() ? text : resolve_url(base, text).value_or(text);
}

std::string author_of(const Json& object) {
  std::string names;
  const auto add = [&](const Json& author) {
    if (!author.is_object()) return;
    const auto name = plain_text_of_html(text_at(author, "name"));
    if (!name.empty()) names += (names.empty() ? "" : ", ") + name;
  };
  if (const auto list = object.find("authors"); list != object.end() && list->is_array()) {
    for (const auto& author : *list) add(author);
  }
  if (const auto one = object.find("author"); names.empty() && one != object.end()) add(*one);
  return names;
}

std::optional<UtcTime> date_at(const Json& item, const char* key, Feed& feed) {
  const auto text = text_at(item, key);
  if (trim(text).empty()) return std::nullopt;
  const auto time = parse_feed_date(text);
  if (!time) feed.warnings.push_back("no date: \"" + collapse_blanks(truncate_utf8(text, 60)) + "\"");
  return time;
}

/// What all items of a feed share.
struct Around {
  std::string author;
  std::string base;
  Limits limits;
};

std::vector<std::string> tags_of(const Json& item, std::size_t most) {
  std::vector<std::string> names;
  const auto tags = item.find("tags");
  if (tags == item.end() || !tags->is_array()) return names;
  for (const auto& tag : *tags) {
    if (names.size() >= most) break;
    auto name =
        tag.is_string() ? collapse_blanks(clean_utf8(tag.get_ref<const std::string&>())) : std::string{};
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(std::move(name));
  }
  return names;
}

std::vector<Enclosure> attachments_of(const Json& item, const std::string& base) {
  constexpr std::size_t most = 50;
  std::vector<Enclosure> enclosures;
  const auto files = item.find("attachments");
  if (files == item.end() || !files->is_array()) return enclosures;
  for (const auto& file : *files) {
    if (!file.is_object() || enclosures.size() >= most) continue;
    Enclosure enclosure{.url = link_at(file, "url", base), .type = text_at(file, "mime_type")};
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    const auto size = file.find("size_in_bytes");
    if (size != file.end() && size->is_number_unsigned() && size->get<std::uint64_t>() <= largest)
      enclosure.length_bytes = size->get<std::int64_t>();
    constexpr double longest_seconds = 1e6;
    const auto length = file.find("duration_in_seconds");
    if (length != file.end() && length->is_number() && length->get<double>() > 0 &&
        length->get<double>() < longest_seconds)
      enclosure.duration = std::chrono::seconds{static_cast<std::int64_t>(length->get<double>())};
    if (!enclosure.url.empty()) enclosures.push_back(std::move(enclosure));
  }
  return enclosures;
}

Entry entry_of(const Json& item, Feed& feed, const Around& around) {
  const auto& base = around.base;
  Entry entry;
  entry.id = collapse_blanks(text_at(item, "id"));
  entry.link = link_at(item, "url", base);
  if (entry.link.empty()) entry.link = link_at(item, "external_url", base);
  if (entry.link.empty() && is_web_url(entry.id)) entry.link = entry.id;
  entry.title = collapse_blanks(text_at(item, "title"));
  entry.author = author_of(item);
  if (entry.author.empty()) entry.author = around.author;
  entry.published = date_at(item, "date_published", feed);
  entry.updated = date_at(item, "date_modified", feed);
  entry.summary_html = html_of_plain_text(text_at(item, "summary"));
  entry.content_html = std::string{trim(text_at(item, "content_html"))};
  if (entry.content_html.empty()) entry.content_html = html_of_plain_text(text_at(item, "content_text"));
  entry.base_url = is_web_url(entry.link) ? entry.link : base;
  entry.language = language_tag(text_at(item, "language"));
  if (entry.language.empty()) entry.language = feed.language;
  entry.image = link_at(item, "image", base);
  if (entry.image.empty()) entry.image = link_at(item, "banner_image", base);
  entry.categories = tags_of(item, around.limits.categories);
  entry.enclosures = attachments_of(item, base);
  return entry;
}

/// A cut-off document, closed after its last complete item or list; empty if it was not cut off or has none.
/// Only closing brackets that leave the feed's object, or a list directly in it, open count: half an item
/// does not.
std::string closed_again(std::string_view text) {
  std::string open;  // the open brackets, outermost first
  std::string mended_end;
  std::size_t whole = 0;
  for (auto at = next_bracket(text, 0); at != std::string_view::npos; at = next_bracket(text, at + 1)) {
    if (is_opening_bracket(text[at])) {
      open += text[at];
    } else if (!open.empty()) {
      open.pop_back();
      if (open != "{" && open != "{[") continue;
      whole = at + 1;
      mended_end = open == "{" ? "}" : "]}";
    }
  }
  return open.empty() || whole == 0 ? std::string{} : std::string{text.substr(0, whole)} + mended_end;
}

/// The document without superfluous commas: ",]", "[," and ",,"; sets `at` to the place of the first.
std::string without_spare_commas(std::string_view text, std::size_t& at) {
  std::string out;
  out.reserve(text.size());
  std::size_t comma = std::string::npos;  // in `out`: the last token
  std::size_t comma_in_text = 0;
  const auto spare = [&](std::size_t place) { at = std::min(at, place); };
  char last = '[';
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      out += c;
      if (c == '\\' && i + 1 < text.size()) out += text[++i];
      in_string = c != '"';
      continue;
    }
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      out += c;
      continue;
    }
    if (c == ',' && (last == ',' || last == '[' || last == '{')) {
      spare(i);
      continue;
    }
    if ((c == ']' || c == '}') && last == ',') {
      spare(comma_in_text);
      out.erase(comma, 1);
    }
    if (c == ',') {
      comma = out.size();
      comma_in_text = i;
    }
    in_string = c == '"';
    last = c;
    out += c;
  }
  return out;
}

std::string place_of(std::string_view text, std::size_t byte) {
  const auto before = text.substr(0, std::min(byte, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto column =
      before.size() - (before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1);
  return std::to_string(line) + ":" + std::to_string(column);
}

/// The document as it is, without superfluous commas, or closed where it was cut off; repairs are warnings.
Result<Json> read_document(std::string_view text, std::vector<std::string>& warnings) {
  try {
    return Json::parse(text);
  } catch (const Json::out_of_range&) {
    return fail(Errc::bad_data, "the JSON has a number out of range");
  } catch (const Json::parse_error& error) {
    const auto is_feed = [](const Json& json) { return json.is_object() && json.contains("items"); };
    const auto parsed = [](std::string_view document) {
      try {
        return Json::parse(document, nullptr, false);
      } catch (const Json::out_of_range&) {
        return Json{};
      }
    };
    auto comma = std::string::npos;
    const auto mended = without_spare_commas(text, comma);
    if (comma != std::string::npos) {
      if (auto json = parsed(mended); is_feed(json)) {
        warnings.push_back(place_of(text, comma + 1) + ": ignored an extra comma");
        return json;
      }
    }
    auto json = parsed(closed_again(mended));
    if (!is_feed(json)) return fail(Errc::bad_data, place_of(text, error.byte) + ": invalid JSON");
    warnings.emplace_back("the document is cut off; complete items are kept");
    return json;
  }
}

/// published before modified.
std::optional<UtcTime> date_of_item(const Json& item) {
  if (!item.is_object()) return std::nullopt;
  const auto published = parse_feed_date(text_at(item, "date_published"));
  return published ? published : parse_feed_date(text_at(item, "date_modified"));
}

void read_items(const Json& items, const Around& around, Feed& feed) {
  std::vector<const Json*> chosen;
  std::size_t odd = 0;
  for (const auto& item : items) {
    if (item.is_object()) chosen.push_back(&item);
    if (!item.is_object()) ++odd;
  }
  if (odd > 0)
    feed.warnings.push_back(odd == 1 ? "1 item that is not an object is skipped"
                                     : plural(static_cast<long long>(odd), "item") +
                                           " that are not objects are skipped");
  feed.left_out =
      keep_newest(chosen, around.limits.entries, [](const Json* item) { return date_of_item(*item); });
  for (const auto* item : chosen) feed.entries.push_back(entry_of(*item, feed, around));
}

// ---- WordPress's REST interface: wp-json/wp/v2/posts (developer.wordpress.org/rest-api/reference/posts)

/// {"rendered": "..."} as HTML.
std::string rendered(const Json& post, const char* key) {
  const auto found = post.find(key);
  return found != post.end() && found->is_object() ? text_at(*found, "rendered") : std::string{};
}

/// What ?_embed adds: the objects of that relation.
std::vector<const Json*> embedded(const Json& post, const char* relation) {
  std::vector<const Json*> objects;
  const auto all = post.find("_embedded");
  if (all == post.end() || !all->is_object()) return objects;
  const auto found = all->find(relation);
  if (found == all->end() || !found->is_array()) return objects;
  for (const auto& each : *found) {
    if (each.is_object()) objects.push_back(&each);
    if (!each.is_array()) continue;  // wp:term has a list for each taxonomy
    for (const auto& inner : each) {
      if (inner.is_object()) objects.push_back(&inner);
    }
  }
  return objects;
}

std::optional<UtcTime> wordpress_date(const Json& post, const char* key) {
  const auto text = text_at(post, key);
  return text.empty() ? std::nullopt : parse_feed_date(text);
}

Entry wordpress_entry(const Json& post, const ParseOptions& options) {
  Entry entry;
  entry.link = link_at(post, "link", options.base_url);
  const auto guid = rendered(post, "guid");
  entry.id = guid.empty() ? entry.link : guid;
  entry.title = plain_text_of_html(rendered(post, "title"));
  entry.published = wordpress_date(post, "date_gmt");
  if (!entry.published) entry.published = wordpress_date(post, "date");
  entry.updated = wordpress_date(post, "modified_gmt");
  entry.summary_html = std::string{trim(rendered(post, "excerpt"))};
  entry.content_html = std::string{trim(rendered(post, "content"))};
  entry.base_url = is_web_url(entry.link) ? entry.link : options.base_url;
  for (const auto* const author : embedded(post, "author")) {
    if (entry.author.empty()) entry.author = plain_text_of_html(text_at(*author, "name"));
  }
  for (const auto* const picture : embedded(post, "wp:featuredmedia")) {
    if (entry.image.empty()) entry.image = link_at(*picture, "source_url", options.base_url);
  }
  for (const auto* const term : embedded(post, "wp:term")) {
    auto name = plain_text_of_html(text_at(*term, "name"));
    if (!name.empty() && entry.categories.size() < options.limits.categories)
      entry.categories.push_back(std::move(name));
  }
  return entry;
}

Result<Feed> read_wordpress_posts(const Json& posts, const ParseOptions& options, Feed feed) {
  std::vector<const Json*> chosen;
  for (const auto& post : posts) {
    const bool is_post = post.is_object() && post.contains("link") && !rendered(post, "title").empty();
    if (is_post) chosen.push_back(&post);
  }
  if (chosen.empty() && !posts.empty()) return fail(Errc::bad_data, "no feed: JSON without \"items\"");
  feed.left_out = keep_newest(chosen, options.limits.entries,
                              [](const Json* post) { return wordpress_date(*post, "date_gmt"); });
  for (const auto* const post : chosen) feed.entries.push_back(wordpress_entry(*post, options));
  const auto site = options.base_url.find("/wp-json");
  if (site != std::string::npos) feed.link = options.base_url.substr(0, site) + "/";
  return feed;
}

}  // namespace

Result<Feed> read_json_feed(std::string_view text, const ParseOptions& options) {
  if (is_json_nested_too_deeply(text)) return fail(Errc::bad_data, "no feed: JSON nested too deeply");
  if (has_too_many_json_values(text))
    return fail(Errc::bad_data, "no feed: JSON with more than 600,000 values");
  Feed feed;
  feed.format = Format::json;
  TIDINGS_LET(const auto json, read_document(text, feed.warnings));
  if (json.is_array()) return read_wordpress_posts(json, options, std::move(feed));
  const auto items = json.is_object() ? json.find("items") : json.end();
  if (!json.is_object() || items == json.end() || !items->is_array()) {
    return fail(Errc::bad_data, "no feed: JSON without \"items\"");
  }
  if (text_at(json, "version").find("jsonfeed.org") == std::string::npos)
    feed.warnings.emplace_back("the JSON Feed version is missing");
  feed.title = collapse_blanks(text_at(json, "title"));
  auto base = link_at(json, "feed_url", options.base_url);
  if (!options.base_url.empty()) base = options.base_url;
  feed.link = link_at(json, "home_page_url", base);
  if (base.empty()) base = feed.link;
  feed.language = language_tag(text_at(json, "language"));
  read_items(*items, {.author = author_of(json), .base = std::move(base), .limits = options.limits}, feed);
  return feed;
}

}  // namespace tidings::source
