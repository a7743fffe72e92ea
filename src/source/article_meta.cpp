#include "source/article_meta.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <span>
#include <vector>

#include "base/text.hpp"
#include "base/url.hpp"
#include "source/article_body.hpp"
#include "source/article_words.hpp"
#include "source/feed_date.hpp"
#include "source/html_text.hpp"
#include "source/json_linked_data.hpp"
#include "source/written_date.hpp"

namespace tidings::source {
namespace {

// The names of <meta>, in order of trust.
constexpr auto title_names = std::to_array<std::string_view>(
    {"og:title", "twitter:title", "dc.title", "parsely-title", "sailthru.title", "title"});
constexpr auto author_names = std::to_array<std::string_view>(
    {"author", "article:author", "article:author_name", "parsely-author", "sailthru.author", "dc.creator",
     "dcterms.creator", "byl", "twitter:data1"});
constexpr auto date_names = std::to_array<std::string_view>({"article:published_time",
                                                             "og:article:published_time",
                                                             "og:published_time",
                                                             "datepublished",
                                                             "parsely-pub-date",
                                                             "sailthru.date",
                                                             "dc.date.issued",
                                                             "dcterms.issued",
                                                             "dc.date.created",
                                                             "dcterms.created",
                                                             "dc.date",
                                                             "dcterms.date",
                                                             "publishdate",
                                                             "publish-date",
                                                             "pubdate",
                                                             "publication_date",
                                                             "date",
                                                             "article.published",
                                                             "citation_date",
                                                             "cxenseparse:recs:publishtime",
                                                             "cxenseparse:publishtime"});
constexpr auto image_names =
    std::to_array<std::string_view>({"og:image", "og:image:url", "og:image:secure_url", "twitter:image",
                                     "twitter:image:src", "thumbnail", "sailthru.image.full"});

using Metas = std::map<std::string, std::string, std::less<>>;

std::string first_of(const Metas& metas, std::span<const std::string_view> names) {
  for (const auto name : names) {
    if (const auto found = metas.find(name); found != metas.end()) return found->second;
  }
  return {};
}

/// The page's statements, collected in one walk.
struct Found {
  Metas metas;
  std::vector<std::string> scripts;
  std::string title_element;
  std::vector<std::string> h1;
  std::string html_language;
  std::string base;
  std::string item_author;   ///< itemprop or rel
  std::string class_author;  ///< from a class name
  std::string item_date;
  std::string time_element;
  std::string image_link;
};

bool has_word(std::string_view names, std::string_view word) {
  for (const auto each : split(names, ' ')) {
    if (ascii_iequals(each, word)) return true;
  }
  return false;
}

void keep_first(std::string& to, std::string value) {
  if (to.empty()) to = std::move(value);
}

void read_meta(const GumboNode& node, Found& found) {
  auto content = collapse_blanks(clean_utf8(html_attribute(node, "content")));
  if (content.empty()) return;
  for (const auto* const attribute : {"property", "name", "itemprop", "http-equiv"}) {
    const auto name = ascii_lower(trim(html_attribute(node, attribute)));
    if (!name.empty()) found.metas.emplace(name, content);
  }
}

void read_people_and_days(const GumboNode& node, Found& found) {
  const auto property = html_attribute(node, "itemprop");
  const auto names = html_attribute(node, "class");
  const auto text = [&] { return collapse_blanks(truncate_utf8(html_text(node), 400)); };
  if (found.item_author.empty() &&
      (has_word(property, "author") || has_word(html_attribute(node, "rel"), "author")))
    found.item_author = text();
  if (found.class_author.empty() && names.size() < 200) {
    for (const std::string_view word : {"author", "byline", "author-name", "post-author", "fn", "creator",
                                        "article-author", "entry-author", "p-author", "username"}) {
      if (has_word(names, word)) found.class_author = text();
    }
    if (names.find("yline") != std::string_view::npos || names.find("author-name") != std::string_view::npos)
      keep_first(found.class_author, text());
  }
  if (has_word(property, "datePublished") || has_word(property, "dateCreated")) {
    const auto value = html_attribute(node, "datetime").empty() ? html_attribute(node, "content")
                                                                : html_attribute(node, "datetime");
    keep_first(found.item_date, value.empty() ? text() : std::string{value});
  }
  if (node.v.element.tag == GUMBO_TAG_TIME)
    keep_first(found.time_element, std::string{html_attribute(node, "datetime")});
  if (node.v.element.tag == GUMBO_TAG_ABBR && has_word(names, "published"))
    keep_first(found.time_element, std::string{html_attribute(node, "title")});
}

Found walk(const HtmlPage& page) {
  constexpr std::size_t most_looked_at = 60;
  Found found;
  std::size_t people = 0;
  page.for_each([&](const GumboNode& node) {
    if (node.type != GUMBO_NODE_ELEMENT) return;
    switch (node.v.element.tag) {
      case GUMBO_TAG_META: read_meta(node, found); break;
      case GUMBO_TAG_HTML: found.html_language = trim(html_attribute(node, "lang")); break;
      case GUMBO_TAG_BASE: keep_first(found.base, std::string{trim(html_attribute(node, "href"))}); break;
      case GUMBO_TAG_TITLE: keep_first(found.title_element, html_text(node)); break;
      case GUMBO_TAG_LINK:
        if (has_word(html_attribute(node, "rel"), "image_src"))
          keep_first(found.image_link, std::string{html_attribute(node, "href")});
        break;
      case GUMBO_TAG_H1:
        if (found.h1.size() < 4) found.h1.push_back(html_text(node));
        break;
      case GUMBO_TAG_SCRIPT:
        if (node.v.element.children.length > 0 && found.scripts.size() < 30) {
          const auto& text = *static_cast<const GumboNode*>(node.v.element.children.data[0]);
          if (text.type == GUMBO_NODE_TEXT || text.type == GUMBO_NODE_CDATA)
            found.scripts.push_back(clean_utf8(text.v.text.text));
        }
        break;
      default: break;
    }
    if (node.v.element.attributes.length > 0 && people < most_looked_at) {
      const bool names_someone = html_attribute(node, "class").find("author") != std::string_view::npos ||
                                 html_attribute(node, "class").find("yline") != std::string_view::npos;
      if (names_someone) ++people;
      read_people_and_days(node, found);
    }
  });
  return found;
}

/// "Title | Site", "Site - Title": the longer side, if the shorter is the site's name or looks like one.
std::string without_site(std::string title, const std::string& site) {
  constexpr auto marks = std::to_array<std::string_view>(
      {" | ", " - ", " – ", " — ", " :: ", " · ", " » ", " / ", "_", "｜", " • ", "|"});
  const auto bare_site = bare_letters(site);
  for (int rounds = 0; rounds < 3; ++rounds) {
    std::size_t cut = std::string::npos;
    std::size_t length = 0;
    for (const auto mark : marks) {
      const auto at = title.rfind(mark);
      if (at != std::string::npos && at > 0 && (cut == std::string::npos || at > cut)) {
        cut = at;
        length = mark.size();
      }
    }
    if (cut == std::string::npos) break;
    const auto head = title.substr(0, cut);
    auto tail = title.substr(cut + length);
    if (!bare_site.empty() && bare_letters(head) == bare_site) return tail;
    const bool is_site = !bare_site.empty() && bare_letters(tail).find(bare_site) != std::string::npos;
    if (!is_site && (tail.size() > 40 || tail.size() * 2 > head.size() * 3 || units_of(head) < 15)) break;
    title = head;
  }
  return title;
}

std::string title_of(const Found& found, const LinkedArticle& linked) {
  const auto site =
      first_of(found.metas, std::to_array<std::string_view>({"og:site_name", "application-name"}));
  auto title = without_site(plain_text_of_html(escape_html(first_of(found.metas, title_names))), site);
  if (title.empty()) title = linked.title;
  if (title.empty() && found.h1.size() == 1 && bare_letters(found.h1.front()) != bare_letters(site))
    title = found.h1.front();
  if (title.empty()) title = without_site(found.title_element, site);
  // The page's own heading is the title as written, if the others agree with it.
  const auto named = bare_letters(title + found.title_element);
  for (const auto& each : found.h1) {
    const auto bare = bare_letters(each);
    if (units_of(each) >= 8 && bare != bare_letters(site) && named.find(bare) != std::string::npos)
      return each;
  }
  return title;
}

/// "By Ada Brook" -> "Ada Brook"; nothing if it is not a name.
std::string author_name(std::string text) {
  text = collapse_blanks(text);
  const auto folded = fold_case(text);
  for (const std::string_view start :
       {"written by ", "posted by ", "story by ", "by: ",    "by ",    "von: ",    "von ",   "par ",
        "por: ",       "por ",       "autor: ",   "автор: ", "автор ", "author: ", "di ",    "yazan: ",
        "yazan ",      "του ",       "της ",      "作者：",  "作者:",  "文：",     "بقلم: ", "بقلم "}) {
    if (folded.starts_with(start)) {
      text.erase(0, start.size());
      break;
    }
  }
  if (const auto date = find_written_date(text, text.size())) text.resize(date->begin);
  for (const std::string_view mark : {"|", "·", "•", " - ", " – ", "\n", " @", ","}) {
    if (mark == "," && text.size() < 60) continue;
    if (const auto at = text.find(mark); at != std::string::npos && at > 0) text.resize(at);
  }
  text = std::string{trim(text)};
  const bool name = !text.empty() && text.size() <= 100 && !is_web_url(text) &&
                    text.find("://") == std::string::npos && text.find('/') == std::string::npos;
  return name ? text : std::string{};
}

std::string author_of(const Found& found, const LinkedArticle& linked) {
  for (auto text :
       {linked.author, first_of(found.metas, author_names), found.item_author, found.class_author}) {
    auto name = author_name(std::move(text));
    if (!name.empty()) return name;
  }
  return {};
}

std::optional<UtcTime> written_day(std::string_view text, std::string_view language) {
  const auto date = find_written_date(text, text.size());
  if (!date) return std::nullopt;
  auto day = date->day_first();
  if (date->is_numeric) {
    const auto other = date->month_first();
    if (day && other && *day != *other) {
      if (ascii_iequals(language, "en")) return std::nullopt;
      if (ascii_iequals(language, "en-us")) day = other;
    } else if (!day) {
      day = other;
    }
  }
  if (!day) return std::nullopt;
  return UtcTime{std::chrono::sys_days{*day}};
}

std::optional<UtcTime> date_of(const Found& found, const LinkedArticle& linked, const HtmlPage& page,
                               std::string_view language) {
  if (linked.published) return linked.published;
  for (const auto& text : {first_of(found.metas, date_names), found.item_date, found.time_element}) {
    if (text.empty()) continue;
    if (const auto time = parse_feed_date(text)) return time;
    if (const auto day = written_day(text, language)) return day;
  }
  // As written below the title.
  constexpr std::size_t within = 3000;
  std::string text;
  bool after_title = found.h1.empty();
  page.for_each([&](const GumboNode& node) {
    if (node.type == GUMBO_NODE_ELEMENT && node.v.element.tag == GUMBO_TAG_H1) after_title = true;
    if (!after_title || text.size() >= within || node.parent == nullptr) return;
    if (node.type == GUMBO_NODE_TEXT && node.parent->v.element.tag != GUMBO_TAG_SCRIPT &&
        node.parent->v.element.tag != GUMBO_TAG_TITLE) {
      text += ' ';
      text += truncate_utf8(node.v.text.text, within);
    }
  });
  return written_day(clean_utf8(text), language);
}

/// "pt_BR" -> "pt-BR"; nothing if it is no language tag.
std::string language_tag(std::string text) {
  text = std::string{trim(split(text, ',').front())};
  std::ranges::replace(text, '_', '-');
  const bool is_tag =
      text.size() >= 2 && text.size() <= 20 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
      });
  return is_tag ? text : std::string{};
}

}  // namespace

ArticleMeta read_article_meta(const HtmlPage& page) {
  const auto found = walk(page);
  const auto described = read_linked_article(found.scripts);
  const auto linked = described.value_or(LinkedArticle{});
  ArticleMeta out;
  for (const auto& text :
       {found.html_language, first_of(found.metas, std::to_array<std::string_view>({"content-language"})),
        linked.language,
        first_of(found.metas, std::to_array<std::string_view>({"og:locale", "dc.language", "language"}))}) {
    if (out.language.empty()) out.language = language_tag(text);
  }
  out.title = collapse_blanks(title_of(found, linked));
  out.author = author_of(found, linked);
  out.published = date_of(found, linked, page, out.language);
  out.image = first_of(found.metas, image_names);
  if (!out.image.empty())
    out.image_alt =
        first_of(found.metas, std::to_array<std::string_view>({"og:image:alt", "twitter:image:alt"}));
  if (out.image.empty()) out.image = linked.image;
  if (out.image.empty()) out.image = found.image_link;
  out.base = found.base;
  out.linked_text = linked.text;
  const auto type = found.metas.find("og:type");
  out.is_article =
      (described && described->is_only_one) || (type != found.metas.end() && type->second == "article");
  return out;
}

}  // namespace tidings::source
