#include "source/json_linked_data.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "base/url.hpp"
#include "source/feed_date.hpp"
#include "source/html_page.hpp"
#include "source/html_text.hpp"
#include "source/page_trim.hpp"

namespace tidings::source {
namespace {

using Json = nlohmann::json;

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? clean_utf8(found->get_ref<const std::string&>())
                                                     : std::string{};
}

/// A url as text, or inside an object or a list of them.
std::string url_at(const Json& object, const char* key, int depth = 0) {
  const auto found = object.find(key);
  if (found == object.end() || depth > 2) return {};
  if (found->is_string()) return clean_utf8(found->get_ref<const std::string&>());
  const Json& one = found->is_array() && !found->empty() ? found->front() : *found;
  if (one.is_string()) return clean_utf8(one.get_ref<const std::string&>());
  if (!one.is_object()) return {};
  auto url = url_at(one, "url", depth + 1);
  return url.empty() ? text_at(one, "@id") : url;
}

std::string name_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return {};
  const Json& one = found->is_array() && !found->empty() ? found->front() : *found;
  if (one.is_string()) return plain_text_of_html(clean_utf8(one.get_ref<const std::string&>()));
  return one.is_object() ? plain_text_of_html(text_at(one, "name")) : std::string{};
}

bool is_post(const Json& object) {
  const auto type = object.find("@type");
  if (type == object.end()) return false;
  const auto matches = [](const Json& name) {
    if (!name.is_string()) return false;
    const auto& text = name.get_ref<const std::string&>();
    return text == "BlogPosting" || text == "Article" || text == "NewsArticle" || text == "TechArticle";
  };
  return type->is_array() ? std::any_of(type->begin(), type->end(), matches) : matches(*type);
}

/// "Ada Brook, Ben Field", of one or several persons.
std::string names_in(const Json& object, const char* key) {
  constexpr std::size_t most = 6;
  const auto found = object.find(key);
  if (found == object.end()) return {};
  if (!found->is_array()) return name_in(object, key);
  std::vector<std::string> names;
  for (const auto& each : *found) {
    auto name = name_in(Json{{"one", each}}, "one");
    if (!name.empty() && names.size() < most && std::ranges::find(names, name) == names.end())
      names.push_back(std::move(name));
  }
  return join(names, ", ");
}

/// NewsArticle, BlogPosting, ReportageNewsArticle, DiscussionForumPosting and the like.
bool is_article(const Json& object) {
  const auto type = object.find("@type");
  if (type == object.end()) return false;
  const auto matches = [](const Json& name) {
    if (!name.is_string()) return false;
    const auto& text = name.get_ref<const std::string&>();
    return text.ends_with("Article") || text.ends_with("Posting") || text == "Report" ||
           text == "AnalysisNewsArticle";
  };
  return type->is_array() ? std::any_of(type->begin(), type->end(), matches) : matches(*type);
}

LinkedArticle article_of(const Json& object) {
  LinkedArticle out;
  out.title = plain_text_of_html(text_at(object, "headline"));
  if (out.title.empty()) out.title = plain_text_of_html(text_at(object, "name"));
  out.author = names_in(object, "author");
  out.published = parse_feed_date(text_at(object, "datePublished"));
  out.image = url_at(object, "image");
  out.language = text_at(object, "inLanguage");
  out.text = text_at(object, "articleBody");
  return out;
}

void find_articles(const Json& value, int depth, std::vector<LinkedArticle>& out) {
  constexpr int deepest = 12;
  constexpr std::size_t most = 50;
  if (depth > deepest || out.size() >= most) return;
  if (value.is_object() && is_article(value)) {
    out.push_back(article_of(value));
  } else if (value.is_structured()) {
    for (const auto& child : value) find_articles(child, depth + 1, out);
  }
}

class Collector {
 public:
  explicit Collector(std::string_view base) : base_(base) {}

  void visit(const Json& value, int depth) {
    constexpr int deepest = 12;
    constexpr std::size_t most = 200;
    if (depth > deepest || entries_.size() >= most) return;
    if (value.is_object() && is_post(value)) {
      add(value);
    } else if (value.is_structured()) {
      for (const auto& child : value) visit(child, depth + 1);
    }
  }

  std::vector<Entry> take() { return std::move(entries_); }

 private:
  void add(const Json& object) {
    Entry entry;
    entry.title = plain_text_of_html(text_at(object, "headline"));
    if (entry.title.empty()) entry.title = plain_text_of_html(text_at(object, "name"));
    auto url = url_at(object, "url");
    if (url.empty()) url = url_at(object, "mainEntityOfPage");
    entry.link = url.empty() ? url : resolve_url(base_, url).value_or(url);
    entry.id = entry.link;
    entry.author = name_in(object, "author");
    entry.published = parse_feed_date(text_at(object, "datePublished"));
    entry.updated = parse_feed_date(text_at(object, "dateModified"));
    entry.summary_html = escape_html(plain_text_of_html(text_at(object, "description")));
    const auto image = url_at(object, "image");
    entry.image = image.empty() ? image : resolve_url(base_, image).value_or(image);
    entry.base_url = base_;
    const bool known = std::any_of(entries_.begin(), entries_.end(),
                                   [&](const Entry& other) { return other.link == entry.link; });
    if (!known && !entry.title.empty() && !entry.link.empty()) entries_.push_back(std::move(entry));
  }

  std::string base_;
  std::vector<Entry> entries_;
};

}  // namespace

std::vector<std::string> linked_data_scripts(std::string_view html) {
  std::vector<std::string> scripts;
  if (html.find("ld+json") == std::string_view::npos) return scripts;
  const auto page = HtmlPage::parse(trim_page(html));
  if (!page) return scripts;
  page->for_each([&](const GumboNode& node) {
    if (node.type != GUMBO_NODE_ELEMENT || node.v.element.tag != GUMBO_TAG_SCRIPT) return;
    if (!ascii_iequals(trim(html_attribute(node, "type")), "application/ld+json") ||
        node.v.element.children.length == 0)
      return;
    const auto* const text = static_cast<const GumboNode*>(node.v.element.children.data[0]);
    if (text->type == GUMBO_NODE_TEXT || text->type == GUMBO_NODE_CDATA)
      scripts.emplace_back(text->v.text.text);
  });
  return scripts;
}

std::vector<Entry> read_linked_data(std::string_view html, std::string_view base_url) {
  Collector collector{base_url};
  for (const auto& script : linked_data_scripts(html)) {
    const auto json = Json::parse(script, nullptr, false);
    if (!json.is_discarded()) collector.visit(json, 0);
  }
  return collector.take();
}

std::optional<LinkedArticle> read_linked_article(std::span<const std::string> scripts) {
  std::vector<LinkedArticle> articles;
  for (const auto& script : scripts) {
    // Line ends inside strings are invalid JSON, but common.
    auto text = script;
    std::ranges::replace_if(
        text, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    const auto json = Json::parse(text, nullptr, false);
    if (!json.is_discarded()) find_articles(json, 0, articles);
  }
  if (articles.empty()) return std::nullopt;
  auto longest =
      *std::ranges::max_element(articles, {}, [](const LinkedArticle& each) { return each.text.size(); });
  longest.is_only_one = articles.size() == 1;
  return longest;
}

}  // namespace tidings::source
