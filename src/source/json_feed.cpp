// JSON Feed 1.0 and 1.1 (jsonfeed.org). Known mistakes are taken: numbers as ids, missing version, 1.0's single author.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "base/url.hpp"
#include "source/entry_reader.hpp"
#include "source/feed_date.hpp"
#include "source/formats.hpp"
#include "source/html_text.hpp"

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

Entry entry_of(const Json& item, Feed& feed, const std::string& feed_author, const std::string& base) {
  Entry entry;
  entry.id = collapse_blanks(text_at(item, "id"));
  entry.link = link_at(item, "url", base);
  if (entry.link.empty()) entry.link = link_at(item, "external_url", base);
  if (entry.link.empty() && is_web_url(entry.id)) entry.link = entry.id;
  entry.title = collapse_blanks(text_at(item, "title"));
  entry.author = author_of(item);
  if (entry.author.empty()) entry.author = feed_author;
  entry.published = date_at(item, "date_published", feed);
  entry.updated = date_at(item, "date_modified", feed);
  entry.summary_html = escape_html(trim(text_at(item, "summary")));
  entry.content_html = std::string{trim(text_at(item, "content_html"))};
  if (entry.content_html.empty()) entry.content_html = escape_html(trim(text_at(item, "content_text")));
  entry.base_url = is_web_url(entry.link) ? entry.link : base;
  entry.language = language_tag(text_at(item, "language"));
  if (entry.language.empty()) entry.language = feed.language;
  entry.image = link_at(item, "image", base);
  if (entry.image.empty()) entry.image = link_at(item, "banner_image", base);
  if (const auto tags = item.find("tags"); tags != item.end() && tags->is_array()) {
    for (const auto& tag : *tags) {
      auto name = tag.is_string() ? collapse_blanks(clean_utf8(tag.get_ref<const std::string&>())) : std::string{};
      if (!name.empty() && std::find(entry.categories.begin(), entry.categories.end(), name) == entry.categories.end()) {
        entry.categories.push_back(std::move(name));
      }
    }
  }
  if (const auto files = item.find("attachments"); files != item.end() && files->is_array()) {
    for (const auto& file : *files) {
      if (!file.is_object()) continue;
      Enclosure enclosure{.url = link_at(file, "url", base), .type = text_at(file, "mime_type"), .length_bytes = 0};
      constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
      const auto size = file.find("size_in_bytes");
      if (size != file.end() && size->is_number_unsigned() && size->get<std::uint64_t>() <= most)
        enclosure.length_bytes = size->get<std::int64_t>();
      if (!enclosure.url.empty()) entry.enclosures.push_back(std::move(enclosure));
    }
  }
  return entry;
}

/// The place of the next bracket at or after `at` that stands in no string; npos if there is none. `at` stands in no string either.
std::size_t next_bracket(std::string_view text, std::size_t at) {
  bool in_string = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string && c == '\\') {
      ++at;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '[' || c == '{' || c == ']' || c == '}')) {
      return at;
    }
  }
  return std::string_view::npos;
}

bool opens(char bracket) { return bracket == '[' || bracket == '{'; }

/// Nesting is limited before the tree is built: nlohmann's parser does not recurse, but its destructor of odd trees costs.
bool nested_too_deeply(std::string_view text) {
  constexpr int limit = 200;
  int depth = 0;
  for (auto at = next_bracket(text, 0); at != std::string_view::npos; at = next_bracket(text, at + 1)) {
    depth += opens(text[at]) ? 1 : -1;
    if (depth > limit) return true;
  }
  return false;
}

/// A document that was cut off, closed again behind its last whole item or list; empty if it was not cut, or has none.
/// Only closings that leave the feed's object, or a list directly in it, open count: half an item is no item.
std::string closed_again(std::string_view text) {
  std::string open;  // the brackets that wait for their end, outermost first
  std::string mended_end;
  std::size_t whole = 0;
  for (auto at = next_bracket(text, 0); at != std::string_view::npos; at = next_bracket(text, at + 1)) {
    if (opens(text[at])) {
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

}  // namespace

Result<Feed> read_json_feed(std::string_view text, const ParseOptions& options) {
  if (nested_too_deeply(text)) return fail(Errc::bad_data, "no feed: JSON nested too deeply");
  Json json;
  bool cut_off = false;
  try {
    json = Json::parse(text);
  } catch (const Json::parse_error& error) {
    json = Json::parse(closed_again(text), nullptr, false);
    cut_off = json.is_object() && json.contains("items");
    const auto before = text.substr(0, std::min(error.byte, text.size()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const auto column = before.size() - (before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1);
    if (!cut_off) return fail(Errc::bad_data, std::to_string(line) + ":" + std::to_string(column) + ": the JSON is broken");
  } catch (const Json::out_of_range&) {
    return fail(Errc::bad_data, "the JSON has a number beyond all bounds");
  }
  const auto items = json.is_object() ? json.find("items") : json.end();
  if (!json.is_object() || items == json.end() || !items->is_array()) {
    return fail(Errc::bad_data, "no feed: JSON without \"items\"");
  }
  Feed feed;
  feed.format = Format::json;
  if (cut_off) feed.warnings.push_back("the document is cut off; the items that are whole are kept");
  if (text_at(json, "version").find("jsonfeed.org") == std::string::npos)
    feed.warnings.push_back("no version of JSON Feed is named");
  feed.title = collapse_blanks(text_at(json, "title"));
  auto base = link_at(json, "feed_url", options.base_url);
  if (!options.base_url.empty()) base = options.base_url;
  feed.link = link_at(json, "home_page_url", base);
  if (base.empty()) base = feed.link;
  feed.language = language_tag(text_at(json, "language"));
  const auto author = author_of(json);
  for (const auto& item : *items) {
    if (item.is_object()) {
      feed.entries.push_back(entry_of(item, feed, author, base));
    } else {
      feed.warnings.push_back("an item that is no object is left out");
    }
  }
  return feed;
}

}  // namespace tidings::source
