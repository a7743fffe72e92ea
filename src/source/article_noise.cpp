// Drops what is certainly not part of the article from the tree: see article_body.hpp.
#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "base/text.hpp"
#include "source/article_body.hpp"
#include "source/article_words.hpp"

namespace tidings::source {
namespace {

// On a page with less text than this, no part counts as large.
constexpr std::int64_t least_total = 600;

bool is_heading_or_inline(GumboTag tag) {
  constexpr std::array<GumboTag, 22> tags{
      GUMBO_TAG_P,    GUMBO_TAG_H1,  GUMBO_TAG_H2,         GUMBO_TAG_H3,    GUMBO_TAG_H4,    GUMBO_TAG_H5,
      GUMBO_TAG_H6,   GUMBO_TAG_PRE, GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_TABLE, GUMBO_TAG_TBODY, GUMBO_TAG_TR,
      GUMBO_TAG_TD,   GUMBO_TAG_EM,  GUMBO_TAG_STRONG,     GUMBO_TAG_A,     GUMBO_TAG_B,     GUMBO_TAG_I,
      GUMBO_TAG_CODE, GUMBO_TAG_IMG, GUMBO_TAG_FIGURE,     GUMBO_TAG_HTML};
  return std::ranges::find(tags, tag) != tags.end();
}

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> values) {
  return std::ranges::find(values, value) != values.end();
}

bool is_hidden(const ArticleNode& node) {
  if (node.node->v.element.attributes.length == 0) return false;
  if (gumbo_get_attribute(&node.node->v.element.attributes, "hidden") != nullptr) return true;
  if (node.attribute("aria-hidden") == "true") return true;
  const auto style = node.attribute("style");
  if (style.empty()) return false;
  auto plain = ascii_lower(style);
  std::erase(plain, ' ');
  return plain.find("display:none") != std::string::npos ||
         plain.find("visibility:hidden") != std::string::npos;
}

class NoiseDropper {
 public:
  NoiseDropper(ArticleTree& tree, Strictness strictness) : tree_(tree), strictness_(strictness) {}

  void run() {
    total_ = std::max(plain(0), least_total);
    find_hints();
    for (std::size_t i = 1; i < tree_.nodes.size(); ++i) {
      const auto& node = tree_.nodes[i];
      if (node.is_text() || node.dropped || node.tag == GUMBO_TAG_BODY) continue;
      if (is_noise(i) || is_heading_mark(i)) tree_.drop(i);
    }
    tree_.measure();
    drop_headed_noise();
    drop_teasers();
    drop_later_posts();
    tree_.measure();
  }

 private:
  [[nodiscard]] std::int64_t plain(std::size_t i) const {
    return tree_.nodes[i].units - tree_.nodes[i].link_units;
  }
  [[nodiscard]] bool holds(std::size_t i, int percent) const { return plain(i) * 100 >= total_ * percent; }

  void find_hints() {
    hints_.resize(tree_.nodes.size());
    for (std::size_t i = 0; i < tree_.nodes.size(); ++i) {
      const auto& node = tree_.nodes[i];
      if (node.is_text()) continue;
      hints_[i] = hint_of(node);
      if ((hints_[i].body && !hints_[i].comments && holds(i, 25)) || node.tag == GUMBO_TAG_H1)
        protected_.push_back(i);
    }
  }

  /// It contains the title or most of the likely text.
  [[nodiscard]] bool is_protected(std::size_t i) const {
    const auto found = std::ranges::lower_bound(protected_, i);
    return found != protected_.end() && *found < tree_.nodes[i].end;
  }

  [[nodiscard]] bool is_noise(std::size_t i) const {
    const auto& node = tree_.nodes[i];
    if (node.tag == GUMBO_TAG_NAV) return !holds(i, 50);
    if (node.tag == GUMBO_TAG_ASIDE || node.tag == GUMBO_TAG_FOOTER) return !holds(i, 30);
    if (node.tag == GUMBO_TAG_FORM) return !holds(i, 30) && !is_protected(i);
    if (node.tag == GUMBO_TAG_HEADER) return !holds(i, 25) && !has_lead(i);
    if (is_one_of(node.attribute("role"), {"navigation", "complementary", "contentinfo", "dialog",
                                           "alertdialog", "search", "menu", "menubar", "tablist"})) {
      return !holds(i, 40);
    }
    if (strictness_ == Strictness::strict && is_hidden(node)) return !holds(i, 50);
    const auto& hint = hints_[i];
    if (hint.caption && node.tag != GUMBO_TAG_FIGCAPTION && node.units < 400) return !holds(i, 30);
    if (hint.comments || hint.consent) return !holds(i, 90) && !is_protected(i);
    if (strictness_ == Strictness::none) return false;
    if (node.tag == GUMBO_TAG_ARTICLE || node.tag == GUMBO_TAG_MAIN)
      return hint.noise && !holds(i, 20) && !is_protected(i);
    if (hint.body) return false;
    if (hint.noise) return !holds(i, 60) && !is_protected(i) && !is_prose(i, 4, GUMBO_TAG_P);
    if (strictness_ != Strictness::strict || is_heading_or_inline(node.tag)) return false;
    return hint.maybe_noise && !hint.content && !holds(i, 25) && !is_protected(i) &&
           !is_prose(i, 1, GUMBO_TAG_LI);
  }

  /// It has this many paragraphs of some length, or other such elements, side by side.
  [[nodiscard]] bool is_prose(std::size_t i, int least, GumboTag other) const {
    std::map<std::size_t, int> beside;
    for (auto k = i; k < tree_.nodes[i].end; ++k) {
      const auto& node = tree_.nodes[k];
      if ((node.tag == GUMBO_TAG_P || node.tag == other) && !node.dropped && plain(k) >= 70 &&
          node.link_units * 3 < node.units && ++beside[node.parent] >= least)
        return true;
    }
    return false;
  }

  /// The "#" by which a heading links to itself.
  [[nodiscard]] bool is_heading_mark(std::size_t i) const {
    const auto& node = tree_.nodes[i];
    if (node.tag != GUMBO_TAG_A || node.units > 2 || !node.attribute("href").starts_with('#')) return false;
    return is_one_of(tree_.text(i), {"#", "¶", "§", "🔗", "##", "∞"});
  }

  /// A paragraph in a <header> worth keeping: the bold lead of newspapers.
  [[nodiscard]] bool has_lead(std::size_t i) const {
    for (auto k = i + 1; k < tree_.nodes[i].end; ++k) {
      const auto& node = tree_.nodes[k];
      if (node.tag == GUMBO_TAG_P && node.units >= 60 && node.link_units * 4 < node.units) return true;
    }
    return false;
  }

  /// The element that begins with "Comments (8)" or "Related articles".
  void drop_headed_noise() {
    for (std::size_t i = 1; i < tree_.nodes.size(); ++i) {
      const auto& node = tree_.nodes[i];
      if (node.dropped || heading_rank(node.tag) < 2 || node.units > 60 || !surely_heads_noise(tree_.text(i)))
        continue;
      // Its heading may have its own box.
      auto around = node.parent;
      while (around != 0 && tree_.nodes[around].units == node.units) around = tree_.nodes[around].parent;
      const bool begins = around != 0 && starts_with(around, i);
      if (begins && may_go(around) && !holds(around, 70) && !is_protected(around)) tree_.drop(around);
    }
    tree_.measure();
  }

  [[nodiscard]] bool may_go(std::size_t i) const {
    const auto tag = tree_.nodes[i].tag;
    return tag != GUMBO_TAG_BODY && tag != GUMBO_TAG_HTML && tag != GUMBO_TAG_MAIN &&
           tag != GUMBO_TAG_ARTICLE && !hints_[i].body;
  }

  /// Whether `around` has no text before node `i`.
  [[nodiscard]] bool starts_with(std::size_t around, std::size_t i) const {
    for (auto k = around; k < i; ++k) {
      if (tree_.nodes[k].is_text() && tree_.nodes[k].units > 0) return false;
    }
    return true;
  }

  [[nodiscard]] std::string signature(std::size_t i) const {
    const auto& node = tree_.nodes[i];
    std::string out = std::to_string(static_cast<int>(node.tag)) + ' ';
    for (const char c : node.attribute("class").substr(0, 60)) {
      if (c < '0' || c > '9') out += c;
    }
    return out;
  }

  /// A title or picture that leads elsewhere, with little text.
  [[nodiscard]] bool is_teaser(std::size_t i) const {
    const auto& node = tree_.nodes[i];
    if (node.link_units < 12 || plain(i) > 260) return false;
    bool linked_title = false;
    int paragraphs = 0;
    std::int64_t link = 0;
    for (auto k = i; k < node.end; ++k) {
      const auto& each = tree_.nodes[k];
      if (each.dropped) continue;
      if (is_link_away(each)) {
        link = std::max(link, each.units);
        const auto& around = tree_.nodes[each.parent];
        if ((around.tag == GUMBO_TAG_DIV && around.units == each.units) || heading_rank(around.tag) > 0)
          linked_title = true;
      }
      if (k != i && is_block_tag(each.tag) && each.linked) linked_title = true;
      if (each.tag == GUMBO_TAG_IMG && each.linked) linked_title = true;
      if (each.tag == GUMBO_TAG_P && each.units - each.link_units > 60) ++paragraphs;
    }
    return linked_title && paragraphs <= 1 && link >= 10;
  }

  void drop_teasers() {
    for (std::size_t i = 1; i < tree_.nodes.size(); ++i) {
      const auto tag_around = tree_.nodes[i].tag;
      if (tree_.nodes[i].dropped || !is_block_tag(tag_around) || tag_around == GUMBO_TAG_P ||
          heading_rank(tag_around) > 0)
        continue;
      const auto children = tree_.elements_of(i);
      if (children.size() < 3) continue;
      std::map<std::string, std::vector<std::size_t>> groups;
      for (const auto child : children) {
        const auto tag = tree_.nodes[child].tag;
        if (tag != GUMBO_TAG_P && heading_rank(tag) == 0 && tag != GUMBO_TAG_TR && tag != GUMBO_TAG_BR)
          groups[signature(child)].push_back(child);
      }
      for (const auto& [name, group] : groups) {
        if (group.size() < 3) continue;
        const auto teasers = static_cast<std::size_t>(
            std::ranges::count_if(group, [&](std::size_t each) { return is_teaser(each); }));
        if (teasers < 3 || teasers * 10 < group.size() * 6 || are_the_article(i, group)) continue;
        for (const auto each : group) {
          if (is_teaser(each)) tree_.drop(each);
        }
      }
    }
    tree_.measure();
  }

  /// The ten best of something, each below a link to a shop.
  [[nodiscard]] bool are_the_article(std::size_t parent, const std::vector<std::size_t>& group) const {
    bool in_body = false;
    for (auto up = parent; up != 0 && !in_body; up = tree_.nodes[up].parent) in_body = hints_[up].body;
    if (!in_body) return false;
    std::int64_t sum = 0;
    for (const auto each : group) sum += plain(each);
    return sum * 100 >= plain(0) * 35;
  }

  /// In a thread, or in questions and answers, only the first post is the article.
  void drop_later_posts() {
    std::vector<std::size_t> posts;
    for (std::size_t i = 1; i < tree_.nodes.size(); ++i) {
      const auto& node = tree_.nodes[i];
      if (node.dropped || node.is_text() || node.tag == GUMBO_TAG_BODY || !is_block_tag(node.tag) ||
          (is_heading_or_inline(node.tag) && node.tag != GUMBO_TAG_TABLE && node.tag != GUMBO_TAG_TR &&
           node.tag != GUMBO_TAG_TD)) {
        continue;
      }
      const auto type = node.attribute("itemtype");
      const bool typed = type.ends_with("/Comment") || type.ends_with("/Answer") ||
                         type.ends_with("/DiscussionForumPosting");
      if ((!hints_[i].post && !typed) || plain(i) < 20 || has_several_posts(i)) continue;
      posts.push_back(i);
      i = node.end - 1;
    }
    if (posts.size() < 2) return;
    std::int64_t sum = 0;
    for (const auto each : posts) {
      sum += plain(each);
      if (has_linked_title(each)) return;
    }
    if (sum * 10 < plain(0) * 3) return;
    std::int64_t before = 0;
    for (const auto& block : tree_.blocks(0)) {
      if (block.first >= posts.front()) break;
      if (heading_rank(tree_.nodes[block.holder].tag) == 0 && is_sentence(block.text))
        before += block.units - block.link_units;
    }
    const bool first_is_before = before >= 80 && before > plain(posts.front()) / 4;
    for (std::size_t k = first_is_before ? 0 : 1; k < posts.size(); ++k) tree_.drop(posts[k]);
  }

  /// A wrapper of posts is not a post.
  [[nodiscard]] bool has_several_posts(std::size_t i) const {
    int posts = 0;
    for (auto k = i + 1; k < tree_.nodes[i].end && posts < 2; ++k) {
      const auto& node = tree_.nodes[k];
      if (node.dropped || node.is_text() || !hints_[k].post || node.tag == GUMBO_TAG_P ||
          heading_rank(node.tag) > 0 || plain(k) < 20)
        continue;
      ++posts;
      k = node.end - 1;
    }
    return posts >= 2;
  }

  [[nodiscard]] bool has_linked_title(std::size_t i) const {
    for (auto k = i + 1; k < tree_.nodes[i].end; ++k) {
      if (is_link_away(tree_.nodes[k])) {
        for (auto up = tree_.nodes[k].parent; up > i; up = tree_.nodes[up].parent) {
          if (heading_rank(tree_.nodes[up].tag) > 0) return true;
        }
      }
    }
    return false;
  }

  ArticleTree& tree_;
  Strictness strictness_;
  std::int64_t total_ = 1;
  std::vector<ClassHint> hints_;
  std::vector<std::size_t> protected_;
};

}  // namespace

bool is_link_away(const ArticleNode& node) {
  if (node.tag != GUMBO_TAG_A) return false;
  const auto href = trim(node.attribute("href"));
  return !href.empty() && href.front() != '#' && !href.starts_with("javascript:") &&
         !href.starts_with("mailto:");
}

void drop_noise(ArticleTree& tree, Strictness strictness) { NoiseDropper{tree, strictness}.run(); }

}  // namespace tidings::source
