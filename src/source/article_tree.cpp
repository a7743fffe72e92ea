#include "source/article_tree.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace tidings::source {
namespace {

/// Elements that never hold readable text, whatever their class.
bool is_unread(GumboTag tag) {
  constexpr std::array<GumboTag, 20> tags{
      GUMBO_TAG_SCRIPT, GUMBO_TAG_STYLE,    GUMBO_TAG_HEAD,  GUMBO_TAG_NOSCRIPT, GUMBO_TAG_TEMPLATE,
      GUMBO_TAG_IFRAME, GUMBO_TAG_BUTTON,   GUMBO_TAG_INPUT, GUMBO_TAG_SELECT,   GUMBO_TAG_LABEL,
      GUMBO_TAG_LEGEND, GUMBO_TAG_TEXTAREA, GUMBO_TAG_SVG,   GUMBO_TAG_MATH,     GUMBO_TAG_OBJECT,
      GUMBO_TAG_EMBED,  GUMBO_TAG_CANVAS,   GUMBO_TAG_AUDIO, GUMBO_TAG_VIDEO,    GUMBO_TAG_MENU};
  return std::ranges::find(tags, tag) != tags.end();
}

}  // namespace

std::int64_t units_of(std::string_view text) {
  std::int64_t units = 0;
  bool blank = true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ') {
      if (!blank) ++units;
      blank = true;
    } else if ((byte & 0xC0U) != 0x80U) {
      // Three bytes and U+3000 or later: kana, ideographs, hangul.
      units += byte >= 0xE3 && byte <= 0xEF ? 3 : 1;
      blank = false;
    }
  }
  return blank && units > 0 ? units - 1 : units;
}

bool is_block_tag(GumboTag tag) {
  constexpr std::array<GumboTag, 45> tags{
      GUMBO_TAG_P,       GUMBO_TAG_DIV,      GUMBO_TAG_SECTION, GUMBO_TAG_ARTICLE,    GUMBO_TAG_MAIN,
      GUMBO_TAG_ASIDE,   GUMBO_TAG_HEADER,   GUMBO_TAG_FOOTER,  GUMBO_TAG_NAV,        GUMBO_TAG_UL,
      GUMBO_TAG_OL,      GUMBO_TAG_LI,       GUMBO_TAG_DL,      GUMBO_TAG_DT,         GUMBO_TAG_DD,
      GUMBO_TAG_TABLE,   GUMBO_TAG_TBODY,    GUMBO_TAG_THEAD,   GUMBO_TAG_TFOOT,      GUMBO_TAG_TR,
      GUMBO_TAG_TD,      GUMBO_TAG_TH,       GUMBO_TAG_CAPTION, GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_PRE,
      GUMBO_TAG_H1,      GUMBO_TAG_H2,       GUMBO_TAG_H3,      GUMBO_TAG_H4,         GUMBO_TAG_H5,
      GUMBO_TAG_H6,      GUMBO_TAG_HR,       GUMBO_TAG_FIGURE,  GUMBO_TAG_FIGCAPTION, GUMBO_TAG_FORM,
      GUMBO_TAG_ADDRESS, GUMBO_TAG_DETAILS,  GUMBO_TAG_SUMMARY, GUMBO_TAG_CENTER,     GUMBO_TAG_BODY,
      GUMBO_TAG_HTML,    GUMBO_TAG_FIELDSET, GUMBO_TAG_HGROUP,  GUMBO_TAG_DIR,        GUMBO_TAG_MENU};
  return std::ranges::find(tags, tag) != tags.end();
}

int heading_rank(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_H1: return 1;
    case GUMBO_TAG_H2: return 2;
    case GUMBO_TAG_H3: return 3;
    case GUMBO_TAG_H4: return 4;
    case GUMBO_TAG_H5: return 5;
    case GUMBO_TAG_H6: return 6;
    default: return 0;
  }
}

ClassHint hint_of(const ArticleNode& node) {
  if (node.is_text() || node.node->v.element.attributes.length == 0) return {};
  std::string names;
  for (const auto* const name : {"class", "id", "data-testid", "data-qa", "data-component", "data-area",
                                 "data-hook", "data-gu-name"}) {
    const auto value = node.attribute(name);
    if (!value.empty()) names += std::string{value} + ' ';
  }
  if (node.tag == GUMBO_TAG_SECTION || node.tag == GUMBO_TAG_DIV) names += node.attribute("name");
  auto hint = hint_of_class(names);
  if (node.attribute("itemprop").find("articleBody") != std::string_view::npos) hint.body = true;
  return hint;
}

ArticleTree ArticleTree::of(const HtmlPage& page) {
  struct Job {
    const GumboNode* node;
    std::size_t parent;
  };
  ArticleTree tree;
  std::vector<Job> jobs{{&page.root(), 0}};
  while (!jobs.empty()) {
    const auto [node, parent] = jobs.back();
    jobs.pop_back();
    const auto index = tree.nodes.size();
    const bool linked = !tree.nodes.empty() && tree.nodes[parent].linked;
    if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_CDATA ||
        node->type == GUMBO_NODE_WHITESPACE) {
      tree.nodes.push_back({.node = node, .parent = parent, .end = index + 1, .linked = linked});
    } else if (node->type == GUMBO_NODE_ELEMENT && !is_unread(node->v.element.tag)) {
      const auto tag = node->v.element.tag;
      const bool leads_away = tag == GUMBO_TAG_A && !html_attribute(*node, "href").empty();
      tree.nodes.push_back(
          {.node = node, .tag = tag, .parent = parent, .end = index + 1, .linked = linked || leads_away});
      const auto& children = node->v.element.children;
      for (unsigned i = children.length; i-- > 0;)
        jobs.push_back({static_cast<const GumboNode*>(children.data[i]), index});
    }
  }
  for (auto i = tree.nodes.size(); i-- > 1;) {
    auto& around = tree.nodes[tree.nodes[i].parent];
    around.end = std::max(around.end, tree.nodes[i].end);
  }
  tree.measure();
  return tree;
}

void ArticleTree::drop(std::size_t index) {
  if (nodes[index].dropped) return;
  for (auto i = index; i < nodes[index].end; ++i) nodes[i].dropped = true;
}

void ArticleTree::measure() {
  for (auto& each : nodes) {
    each.units = each.is_text() && !each.dropped ? units_of(each.text()) : 0;
    each.link_units = each.linked ? each.units : 0;
  }
  for (auto i = nodes.size(); i-- > 1;) {
    nodes[nodes[i].parent].units += nodes[i].units;
    nodes[nodes[i].parent].link_units += nodes[i].link_units;
  }
}

std::size_t ArticleTree::around(std::size_t index, GumboTag tag, std::size_t within) const {
  for (; index != 0 && index != within; index = nodes[index].parent) {
    if (nodes[index].tag == tag) return index;
  }
  return 0;
}

std::vector<std::size_t> ArticleTree::elements_of(std::size_t index) const {
  std::vector<std::size_t> out;
  for (auto i = index + 1; i < nodes[index].end; i = nodes[i].end) {
    if (!nodes[i].is_text() && !nodes[i].dropped) out.push_back(i);
  }
  return out;
}

namespace {

/// Collects inline content until a block begins or ends.
class BlockGatherer {
 public:
  explicit BlockGatherer(const ArticleTree& tree) : tree_(tree) {}

  std::vector<TextBlock> run(std::size_t from) {
    std::vector<std::size_t> open{from};  // block elements around
    for (auto i = from; i < tree_.nodes[from].end; ++i) {
      while (open.size() > 1 && tree_.nodes[open.back()].end <= i) {
        flush(open.back());
        open.pop_back();
      }
      const auto& node = tree_.nodes[i];
      if (node.dropped) {
        // A dropped block separates the text around it.
        if (is_block_tag(node.tag)) flush(open.back());
        i = node.end - 1;
      } else if (node.is_text()) {
        add(i, tree_.around(i, GUMBO_TAG_PRE, from) != 0);
      } else if (node.tag == GUMBO_TAG_BR) {
        if (!current_.text.empty()) current_.text += '\n';
        if (++breaks_ >= 2) flush(open.back());
      } else if (is_block_tag(node.tag)) {
        flush(open.back());
        if (node.end > i + 1) open.push_back(i);
      }
    }
    while (!open.empty()) {
      flush(open.back());
      open.pop_back();
    }
    mark_whole();
    return std::move(out_);
  }

 private:
  void add(std::size_t index, bool is_code) {
    const auto& node = tree_.nodes[index];
    const auto text = node.text();
    if (trim(text).empty()) {
      if (!current_.text.empty()) current_.text += is_code ? std::string{text} : " ";
      return;
    }
    if (current_.text.empty()) current_.first = index;
    is_code_ = is_code;
    current_.last = index;
    current_.text += clean_utf8(text);
    current_.units += node.units;
    current_.link_units += node.link_units;
    breaks_ = 0;
  }

  void flush(std::size_t holder) {
    breaks_ = 0;
    if (current_.units > 0) {
      current_.holder = holder;
      current_.text = is_code_ ? std::string{trim(current_.text)} : collapse_blanks(current_.text);
      out_.push_back(std::move(current_));
    }
    current_ = {};
  }

  void mark_whole() {
    for (std::size_t i = 0; i < out_.size(); ++i) {
      const auto holder = out_[i].holder;
      const bool before = i > 0 && out_[i - 1].last > holder;
      const bool after = i + 1 < out_.size() && out_[i + 1].first < tree_.nodes[holder].end;
      out_[i].is_whole = !before && !after;
    }
  }

  const ArticleTree& tree_;
  std::vector<TextBlock> out_;
  TextBlock current_;
  int breaks_ = 0;
  bool is_code_ = false;
};

}  // namespace

std::vector<TextBlock> ArticleTree::blocks(std::size_t from) const { return BlockGatherer{*this}.run(from); }

std::string ArticleTree::text(std::size_t from) const {
  std::string out;
  for (auto i = from; i < nodes[from].end; ++i) {
    if (nodes[i].dropped) {
      i = nodes[i].end - 1;
    } else if (nodes[i].is_text()) {
      out += nodes[i].text();
    } else if (is_block_tag(nodes[i].tag) || nodes[i].tag == GUMBO_TAG_BR) {
      out += ' ';
    }
  }
  return collapse_blanks(clean_utf8(out));
}

}  // namespace tidings::source
