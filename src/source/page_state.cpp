#include "source/page_state.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "base/url.hpp"
#include "source/feed_date.hpp"
#include "source/html_page.hpp"
#include "source/html_text.hpp"
#include "source/json_limits.hpp"

namespace tidings::source {
namespace {

using Json = nlohmann::json;

constexpr std::size_t fewest_posts = 3;
constexpr std::size_t most_posts = 200;

// The names that publishers give these fields, in lower case and without "_".
constexpr auto title_names =
    std::to_array<std::string_view>({"title", "headline", "posttitle", "heading", "name"});
constexpr auto link_names = std::to_array<std::string_view>(
    {"url", "href", "link", "permalink", "canonicalurl", "fullurl", "weburl", "path", "uri"});
constexpr auto date_names =
    std::to_array<std::string_view>({"publishedat", "publishdate", "publishedon", "published",
                                     "publicationdate", "datepublished", "firstpublishedat", "publishtime",
                                     "pubdate", "displaydate", "postdate", "date", "createdat", "timestamp"});
constexpr auto summary_names = std::to_array<std::string_view>(
    {"excerpt", "summary", "description", "dek", "teaser", "standfirst", "subtitle", "lead"});
constexpr auto image_names = std::to_array<std::string_view>(
    {"image", "featuredimage", "coverimage", "cover", "thumbnail", "heroimage", "picture"});

std::string plain_name(std::string_view key) {
  auto name = ascii_lower(key);
  std::erase_if(name, [](char c) { return c == '_' || c == '-'; });
  return name;
}

/// Of an object, by plain names.
using Fields = std::map<std::string, const Json*>;

const Json* first_of(const Fields& fields, std::span<const std::string_view> names) {
  for (const auto name : names) {
    const auto found = fields.find(std::string{name});
    if (found != fields.end() && !found->second->is_null()) return found->second;
  }
  return nullptr;
}

/// A text, or the text inside {"rendered": ...}, {"url": ...} and the like, or the first of a list of these.
std::string text_in(const Json* value, std::span<const std::string_view> inner, int depth = 0) {
  constexpr int deepest = 3;
  if (value == nullptr || depth > deepest) return {};
  if (value->is_string()) return std::string{trim(clean_utf8(value->get_ref<const std::string&>()))};
  if (value->is_number()) return value->dump();
  if (value->is_array()) return value->empty() ? std::string{} : text_in(&value->front(), inner, depth + 1);
  if (!value->is_object()) return {};
  for (const auto name : inner) {
    const auto found = value->find(name);
    if (found == value->end()) continue;
    if (auto text = text_in(&*found, inner, depth + 1); !text.empty()) return text;
  }
  return {};
}

constexpr auto text_inner = std::to_array<std::string_view>({"rendered", "text", "value", "content", "name"});
constexpr auto address_inner =
    std::to_array<std::string_view>({"url", "src", "href", "current", "path", "asset"});

/// The addresses that the page's own links have, by the last part of their path.
class Links {
 public:
  Links(const HtmlPage& page, const std::string& base) {
    page.for_each([&](const GumboNode& node) {
      const auto href = html_attribute(node, "href");
      if (href.empty()) return;
      auto url = resolve_url(base, href);
      const auto parsed = url ? parse_url(*url) : std::nullopt;
      if (!parsed) return;
      std::string_view path = parsed->path;
      while (path.ends_with('/')) path.remove_suffix(1);
      if (path.ends_with(".html")) path.remove_suffix(std::string_view{".html"}.size());
      const auto slug = path.substr(path.rfind('/') + 1);
      if (!slug.empty()) by_slug_.emplace(slug, *std::move(url));
    });
  }

  [[nodiscard]] std::string of(const std::string& slug) const {
    const auto found = by_slug_.find(slug);
    return found == by_slug_.end() ? std::string{} : found->second;
  }

 private:
  std::map<std::string, std::string, std::less<>> by_slug_;
};

class Collector {
 public:
  Collector(const HtmlPage& page, std::string base) : base_(std::move(base)), links_(page, base_) {}

  /// Looks at every list in `value`: arrays, and objects whose members are objects.
  void visit(const Json& value, int depth = 0) {
    constexpr int deepest = 40;
    if (depth > deepest || !value.is_structured()) return;
    std::vector<Fields> objects;
    for (const auto& child : value) {
      if (!child.is_object()) continue;
      Fields fields;
      for (const auto& [key, member] : child.items()) fields.emplace(plain_name(key), &member);
      objects.push_back(std::move(fields));
    }
    consider(objects);
    for (const auto& child : value) visit(child, depth + 1);
  }

  /// Nuxt's form: an array in which each member of an object is the place of its value.
  void visit_places(const Json& values) {
    std::vector<Fields> objects;
    for (const auto& each : values) {
      if (!each.is_object()) continue;
      Fields fields;
      for (const auto& [key, place] : each.items()) {
        if (!place.is_number_unsigned()) continue;
        const auto index = place.get<std::size_t>();
        if (index < values.size()) fields.emplace(plain_name(key), &values[index]);
      }
      objects.push_back(std::move(fields));
    }
    consider(objects);
  }

  std::vector<Entry> take() { return std::move(best_); }

 private:
  void consider(const std::vector<Fields>& objects) {
    if (objects.size() < fewest_posts) return;
    std::vector<Entry> entries;
    std::set<std::string> known;
    for (const auto& fields : objects) {
      auto entry = entry_of(fields);
      if (entry && entries.size() < most_posts && known.insert(entry->link).second)
        entries.push_back(*std::move(entry));
    }
    if (entries.size() >= fewest_posts && entries.size() > best_.size()) best_ = std::move(entries);
  }

  [[nodiscard]] std::optional<Entry> entry_of(const Fields& fields) const {
    Entry entry;
    entry.title = plain_text_of_html(text_in(first_of(fields, title_names), text_inner));
    if (entry.title.empty()) return std::nullopt;
    entry.published = parse_feed_date(text_in(first_of(fields, date_names), text_inner));
    if (!entry.published) return std::nullopt;
    entry.link = link_of(fields);
    if (entry.link.empty()) return std::nullopt;
    entry.id = entry.link;
    entry.base_url = base_;
    entry.summary_html =
        escape_html(plain_text_of_html(text_in(first_of(fields, summary_names), text_inner)));
    const auto image = text_in(first_of(fields, image_names), address_inner);
    if (!image.empty()) entry.image = resolve_url(base_, image).value_or(image);
    constexpr auto author_names = std::to_array<std::string_view>({"author", "authors", "byline"});
    entry.author = plain_text_of_html(text_in(first_of(fields, author_names), text_inner));
    return entry;
  }

  [[nodiscard]] std::string link_of(const Fields& fields) const {
    for (const auto name : link_names) {
      const std::array one{name};
      const auto text = text_in(first_of(fields, one), address_inner);
      const bool is_address = text.starts_with('/') || is_web_url(text);
      if (is_address) return resolve_url(base_, text).value_or(std::string{});
    }
    constexpr auto slug_names = std::to_array<std::string_view>({"slug", "handle", "uid", "id"});
    for (const auto name : slug_names) {
      const std::array one{name};
      auto link = links_.of(text_in(first_of(fields, one), address_inner));
      if (!link.empty()) return link;
    }
    return {};
  }

  std::string base_;
  Links links_;
  std::vector<Entry> best_;
};

std::optional<Json> parsed(std::string_view text) {
  constexpr std::size_t longest = 8 << 20;
  if (text.size() > longest || is_json_nested_too_deeply(text) || has_too_many_json_values(text))
    return std::nullopt;
  try {
    auto json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return std::nullopt;
    return json;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

/// Where the value that begins at `from` ends.
std::size_t end_of_value(std::string_view text, std::size_t from) {
  int depth = 0;
  for (auto at = next_bracket(text, from); at != std::string_view::npos; at = next_bracket(text, at + 1)) {
    depth += is_opening_bracket(text[at]) ? 1 : -1;
    if (depth == 0) return at + 1;
  }
  return text.size();
}

/// The JSON of "window.__STATE__ = {...}" or "= JSON.parse("...")".
std::optional<Json> assigned(std::string_view script) {
  constexpr std::string_view parse = "JSON.parse(";
  const auto name = std::min(script.find("window."), script.find("__"));
  if (name == std::string_view::npos) return std::nullopt;
  const auto equals = script.find('=', name);
  if (equals == std::string_view::npos) return std::nullopt;
  const auto rest = trim(script.substr(equals + 1));
  if (rest.starts_with('{') || rest.starts_with('[')) return parsed(rest.substr(0, end_of_value(rest, 0)));
  if (!rest.starts_with(parse)) return std::nullopt;
  const auto quoted = rest.substr(parse.size());
  std::size_t end = 1;
  while (end < quoted.size() && quoted[end] != '"') end += quoted[end] == '\\' ? 2 : 1;
  const auto text = parsed(quoted.substr(0, end + 1));
  return text && text->is_string() ? parsed(text->get_ref<const std::string&>()) : std::nullopt;
}

}  // namespace

std::vector<Entry> read_page_state(std::string_view html, std::string_view base_url) {
  const auto page = HtmlPage::parse(std::string{html});
  if (!page) return {};
  Collector collector{*page, std::string{base_url}};
  page->for_each([&](const GumboNode& node) {
    if (node.type != GUMBO_NODE_ELEMENT || node.v.element.tag != GUMBO_TAG_SCRIPT) return;
    if (node.v.element.children.length == 0) return;
    const auto* const child = static_cast<const GumboNode*>(node.v.element.children.data[0]);
    if (child->type != GUMBO_NODE_TEXT && child->type != GUMBO_NODE_CDATA) return;
    const std::string_view script = child->v.text.text;
    const bool is_json = html_attribute(node, "type").find("application/json") != std::string_view::npos;
    const auto json = is_json ? parsed(trim(script)) : assigned(script);
    if (!json) return;
    if (html_attribute(node, "id") == "__NUXT_DATA__" && json->is_array()) {
      collector.visit_places(*json);
    } else {
      collector.visit(*json);
    }
  });
  return collector.take();
}

}  // namespace tidings::source
