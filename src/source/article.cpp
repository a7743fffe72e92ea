#include "source/article.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "base/url.hpp"
#include "source/article_body.hpp"
#include "source/article_meta.hpp"
#include "source/article_tree.hpp"
#include "source/bot_check.hpp"
#include "source/encoding.hpp"
#include "source/html_text.hpp"
#include "source/page_trim.hpp"

namespace tidings::source {
namespace {

constexpr std::size_t max_bytes = 4 * 1024 * 1024;
// Less text than this is tried again with fewer rules.
constexpr std::int64_t few_units = 250;
// The least text of an article; less if the page calls itself one.
constexpr std::int64_t least_units = 140;
constexpr std::int64_t least_announced_units = 40;

/// The chosen elements as HTML, without what was dropped.
class HtmlWriter {
 public:
  explicit HtmlWriter(const ArticleTree& tree) : tree_(tree), shows_(tree.nodes.size()) {
    for (auto i = tree.nodes.size(); i-- > 0;) {
      const auto& node = tree.nodes[i];
      if (node.dropped) continue;
      const bool is_shown = node.tag == GUMBO_TAG_IMG || node.tag == GUMBO_TAG_BR ||
                            node.tag == GUMBO_TAG_HR || (node.is_text() && node.units > 0);
      if (is_shown) shows_[i] = true;
      if (shows_[i] && i > 0) shows_[node.parent] = true;
    }
  }

  void write(std::size_t root) {
    std::vector<std::size_t> open;
    for (auto i = root; i < tree_.nodes[root].end; ++i) {
      while (!open.empty() && tree_.nodes[open.back()].end <= i) close(open);
      const auto& node = tree_.nodes[i];
      if (node.dropped || (!node.is_text() && !shows_[i])) {
        i = node.end - 1;
      } else if (node.is_text()) {
        append_escaped_html(out_, clean_utf8(node.text()));
      } else {
        start(node);
        if (node.tag != GUMBO_TAG_IMG && node.tag != GUMBO_TAG_BR && node.tag != GUMBO_TAG_HR)
          open.push_back(i);
      }
    }
    while (!open.empty()) close(open);
  }

  std::string take() { return std::move(out_); }

 private:
  static std::string_view name_of(const ArticleNode& node) {
    return node.tag == GUMBO_TAG_UNKNOWN ? std::string_view{"div"}
                                         : std::string_view{gumbo_normalized_tagname(node.tag)};
  }

  void start(const ArticleNode& node) {
    constexpr std::array<const char*, 20> attributes{
        "href",        "src",           "srcset",        "alt",   "title",    "datetime", "lang",
        "dir",         "colspan",       "rowspan",       "start", "reversed", "value",    "data-src",
        "data-srcset", "data-original", "data-lazy-src", "width", "height",   "type"};
    out_ += '<';
    out_ += name_of(node);
    for (const auto* const name : attributes) {
      const auto* const attribute = gumbo_get_attribute(&node.node->v.element.attributes, name);
      if (attribute == nullptr) continue;
      out_ += ' ';
      out_ += name;
      out_ += "=\"";
      append_escaped_html(out_, clean_utf8(attribute->value));
      out_ += '"';
    }
    out_ += '>';
  }

  void close(std::vector<std::size_t>& open) {
    out_ += "</";
    out_ += name_of(tree_.nodes[open.back()]);
    out_ += '>';
    open.pop_back();
  }

  const ArticleTree& tree_;
  std::vector<bool> shows_;  ///< something below it is visible
  std::string out_;
};

std::string text_of(const ArticleTree& tree, const std::vector<TextBlock>& blocks) {
  std::string out;
  std::size_t row_before = 0;
  std::size_t list_before = 0;
  for (const auto& block : blocks) {
    const auto row = tree.around(block.holder, GUMBO_TAG_TR);
    const auto list = tree.nodes[block.holder].tag == GUMBO_TAG_LI ? tree.nodes[block.holder].parent : 0;
    if (!out.empty()) {
      const bool same_row = row != 0 && row == row_before && tree.nodes[block.holder].tag == GUMBO_TAG_TD &&
                            block.is_whole && block.units < 80;
      out += same_row ? " " : list != 0 && list == list_before ? "\n" : "\n\n";
    }
    out += block.text;
    row_before = row;
    list_before = list;
  }
  return out;
}

struct Extracted {
  std::string html;
  std::string text;
  std::int64_t units = 0;
  bool is_one_of_many = false;
};

Extracted extract(const HtmlPage& page, const ArticleClues& clues, Strictness strictness) {
  auto tree = ArticleTree::of(page);
  const auto body = find_article_body(tree, clues, strictness);
  Extracted out{.html = {},
                .text = text_of(tree, body.blocks),
                .units = body.units,
                .is_one_of_many = body.is_one_of_many};
  HtmlWriter writer{tree};
  for (const auto root : body.roots) writer.write(root);
  out.html = writer.take();
  return out;
}

Extracted extract_with_patience(const HtmlPage& page, const ArticleClues& clues) {
  auto best = extract(page, clues, Strictness::strict);
  for (const auto strictness : {Strictness::loose, Strictness::none}) {
    if (best.units >= few_units || best.is_one_of_many) break;
    auto next = extract(page, clues, strictness);
    if (next.units > best.units * 2 && !next.is_one_of_many) best = std::move(next);
  }
  return best;
}

/// Pages built by a script, or showing only the beginning, may have the whole text in their JSON-LD.
void prefer_linked_text(Extracted& extracted, std::string_view linked_text) {
  const auto units = units_of(linked_text);
  if (units < 300 || units < extracted.units * 2) return;
  std::string plain;
  const bool is_html =
      linked_text.find("<p") != std::string_view::npos || linked_text.find("<br") != std::string_view::npos;
  auto lines = std::string{linked_text};
  if (is_html) {
    for (const std::string_view mark : {"</p>", "<br>", "<br/>", "<br />", "</div>", "</li>"})
      lines = replace_all(lines, mark, "\n");
  }
  for (const auto line : split(lines, '\n')) {
    const auto words = plain_text_of_html(line);
    if (words.empty()) continue;
    if (!plain.empty()) plain += "\n\n";
    plain += words;
  }
  extracted = {.html = {}, .text = plain, .units = units};
  for (const auto line : split(plain, '\n')) {
    if (!line.empty()) extracted.html += "<p>" + escape_html(line) + "</p>";
  }
}

/// Text without any tag is not a page.
bool has_tags(const HtmlPage& page) {
  bool found = false;
  page.for_each([&](const GumboNode& node) {
    if (node.type == GUMBO_NODE_ELEMENT && node.v.element.original_tag.length > 0) found = true;
  });
  return found;
}

}  // namespace

Result<Article> find_article(std::string_view bytes, const ArticleOptions& options) {
  const auto decoded = decode_bytes(bytes.substr(0, max_bytes), options.content_type);
  const auto page = HtmlPage::parse(trim_page(decoded.text));
  if (!page) return fail(Errc::bad_data, "the page is nested too deeply");
  if (!has_tags(*page)) return fail(Errc::bad_data, "not a web page");
  const auto meta = read_article_meta(*page);
  auto extracted = extract_with_patience(
      *page, {.title = meta.title, .author = meta.author, .linked_text = meta.linked_text});
  prefer_linked_text(extracted, meta.linked_text);
  if (extracted.is_one_of_many && !meta.is_article)
    return fail(Errc::bad_data, "the page lists several posts but has no article",
                "use the address of a single post");
  if (extracted.units < (meta.is_article ? least_announced_units : least_units)) {
    const auto guard = bot_check_of(bytes);
    if (!guard.empty())
      return fail(Errc::bad_data, "no article: a check for people instead of the page (" + guard + ")");
    return fail(Errc::bad_data, "no article on this page");
  }

  Article out{.title = meta.title,
              .author = meta.author,
              .published = meta.published,
              .language = meta.language,
              .image = meta.image,
              .html = std::move(extracted.html),
              .base_url = options.base_url,
              .text = std::move(extracted.text)};
  if (!meta.base.empty()) {
    const auto base = out.base_url.empty() ? std::optional{meta.base} : resolve_url(out.base_url, meta.base);
    if (base && is_web_url(*base)) out.base_url = *base;
  }
  if (!out.image.empty()) out.image = resolve_url(out.base_url, out.image).value_or(out.image);
  return out;
}

PagePicture find_picture(std::string_view bytes, const ArticleOptions& options) {
  const auto decoded = decode_bytes(bytes.substr(0, max_bytes), options.content_type);
  const auto page = HtmlPage::parse(trim_page(decoded.text));
  if (!page) return {};
  const auto meta = read_article_meta(*page);
  if (meta.image.empty()) return {};
  const auto base = meta.base.empty() ? options.base_url
                                      : resolve_url(options.base_url, meta.base).value_or(options.base_url);
  return {.url = resolve_url(base, meta.image).value_or(""), .alt = collapse_blanks(meta.image_alt)};
}

}  // namespace tidings::source
