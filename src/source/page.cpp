#include "source/page.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <libxml/HTMLparser.h>
#include <libxml/HTMLtree.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "base/text.hpp"
#include "base/url.hpp"
#include "source/dated_list.hpp"
#include "source/encoding.hpp"
#include "source/entry_reader.hpp"
#include "source/feed_date.hpp"
#include "source/html_page.hpp"
#include "source/json_linked_data.hpp"
#include "source/page_node.hpp"
#include "source/page_state.hpp"

namespace tidings::source {
namespace {

struct DocumentFree {
  void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
};
struct ContextFree {
  void operator()(xmlXPathContext* context) const { xmlXPathFreeContext(context); }
};
struct ObjectFree {
  void operator()(xmlXPathObject* object) const { xmlXPathFreeObject(object); }
};
using Document = std::unique_ptr<xmlDoc, DocumentFree>;
using Context = std::unique_ptr<xmlXPathContext, ContextFree>;
using Object = std::unique_ptr<xmlXPathObject, ObjectFree>;

std::string taken(xmlChar* text) {
  if (text == nullptr) return {};
  std::string out{reinterpret_cast<const char*>(text)};
  xmlFree(text);
  return out;
}

std::string text_in(xmlNode* node) { return collapse_blanks(clean_utf8(taken(xmlNodeGetContent(node)))); }

/// An element's content as HTML.
std::string html_in(xmlNode* node) {
  if (node->type != XML_ELEMENT_NODE) return escape_html(text_in(node));
  std::unique_ptr<xmlBuffer, decltype(&xmlBufferFree)> buffer{xmlBufferCreate(), &xmlBufferFree};
  if (!buffer) return {};
  for (xmlNode* child = node->children; child != nullptr; child = child->next)
    htmlNodeDump(buffer.get(), node->doc, child);
  const auto* const content = reinterpret_cast<const char*>(xmlBufferContent(buffer.get()));
  return content == nullptr ? std::string{} : clean_utf8(trim(content));
}

/// One way of finding posts. XPaths as in PageXPaths.
struct Recipe {
  std::string_view name;
  PageXPaths xpaths;
};

std::string has_class(const std::string& name) {
  return "contains(concat(' ',normalize-space(@class),' '),' " + name + " ')";
}

std::vector<Recipe> default_recipes() {
  const std::string blogger_heading = "//*[" + has_class("date-header") + "]";
  const std::string image = ".//img/@data-src\n.//img/@src";
  const std::string any_time = ".//time/@datetime\n.//time";
  std::vector<Recipe> recipes;
  recipes.push_back(
      {.name = "schema.org microdata",
       .xpaths = {
           .item = "//*[contains(@itemtype,'schema.org/BlogPosting') or "
                   "contains(@itemtype,'schema.org/Article') or "
                   "contains(@itemtype,'schema.org/NewsArticle')]",
           .title = ".//*[@itemprop='headline']/@content\n.//*[@itemprop='headline']\n.//"
                    "*[@itemprop='name']\n.//h2\n.//h3",
           .link =
               ".//*[@itemprop='headline' or @itemprop='name']//a/@href\n.//a[.//*[@itemprop='headline' or "
               "@itemprop='name']]/@href\n.//*[@itemprop='url']/@href\n.//*[@itemprop='mainEntityOfPage']/"
               "@href\n./"
               "/h2//a/@href\n"
               ".//h3//a/@href",
           .date = ".//*[@itemprop='datePublished']/@content\n.//*[@itemprop='datePublished']/@datetime\n"
                   ".//*[@itemprop='datePublished']/@title\n.//*[@itemprop='datePublished']\n" +
                   any_time,
           .excerpt = ".//*[@itemprop='description']/@content\n.//*[@itemprop='description']\n.//"
                      "*[@itemprop='articleBody']\n.//*[" +
                      has_class("post-body") + "]",
           .image = ".//*[@itemprop='image' or "
                    "@itemprop='thumbnailUrl']/@content\n.//*[@itemprop='image']/@src\n" +
                    image,
           .date_heading = blogger_heading}});
  recipes.push_back(
      {.name = "h-feed",
       .xpaths = {
           .item = "//*[" + has_class("h-entry") + "]",
           .title = ".//*[" + has_class("p-name") + "]",
           .link = ".//*[" + has_class("u-url") + "]/@href\n.//*[" + has_class("p-name") + "]//a/@href",
           .date = ".//*[" + has_class("dt-published") + "]/@datetime\n.//*[" + has_class("dt-published") +
                   "]\n" + any_time,
           .excerpt = ".//*[" + has_class("e-content") + "]\n.//*[" + has_class("p-summary") + "]",
           .image = ".//*[" + has_class("u-photo") + "]/@src\n.//*[" + has_class("u-featured") + "]/@src\n" +
                    image,
           .date_heading = {}}});
  recipes.push_back(
      {.name = "Blogger",
       .xpaths = {.item = "//*[" + has_class("post") + " and .//*[" + has_class("post-title") + "]]",
                  .title = ".//*[" + has_class("post-title") + "]",
                  .link = ".//*[" + has_class("post-title") + "]//a/@href\n.//a[" +
                          has_class("timestamp-link") + "]/@href",
                  .date = ".//*[" + has_class("published") + "]/@title\n.//*[" + has_class("published") +
                          "]/@datetime\n" + any_time,
                  .excerpt = ".//*[" + has_class("post-body") + "]\n.//*[" + has_class("post-snippet") + "]",
                  .image = image,
                  .date_heading = blogger_heading}});
  recipes.push_back(
      {.name = "WordPress",
       .xpaths = {
           .item = "//*[(" + has_class("hentry") + " or self::article) and .//*[" + has_class("entry-title") +
                   "]]",
           .title = ".//*[" + has_class("entry-title") + "]",
           .link = ".//*[" + has_class("entry-title") + "]//a/@href\n.//a[@rel='bookmark']/@href",
           .date = ".//time[" + has_class("published") + "]/@datetime\n.//*[" + has_class("entry-date") +
                   "]/@datetime\n" + any_time + "\n.//*[" + has_class("entry-date") + "]\n.//*[" +
                   has_class("posted-on") + "]",
           .excerpt = ".//*[" + has_class("entry-summary") + "]\n.//*[" + has_class("entry-content") + "]",
           .image = image,
           .date_heading = {}}});
  recipes.push_back({.name = "WordPress blocks",
                     .xpaths = {.item = "//*[" + has_class("wp-block-post") + " and .//*[" +
                                        has_class("wp-block-post-title") + "]]",
                                .title = ".//*[" + has_class("wp-block-post-title") + "]",
                                .link = ".//*[" + has_class("wp-block-post-title") + "]//a/@href\n.//*[" +
                                        has_class("wp-block-post-featured-image") + "]/a/@href\n.//*[" +
                                        has_class("wp-block-post-date") + "]//a/@href\n.//a[" +
                                        has_class("wp-block-post-excerpt__more-link") + " or " +
                                        has_class("wp-block-read-more") + "]/@href",
                                .date = any_time,
                                .excerpt = ".//*[" + has_class("wp-block-post-excerpt__excerpt") +
                                           "]\n.//*[" + has_class("entry-content") + "]",
                                .image = image,
                                .date_heading = {}}});
  recipes.push_back({.name = "<article>",
                     .xpaths = {.item = "//article",
                                .title = ".//h1\n.//h2\n.//h3",
                                .link = ".//h1//a/@href\n.//h2//a/@href\n.//h3//a/@href\n.//a[.//h1 or .//h2 "
                                        "or .//h3]/@href\n.//a/@href",
                                .date = any_time + "\n.//*[" + has_class("entry-footer") +
                                        "]/span/@title\n.//*[" + has_class("date") + "]",
                                .excerpt = ".//p",
                                .image = image,
                                .date_heading = {}}});
  return recipes;
}

/// The result of an XPath: a node, or the string that the expression gave.
struct Found {
  xmlNode* node = nullptr;
  std::string text;
};

std::string text_in(const Found& found) { return found.node != nullptr ? text_in(found.node) : found.text; }

std::string attribute(const Found& found, const char* name) {
  return found.node != nullptr ? source::attribute(found.node, name) : std::string{};
}

std::vector<xmlNode*> sorted_nodes(const xmlXPathObject& object) {
  std::vector<xmlNode*> found;
  if (object.type != XPATH_NODESET || object.nodesetval == nullptr) return found;
  xmlXPathNodeSetSort(object.nodesetval);
  for (int i = 0; i < object.nodesetval->nodeNr; ++i) {
    if (object.nodesetval->nodeTab[i]->type != XML_NAMESPACE_DECL)
      found.push_back(object.nodesetval->nodeTab[i]);
  }
  return found;
}

class PageReader {
 public:
  PageReader(xmlDoc* document, const PageOptions& options)
      : document_(document), context_(xmlXPathNewContext(document)), base_(options.base_url) {
    // libxml2 would write to standard error; our own errors say what matters.
    if (context_) context_->error = [](void*, xmlErrorPtr) {};
  }

  Result<std::vector<Entry>> read(const PageXPaths& xpaths);
  std::vector<Entry> read_dated_list();
  std::string first_text(const std::string& xpath) {
    auto found = first(nullptr, xpath);
    return found && *found ? text_in(**found) : std::string{};
  }
  void find_base() {
    const auto href = first_text("//base/@href");
    if (!href.empty()) base_ = resolve_url(base_, href).value_or(base_);
  }
  [[nodiscard]] const std::string& base() const { return base_; }

 private:
  Result<Object> evaluated(xmlNode* from, std::string_view xpath);
  Result<std::vector<xmlNode*>> nodes(xmlNode* from, std::string_view xpath);
  /// The first node of the first alternative that has one with text, or the string it gives; nothing if none
  /// does.
  Result<std::optional<Found>> first(xmlNode* from, std::string_view xpaths);
  Result<Entry> entry_of(xmlNode* item, const PageXPaths& xpaths);
  [[nodiscard]] std::string url_of(const Found& found) const;

  xmlDoc* document_;
  Context context_;
  std::string base_;
};

Result<Object> PageReader::evaluated(xmlNode* from, std::string_view xpath) {
  context_->node = from != nullptr ? from : xmlDocGetRootElement(document_);
  const std::string text{trim(xpath)};
  Object object{xmlXPathEvalExpression(reinterpret_cast<const xmlChar*>(text.c_str()), context_.get())};
  if (!object) return fail(Errc::config, "invalid XPath: " + text, "XPath 1.0, such as //article");
  return object;
}

Result<std::vector<xmlNode*>> PageReader::nodes(xmlNode* from, std::string_view xpath) {
  if (trim(xpath).empty() || !context_) return std::vector<xmlNode*>{};
  TIDINGS_LET(const auto object, evaluated(from, xpath));
  return sorted_nodes(*object);
}

Result<std::optional<Found>> PageReader::first(xmlNode* from, std::string_view xpaths) {
  for (const auto xpath : split(xpaths, '\n')) {
    if (trim(xpath).empty() || !context_) continue;
    TIDINGS_LET(const auto object, evaluated(from, xpath));
    if (object->type == XPATH_STRING || object->type == XPATH_NUMBER) {
      auto text = collapse_blanks(clean_utf8(taken(xmlXPathCastToString(object.get()))));
      if (!text.empty()) return Found{.node = nullptr, .text = std::move(text)};
      continue;
    }
    for (xmlNode* const node : sorted_nodes(*object)) {
      if (!text_in(node).empty() || !source::attribute(node, "src").empty() ||
          !source::attribute(node, "href").empty())
        return Found{.node = node, .text = {}};
    }
  }
  return std::nullopt;
}

std::string PageReader::url_of(const Found& found) const {
  auto reference = attribute(found, "href");
  if (reference.empty()) reference = attribute(found, "src");
  if (reference.empty()) reference = text_in(found);
  if (trim(reference).empty() || reference.starts_with("data:")) return {};
  return resolve_url(base_, reference).value_or(clean_utf8(reference));
}

/// The date shown by a node, or in one of its attributes.
std::optional<UtcTime> date_in(const Found& found) {
  for (const auto& text : {attribute(found, "datetime"), attribute(found, "title"), text_in(found)}) {
    const auto time = parse_feed_date(text);
    if (!time) continue;
    const bool day_only = text.find(':') == std::string::npos && to_ms(*time) % 86'400'000 == 0;
    return day_only ? *time + std::chrono::hours{12} : *time;
  }
  return std::nullopt;
}

Result<Entry> PageReader::entry_of(xmlNode* item, const PageXPaths& xpaths) {
  Entry entry;
  TIDINGS_LET(const auto title, first(item, xpaths.title));
  if (title) entry.title = text_in(*title);
  TIDINGS_LET(const auto link, first(item, xpaths.link));
  if (link) entry.link = url_of(*link);
  TIDINGS_LET(const auto date, first(item, xpaths.date));
  if (date) entry.published = date_in(*date);
  TIDINGS_LET(const auto excerpt, first(item, xpaths.excerpt));
  if (excerpt)
    entry.summary_html = excerpt->node != nullptr ? html_in(excerpt->node) : escape_html(excerpt->text);
  TIDINGS_LET(const auto image, first(item, xpaths.image));
  if (image) entry.image = url_of(*image);
  entry.id = entry.link;
  entry.base_url = base_;
  return entry;
}

Result<std::vector<Entry>> PageReader::read(const PageXPaths& xpaths) {
  constexpr std::size_t most = 200;
  std::vector<Entry> entries;
  TIDINGS_LET(const auto items, nodes(nullptr, xpaths.item));
  std::vector<xmlNode*> headings;
  for (const auto xpath : split(xpaths.date_heading, '\n')) {
    TIDINGS_LET(const auto found, nodes(nullptr, xpath));
    headings.insert(headings.end(), found.begin(), found.end());
  }
  std::size_t next_heading = 0;
  std::optional<UtcTime> heading_date;
  for (xmlNode* const item : items) {
    if (entries.size() == most) break;
    // Both lists are in document order: the last heading before the item applies.
    while (next_heading < headings.size() && xmlXPathCmpNodes(headings[next_heading], item) == 1) {
      heading_date = date_in({.node = headings[next_heading++], .text = {}});
    }
    TIDINGS_LET(auto entry, entry_of(item, xpaths));
    if (!entry.published) entry.published = heading_date;
    const bool known = std::any_of(entries.begin(), entries.end(), [&](const Entry& other) {
      return other.link == entry.link && (!entry.link.empty() || other.title == entry.title);
    });
    if (!known && !entry.link.empty() && !entry.title.empty()) entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<Entry> PageReader::read_dated_list() {
  constexpr std::size_t most = 200;
  std::vector<Entry> entries;
  for (const auto& post : find_dated_posts(document_, first_text("/html/@lang"))) {
    if (entries.size() == most) break;
    Entry entry;
    entry.title = post.title;
    entry.link = entry.id = url_of({.node = post.link, .text = {}});
    entry.published = post.published;
    if (post.excerpt != nullptr) entry.summary_html = html_in(post.excerpt);
    if (post.image != nullptr) entry.image = url_of({.node = post.image, .text = {}});
    entry.base_url = base_;
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<std::vector<Entry>> find_entries(PageReader& reader, std::string_view html,
                                        const PageOptions& options) {
  if (!options.xpaths.item.empty()) return reader.read(options.xpaths);
  if (auto linked = read_linked_data(html, reader.base()); !linked.empty()) return linked;
  for (const auto& recipe : default_recipes()) {
    auto xpaths = recipe.xpaths;
    if (!options.xpaths.date_heading.empty()) xpaths.date_heading = options.xpaths.date_heading;
    TIDINGS_LET(auto entries, reader.read(xpaths));
    if (!entries.empty()) return entries;
  }
  auto listed = reader.read_dated_list();
  return listed.empty() ? read_page_state(html, reader.base()) : std::move(listed);
}

}  // namespace

std::optional<std::string> xpath_mistake(std::string_view xpaths) {
  // Unknown functions and prefixes are detected only when an expression is evaluated.
  static constexpr std::string_view page = "<html><body><p class='a'><a href='/'>a</a></p></body></html>";
  const Document document{
      htmlReadMemory(page.data(), static_cast<int>(page.size()), nullptr, "UTF-8", HTML_PARSE_NOERROR)};
  const Context context{xmlXPathNewContext(document.get())};
  if (!document || !context) return std::nullopt;
  std::string said;
  context->userData = &said;
  context->error = [](void* out, xmlErrorPtr error) {
    auto& text = *static_cast<std::string*>(out);
    if (text.empty() && error != nullptr && error->message != nullptr)
      text = collapse_blanks(clean_utf8(error->message));
  };
  for (const auto xpath : split(xpaths, '\n')) {
    const std::string text{trim(xpath)};
    if (text.empty()) continue;
    context->node = xmlDocGetRootElement(document.get());
    const Object object{
        xmlXPathEvalExpression(reinterpret_cast<const xmlChar*>(text.c_str()), context.get())};
    if (!object)
      return "\"" + text + "\" is not an XPath" + (said.empty() ? std::string{} : ": " + ascii_lower(said));
  }
  return std::nullopt;
}

Result<Feed> read_page(std::string_view bytes, const PageOptions& options) {
  auto decoded = decode_bytes(bytes, options.content_type);
  constexpr std::ptrdiff_t most_tags = 500'000;
  if (std::ranges::count(decoded.text, '<') > most_tags)
    return fail(Errc::bad_data, "no posts: the page has more than 500,000 tags");
  if (is_nested_too_deeply(decoded.text))
    return fail(Errc::bad_data, "no posts: the page is nested too deeply");
  const Document document{htmlReadMemory(decoded.text.data(), static_cast<int>(decoded.text.size()), nullptr,
                                         "UTF-8",
                                         HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                             HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC)};
  if (!document || xmlDocGetRootElement(document.get()) == nullptr)
    return fail(Errc::bad_data, "no posts: not an HTML page");
  PageReader reader{document.get(), options};
  reader.find_base();
  TIDINGS_LET(auto entries, find_entries(reader, decoded.text, options));
  if (entries.empty()) {
    return fail(Errc::bad_data,
                options.xpaths.item.empty() ? "no posts found on the page"
                                            : "nothing on the page matches " + options.xpaths.item,
                options.xpaths.item.empty()
                    ? "say where they are: kind = \"page\" with item_xpath = \"//article\", title_xpath = "
                      "\".//h2\" and link_xpath = \".//a/@href\""
                    : "item_xpath must find elements with a title and a link");
  }
  Feed feed;
  feed.format = Format::html;
  feed.title = reader.first_text("//head/title");
  feed.link = options.base_url;
  feed.language = language_tag(reader.first_text("/html/@lang"));
  for (auto& entry : entries) entry.language = feed.language;
  feed.entries = std::move(entries);
  feed.warnings = std::move(decoded.warnings);
  return feed;
}

}  // namespace tidings::source
