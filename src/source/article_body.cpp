#include "source/article_body.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "source/article_words.hpp"

namespace tidings::source {
namespace {

/// Elements that may hold a whole article.
bool may_hold(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_TD:
    case GUMBO_TAG_BODY:
    case GUMBO_TAG_CENTER:
    case GUMBO_TAG_FORM:
    case GUMBO_TAG_FONT:
    case GUMBO_TAG_SPAN:
    case GUMBO_TAG_UNKNOWN: return true;
    default: return false;
  }
}

double value_of(const ArticleTree& tree, const TextBlock& block) {
  const auto tag = tree.nodes[block.holder].tag;
  const auto units = static_cast<double>(block.units);
  const auto linked = static_cast<double>(block.link_units);
  const auto plain = units - linked;
  if (heading_rank(tag) > 0) return linked * 2 > units ? -10 - linked : 0;
  if (linked * 2 > units) return -8 - linked * 0.6;
  if (tag == GUMBO_TAG_PRE) return plain;
  if (tag == GUMBO_TAG_FIGCAPTION) return 0;
  if (block.units < 500 && is_about_cookies(block.text)) return -5;
  const bool sentence = is_sentence(block.text);
  if (plain >= 80 || (sentence && plain >= 30)) return plain - linked;
  if (sentence) return plain * 0.3;
  return tag == GUMBO_TAG_LI || tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH ? -2 : -6;
}

double factor_of(const ArticleNode& node) {
  double factor = 1;
  if (node.tag == GUMBO_TAG_ARTICLE) factor = 1.25;
  if (node.tag == GUMBO_TAG_MAIN) factor = 1.1;
  if (node.tag == GUMBO_TAG_BODY) factor = 0.95;
  if (node.attribute("itemprop").find("articleBody") != std::string_view::npos) return 3;
  const auto hint = hint_of(node);
  if (hint.body) return 2.5;
  return hint.content ? std::max(factor, 1.1) : factor;
}

/// How much of the JSON-LD text is in each block; empty if too little of it is on the page.
std::vector<bool> matches(const std::vector<TextBlock>& blocks, const std::string& linked_text) {
  constexpr std::size_t max_bytes = 100'000;
  constexpr std::size_t max_blocks = 3000;
  const auto whole = bare_letters(truncate_utf8(linked_text, max_bytes));
  if (whole.size() < 200 || blocks.size() > max_blocks) return {};
  std::vector<bool> out(blocks.size());
  std::size_t found = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto bare = bare_letters(blocks[i].text);
    if (bare.size() < 12 || whole.find(truncate_utf8(bare, 80)) == std::string::npos) continue;
    out[i] = true;
    found += bare.size();
  }
  return found * 10 >= whole.size() * 6 ? out : std::vector<bool>{};
}

struct Scored {
  std::vector<double> own;  ///< of blocks, by their first node
  std::vector<double> sum;  ///< of all blocks before a node
  [[nodiscard]] double below(const ArticleTree& tree, std::size_t i) const {
    return sum[tree.nodes[i].end] - sum[i];
  }
};

Scored score(const ArticleTree& tree, const std::vector<TextBlock>& blocks, const ArticleClues& clues) {
  Scored out{std::vector<double>(tree.nodes.size()), std::vector<double>(tree.nodes.size() + 1)};
  const auto matched = matches(blocks, clues.linked_text);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    double value = value_of(tree, blocks[i]);
    if (!matched.empty()) value = matched[i] ? std::max(value, 1.0) * 2 : std::min(value, value * 0.2);
    out.own[blocks[i].first] += value;
  }
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) out.sum[i + 1] = out.sum[i] + out.own[i];
  return out;
}

/// If one article spans several elements of a kind, the element that holds them all.
std::size_t joined(const ArticleTree& tree, const Scored& scored, std::size_t root) {
  if (factor_of(tree.nodes[root]) < 2) return root;
  for (int level = 0; level < 3; ++level) {
    const auto parent = tree.nodes[root].parent;
    if (parent == 0 || tree.nodes[root].tag == GUMBO_TAG_BODY) return root;
    int alike = 0;
    for (const auto child : tree.elements_of(parent)) {
      if (child == root || tree.nodes[child].tag != tree.nodes[root].tag) continue;
      const bool same = tree.nodes[child].attribute("class") == tree.nodes[root].attribute("class");
      if (same && scored.below(tree, child) > 60) ++alike;
    }
    if (alike == 0 || scored.below(tree, parent) < scored.below(tree, root) * 1.1) {
      // A wrapper of this part only.
      if (tree.elements_of(parent).size() > 1) return root;
    }
    if (scored.below(tree, parent) > scored.below(tree, root) * 1.1 && alike > 0) return parent;
    root = parent;
  }
  return root;
}

/// The paragraph between title and text that sums it up, if it is outside the text.
std::size_t lead_above(const ArticleTree& tree, std::size_t root) {
  std::size_t title = 0;
  for (std::size_t i = 0; i < root; ++i) {
    if (tree.nodes[i].tag == GUMBO_TAG_H1 && tree.nodes[i].end <= root) title = i;
  }
  if (title == 0) return 0;
  for (auto i = tree.nodes[title].end; i < root; ++i) {
    const auto& node = tree.nodes[i];
    if (node.dropped) {
      i = node.end - 1;
      continue;
    }
    const bool apart = node.end <= root;
    if (!apart || (node.tag != GUMBO_TAG_P && heading_rank(node.tag) != 2) || node.units < 50 ||
        node.link_units * 4 > node.units)
      continue;
    const auto text = tree.text(i);
    if (is_sentence(text) && !is_byline(text) && !begins_like_noise(text)) return i;
  }
  return 0;
}

}  // namespace

bool is_sentence(std::string_view text) {
  constexpr auto ends =
      std::to_array<std::string_view>({".",  "!", "?", "…", "。", "！", "？", "؟",  ":",  ";", ".\"",
                                       ".”", "”", "“", "»", ".)", "」", "』", ".'", ".’", "।", "۔"});
  constexpr auto inside =
      std::to_array<std::string_view>({". ", "! ", "? ", "。", "，", "、", "؟ ", "، ", "? ", "। "});
  return std::ranges::any_of(ends, [&](std::string_view end) { return text.ends_with(end); }) ||
         std::ranges::any_of(
             inside, [&](std::string_view mark) { return text.find(mark) != std::string_view::npos; });
}

std::string bare_letters(std::string_view text) {
  std::string out;
  for (const char c : fold_case(text)) {
    const bool letter =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (static_cast<unsigned char>(c) & 0x80U) != 0;
    if (letter) out += c;
  }
  for (const std::string_view mark : {"’", "‘", "“", "”", "–", "—", "…", "«", "»", "\u00A0"})
    out = replace_all(out, mark, "");
  return out;
}

std::vector<std::size_t> choose_roots(const ArticleTree& tree, const std::vector<TextBlock>& blocks,
                                      const ArticleClues& clues) {
  const auto scored = score(tree, blocks, clues);
  std::size_t best = 0;
  double most = 0;
  for (std::size_t i = 1; i < tree.nodes.size(); ++i) {
    const auto& node = tree.nodes[i];
    if (node.dropped || !may_hold(node.tag)) continue;
    const double sum = scored.below(tree, i);
    if (sum * 3 < most) continue;
    const double value = sum * factor_of(node);
    if (value > 0 && value >= most) {
      best = i;
      most = value;
    }
  }
  if (best == 0) return {};
  best = joined(tree, scored, best);
  const auto lead = lead_above(tree, best);
  return lead != 0 ? std::vector{lead, best} : std::vector{best};
}

namespace {

/// Three or more parts of a kind, each with a linked title, hold nearly all text.
bool shows_many(const ArticleTree& tree, std::size_t root) {
  const auto has_linked_title = [&](std::size_t i) {
    for (auto k = i + 1; k < tree.nodes[i].end; ++k) {
      if (!is_link_away(tree.nodes[k])) continue;
      for (auto up = tree.nodes[k].parent; up >= i && up != 0; up = tree.nodes[up].parent) {
        if (heading_rank(tree.nodes[up].tag) > 0) return true;
      }
    }
    return false;
  };
  for (auto i = root; i < tree.nodes[root].end; ++i) {
    if (tree.nodes[i].is_text() || tree.nodes[i].dropped) continue;
    const auto children = tree.elements_of(i);
    if (children.size() < 3) continue;
    std::size_t posts = 0;
    std::int64_t units = 0;
    for (const auto child : children) {
      if (heading_rank(tree.nodes[child].tag) > 0 || tree.nodes[child].units < 40 || !has_linked_title(child))
        continue;
      ++posts;
      units += tree.nodes[child].units;
    }
    if (posts >= 3 && units * 10 >= tree.nodes[root].units * 8) return true;
  }
  return false;
}

}  // namespace

ArticleBody find_article_body(ArticleTree& tree, const ArticleClues& clues, Strictness strictness) {
  drop_noise(tree, strictness);
  ArticleBody body;
  body.roots = choose_roots(tree, tree.blocks(0), clues);
  if (body.roots.empty()) return body;
  body.is_one_of_many = shows_many(tree, body.roots.back());
  body.blocks = keep_lines(tree, body.roots, clues);
  for (const auto& each : body.blocks) body.units += each.units;
  return body;
}

}  // namespace tidings::source
