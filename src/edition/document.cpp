#include "edition/document.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <gumbo.h>

#include "base/text.hpp"
#include "post/html_tree.hpp"
#include "post/sanitise.hpp"
#include "source/html_page.hpp"

namespace tidings::edition {
namespace {

constexpr std::size_t title_bytes = 120;
constexpr std::array kept_attributes{"href",  "src",      "alt",    "title",   "lang",
                                     "dir",   "width",    "height", "colspan", "rowspan",
                                     "start", "reversed", "value",  "scope",   "cite"};

std::string_view attribute(const GumboNode& node, const char* name) {
  return source::html_attribute(node, name);
}

bool has_class(const GumboNode& node, std::string_view wanted) {
  const auto classes = split(attribute(node, "class"), ' ');
  return std::ranges::find(classes, wanted) != classes.end();
}

bool is_layout_role(const GumboNode& node) {
  const auto role = attribute(node, "role");
  return role == "presentation" || role == "none";
}

int heading_rank(GumboTag tag) {
  return tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6
             ? static_cast<int>(tag) - static_cast<int>(GUMBO_TAG_H1) + 1
             : 0;
}

bool is_hidden(const GumboNode& node) {
  const auto style = ascii_lower(replace_all(attribute(node, "style"), " ", ""));
  return style.find("display:none") != std::string::npos || attribute(node, "aria-hidden") == "true" ||
         gumbo_get_attribute(&node.v.element.attributes, "hidden") != nullptr;
}

bool is_footer(const GumboNode& node) {
  return node.v.element.tag == GUMBO_TAG_FOOTER || attribute(node, "role") == "contentinfo" ||
         has_class(node, "foot");
}

/// Elements that only place others.
bool is_layout(const GumboNode& node) {
  switch (node.v.element.tag) {
    case GUMBO_TAG_HTML:
    case GUMBO_TAG_BODY:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_CENTER: return true;
    default: return false;
  }
}

template <class Visit>
void for_each_child(const GumboNode& node, Visit visit) {
  const GumboVector& children = node.v.element.children;
  for (unsigned i = 0; i < children.length; ++i) visit(*static_cast<const GumboNode*>(children.data[i]));
}

bool leads_within_the_page(const GumboNode& node) {
  return node.v.element.tag == GUMBO_TAG_A && attribute(node, "href").starts_with('#');
}

/// A line of a contents list: a paragraph or item with a link to another place of the page.
bool is_contents_line(const GumboNode& node) {
  if (node.v.element.tag != GUMBO_TAG_P && node.v.element.tag != GUMBO_TAG_LI) return false;
  bool found = false;
  source::HtmlPage::for_each_below(node, [&](const GumboNode& each) {
    found = found || (each.type == GUMBO_NODE_ELEMENT && leads_within_the_page(each));
  });
  return found;
}

/// The words alone, on one line.
std::string plain(std::string_view html) {
  const auto tree = post::parse_html_mending(html);
  std::string out;
  for (const auto& node : tree.nodes) {
    if (post::is_block(node.tag) || node.tag == post::Tag::br) out += ' ';
    out += node.text;
  }
  return collapse_blanks(out);
}

bool has_child_with_id(const GumboNode& node) {
  bool found = false;
  for_each_child(node, [&](const GumboNode& child) { found = found || !attribute(child, "id").empty(); });
  return found;
}

bool is_number(std::string_view text) {
  return trim(text).find_first_not_of("0123456789.") == std::string_view::npos;
}

class Reader {
 public:
  explicit Reader(Document& document) : document_(document) { begin(Chapter{}); }

  void read(const GumboNode& root) {
    document_.language = std::string{attribute(root, "lang")};
    if (attribute(root, "dir") == "rtl") document_.direction = "rtl";
    walk(root);
    end_chapter();
  }

 private:
  /// What a layout element does with its child tables' cells.
  enum class Inside { layout, content };

  void walk(const GumboNode& node) {
    if (node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_CDATA || node.type == GUMBO_NODE_WHITESPACE) {
      append_escaped_html(html_, node.v.text.text);
      return;
    }
    if (node.type != GUMBO_NODE_ELEMENT) return;
    const auto tag = node.v.element.tag;
    if (tag == GUMBO_TAG_HEAD || tag == GUMBO_TAG_SCRIPT || tag == GUMBO_TAG_STYLE || tag == GUMBO_TAG_FORM ||
        tag == GUMBO_TAG_NAV || is_hidden(node) || is_footer(node)) {
      return;
    }
    if (inside_ == Inside::content) {
      copy(node);
      return;
    }
    if (is_contents_line(node)) {
      dropped_line_ = true;
      return;
    }
    if (!attribute(node, "id").empty()) {
      chapter_at(node);
      return;
    }
    if (heading_rank(tag) > 1 && !in_post_) {
      end_chapter();
      begin(node);
    }
    if (has_class(node, "text")) {
      const auto before = std::exchange(inside_, Inside::content);
      text_begins_ = std::min(text_begins_, html_.size());
      copy(node);
      inside_ = before;
      return;
    }
    if (is_layout(node)) return block(node);
    if (is_layout_table(node)) return cells(node);
    copy(node);
  }

  static bool is_layout_table(const GumboNode& node) {
    return node.v.element.tag == GUMBO_TAG_TABLE && is_layout_role(node);
  }

  /// A post.
  void chapter_at(const GumboNode& node) {
    if (in_post_) return block(node);
    end_chapter();
    begin(node);
    in_post_ = true;
    const auto tag = node.v.element.tag;
    if (tag == GUMBO_TAG_TABLE || tag == GUMBO_TAG_TR) {
      cells(node);
    } else {
      block(node);
    }
    in_post_ = false;
    end_chapter();
    begin(Chapter{});
  }

  void block(const GumboNode& node) {
    html_ += "<div>";
    for_each_child(node, [&](const GumboNode& child) { walk(child); });
    html_ += "</div>";
  }

  /// The cells of a layout table, one below the other.
  void cells(const GumboNode& node) {
    const bool begins_post = has_child_with_id(node);
    for_each_child(node, [&](const GumboNode& child) {
      if (child.type != GUMBO_NODE_ELEMENT || is_footer(child) || is_hidden(child)) return;
      const auto tag = child.v.element.tag;
      if (!attribute(child, "id").empty()) return chapter_at(child);
      // The number of a post, in a column of its own.
      if (begins_post && tag == GUMBO_TAG_TD && is_number(source::html_text(child))) return;
      if (tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH) return block(child);
      cells(child);
    });
  }

  void copy(const GumboNode& node) {
    if (leads_within_the_page(node)) {
      for_each_child(node, [&](const GumboNode& child) { walk(child); });
      return;
    }
    std::string name = gumbo_normalized_tagname(node.v.element.tag);
    if (const int rank = heading_rank(node.v.element.tag); rank > 0) {
      // Headings inside of a post's text rank below its title.
      if (inside_ == Inside::content)
        name = fmt::format("h{}", std::min(6, title_rank_ + std::max(1, rank - 1)));
      if (inside_ == Inside::layout) title_rank_ = rank;
    }
    if (name.empty()) {
      for_each_child(node, [&](const GumboNode& child) { walk(child); });
      return;
    }
    html_ += '<' + name;
    for (const auto* const each : kept_attributes) {
      if (const auto* const found = gumbo_get_attribute(&node.v.element.attributes, each)) {
        html_ += ' ';
        html_ += each;
        html_ += "=\"";
        append_escaped_html(html_, found->value);
        html_ += '"';
      }
    }
    html_ += '>';
    if (name == "br" || name == "img" || name == "hr" || name == "wbr" || name == "col") return;
    for_each_child(node, [&](const GumboNode& child) { walk(child); });
    html_ += "</" + name + '>';
  }

  void begin(const GumboNode& node) {
    begin(Chapter{.title = {},
                  .language = std::string{attribute(node, "lang")},
                  .direction = std::string{attribute(node, "dir")},
                  .html = {}});
    if (heading_rank(node.v.element.tag) > 0) chapter_.level = heading_rank(node.v.element.tag);
  }

  void begin(Chapter chapter) {
    chapter_ = std::move(chapter);
    if (chapter_.direction != "rtl" && chapter_.direction != "ltr") chapter_.direction.clear();
    html_.clear();
    dropped_line_ = false;
    text_begins_ = std::string::npos;
  }

  void end_chapter() {
    chapter_.html = clean(html_);
    // What a post without a title is called.
    const auto first_words =
        text_begins_ < html_.size() ? plain(clean(html_.substr(text_begins_))) : std::string{};
    html_.clear();
    const auto text = plain(chapter_.html);
    if (chapter_.html.empty() || (text.empty() && chapter_.html.find("<img") == std::string::npos)) return;
    const auto [heading, level] = first_heading(chapter_.html);
    const bool first = document_.chapters.empty();
    // What remains of a contents list whose lines were dropped: its heading, and that there is more.
    if (dropped_line_ && !first && text.size() < heading.size() + title_bytes &&
        text_begins_ == std::string::npos)
      return;
    if (level > 0) chapter_.level = level;
    chapter_.title = heading;
    if (heading.empty() && !first)
      chapter_.title = std::string{truncate_utf8(first_words.empty() ? text : first_words, title_bytes)};
    if (chapter_.title.empty() && !first) chapter_.title = "*";
    if (chapter_.language == document_.language) chapter_.language.clear();
    if (chapter_.direction == document_.direction) chapter_.direction.clear();
    document_.chapters.push_back(std::move(chapter_));
    chapter_ = {};
  }

  static std::string clean(const std::string& html) {
    return post::sanitise(html, {.base_url = {}, .max_width = 600, .max_bytes = std::size_t{4} << 20U});
  }

  static std::pair<std::string, int> first_heading(const std::string& html) {
    for (auto at = html.find("<h"); at != std::string::npos; at = html.find("<h", at + 1)) {
      const char rank = at + 2 < html.size() ? html[at + 2] : ' ';
      if (rank < '1' || rank > '6') continue;
      const auto end = html.find(std::string{"</h"} + rank, at);
      return {plain(std::string_view{html}.substr(at, end - at)), rank - '0'};
    }
    return {{}, 0};
  }

  Document& document_;
  Chapter chapter_;
  std::string html_;
  Inside inside_ = Inside::layout;
  int title_rank_ = 1;  ///< of the last heading outside of posts' texts
  bool in_post_ = false;
  bool dropped_line_ = false;
  std::size_t text_begins_ = std::string::npos;  ///< in html_, of the post's own text
};

}  // namespace

Result<Document> read_document(const std::string& page) {
  const auto parsed = source::HtmlPage::parse(clean_utf8(page));
  if (!parsed) return fail(Errc::bad_data, "its page is too large or too deeply nested to be read");
  Document document;
  Reader{document}.read(parsed->root());
  if (document.chapters.empty()) return fail(Errc::bad_data, "its page holds no text");
  return document;
}

}  // namespace tidings::edition
