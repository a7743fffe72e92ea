// Which lines below the chosen element are part of the article: see article_body.hpp.
#include <algorithm>
#include <set>
#include <string_view>

#include "base/text.hpp"
#include "source/article_body.hpp"
#include "source/article_words.hpp"

namespace tidings::source {
namespace {

enum class Part { text, heading, item, cell, quote, code, caption };

class LineKeeper {
 public:
  LineKeeper(ArticleTree& tree, const std::vector<std::size_t>& roots, const ArticleClues& clues)
      : tree_(tree), clues_(clues) {
    for (const auto root : roots) {
      for (auto& block : tree.blocks(root)) {
        parts_.push_back(part_of(block, root));
        blocks_.push_back(std::move(block));
      }
    }
    kept_.assign(blocks_.size(), true);
    root_ = roots.back();
  }

  std::vector<TextBlock> run() {
    drop_link_lists();
    drop_title();
    drop_short_noise();
    trim_by_linked_text();
    drop_noise_sections();
    trim_head();
    drop_repeated();
    drop_biography();
    trim_tail();
    drop_empty_headings();
    std::vector<TextBlock> out;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      if (!kept_[i]) {
        drop_nodes(blocks_[i]);
      } else if (parts_[i] != Part::caption) {
        out.push_back(std::move(blocks_[i]));
      }
    }
    tree_.measure();
    return out;
  }

 private:
  [[nodiscard]] Part part_of(const TextBlock& block, std::size_t root) const {
    const auto inside = [&](GumboTag tag) { return tree_.around(block.holder, tag, root) != 0; };
    if (inside(GUMBO_TAG_FIGCAPTION) || inside(GUMBO_TAG_FIGURE)) {
      return inside(GUMBO_TAG_TABLE) || inside(GUMBO_TAG_BLOCKQUOTE) || inside(GUMBO_TAG_PRE) ? Part::cell
                                                                                              : Part::caption;
    }
    if (heading_rank(tree_.nodes[block.holder].tag) > 0) return Part::heading;
    if (inside(GUMBO_TAG_PRE)) return Part::code;
    if (inside(GUMBO_TAG_BLOCKQUOTE)) return Part::quote;
    if (inside(GUMBO_TAG_LI) || inside(GUMBO_TAG_DD) || inside(GUMBO_TAG_DT)) return Part::item;
    // A layout table is around the article, not below it.
    return inside(GUMBO_TAG_TD) || inside(GUMBO_TAG_TH) ? Part::cell : Part::text;
  }

  [[nodiscard]] std::int64_t plain(std::size_t i) const { return blocks_[i].units - blocks_[i].link_units; }
  [[nodiscard]] bool is_cookie_notice(std::size_t i) const {
    return blocks_[i].units < 500 && is_about_cookies(blocks_[i].text) && !is_about_cookies(clues_.title);
  }
  [[nodiscard]] bool is_paragraph(std::size_t i) const {
    return parts_[i] == Part::text && plain(i) >= 50 && plain(i) * 2 > blocks_[i].units &&
           is_sentence(blocks_[i].text) && !is_cookie_notice(i);
  }

  /// Contents lists, and headlines of other articles.
  void drop_link_lists() {
    for (auto i = root_ + 1; i < tree_.nodes[root_].end; ++i) {
      const auto& node = tree_.nodes[i];
      if (node.dropped || (node.tag != GUMBO_TAG_UL && node.tag != GUMBO_TAG_OL && node.tag != GUMBO_TAG_DL &&
                           node.tag != GUMBO_TAG_TABLE))
        continue;
      if (node.link_units * 10 < node.units * 6 || is_announced(i)) continue;
      for (auto k = first_from(i); k < blocks_.size() && blocks_[k].first < node.end; ++k) kept_[k] = false;
      tree_.drop(i);
    }
  }

  /// The first block that begins at or after this node.
  [[nodiscard]] std::size_t first_from(std::size_t node) const {
    const auto found = std::ranges::lower_bound(blocks_, node, {}, &TextBlock::first);
    return static_cast<std::size_t>(found - blocks_.begin());
  }

  /// "The sources are:" precedes it, and text follows.
  [[nodiscard]] bool is_announced(std::size_t list) const {
    constexpr std::size_t near = 30;
    const auto first = first_from(list);
    if (first == 0) return false;
    const auto& before = blocks_[first - 1];
    if (parts_[first - 1] != Part::text || !before.text.ends_with(':') || begins_like_noise(before.text))
      return false;
    for (auto k = first_from(tree_.nodes[list].end); k < std::min(blocks_.size(), first + near); ++k) {
      if (is_paragraph(k)) return true;
    }
    return false;
  }

  void drop_title() {
    const auto title = bare_letters(clues_.title);
    bool before_text = true;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      if (is_paragraph(i)) before_text = false;
      const bool is_h1 = tree_.nodes[blocks_[i].holder].tag == GUMBO_TAG_H1;
      if ((is_h1 || before_text) && !title.empty() && bare_letters(blocks_[i].text) == title)
        kept_[i] = false;
      if (is_h1 && before_text) kept_[i] = false;
    }
  }

  void drop_short_noise() {
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const auto& block = blocks_[i];
      if (!kept_[i] || parts_[i] == Part::code || parts_[i] == Part::caption || parts_[i] == Part::heading)
        continue;
      const bool sentence = is_sentence(block.text);
      const bool short_line = parts_[i] != Part::item && (block.units < 60 || !sentence);
      if (block.units < 200 && begins_like_noise(block.text) &&
          (block.link_units * 3 > block.units || short_line)) {
        kept_[i] = false;
      }
      const bool wholly_linked = block.link_units * 10 >= block.units * 9;
      if (parts_[i] == Part::text && wholly_linked) kept_[i] = false;
      const auto tag = tree_.nodes[block.holder].tag;
      if (parts_[i] == Part::text && tag != GUMBO_TAG_P && block.is_whole && block.units < 40 && !sentence)
        kept_[i] = false;
    }
  }

  /// If JSON-LD gives the text and nearly all of it is here, anything before and after it is something else.
  void trim_by_linked_text() {
    const auto whole = bare_letters(truncate_utf8(clues_.linked_text, 100'000));
    if (whole.size() < 400 || blocks_.size() > 3000) return;
    std::size_t found = 0;
    std::size_t first = blocks_.size();
    std::size_t last = 0;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const auto bare = bare_letters(blocks_[i].text);
      if (!kept_[i] || bare.size() < 30 || whole.find(truncate_utf8(bare, 100)) == std::string::npos)
        continue;
      found += bare.size();
      first = std::min(first, i);
      last = i;
    }
    if (found * 100 < whole.size() * 85 || found * 100 > whole.size() * 120) return;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      if (parts_[i] != Part::caption && (i < first || (i > last && parts_[i] != Part::item)))
        kept_[i] = false;
    }
  }

  /// From "Related articles" to the next heading, if that part consists of links or is at the end.
  void drop_noise_sections() {
    std::int64_t total = 0;
    for (std::size_t i = 0; i < blocks_.size(); ++i) total += kept_[i] ? blocks_[i].units : 0;
    std::int64_t before = 0;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const bool label = parts_[i] == Part::heading ||
                         (parts_[i] == Part::text && blocks_[i].units < 40 && !is_sentence(blocks_[i].text));
      if (!label || !heads_noise(blocks_[i].text)) {
        before += kept_[i] ? blocks_[i].units : 0;
        continue;
      }
      std::size_t end = i + 1;
      std::int64_t units = 0;
      std::int64_t linked = 0;
      constexpr std::size_t longest = 400;
      while (end < blocks_.size() && end - i < longest && parts_[end] != Part::heading &&
             (parts_[i] == Part::heading || !is_paragraph(end))) {
        units += blocks_[end].units;
        linked += blocks_[end].link_units;
        ++end;
      }
      const bool links = linked * 10 > units * 3 || units == 0;
      const bool at_end = before * 10 > total * 6 && units * 10 < total * 2 && parts_[i] == Part::heading &&
                          surely_heads_noise(blocks_[i].text);
      if (!links && !at_end) continue;
      for (auto k = i; k < end; ++k) kept_[k] = false;
      i = end - 1;
    }
  }

  void trim_head() {
    for (std::size_t i = 0; i < blocks_.size() && !is_paragraph(i); ++i) {
      if (parts_[i] == Part::code || parts_[i] == Part::quote || parts_[i] == Part::caption) continue;
      const bool sentence = is_sentence(blocks_[i].text);
      if (is_byline(blocks_[i].text)) kept_[i] = false;
      const bool is_p = tree_.nodes[blocks_[i].holder].tag == GUMBO_TAG_P;
      if (parts_[i] == Part::text &&
          ((!sentence && blocks_[i].units < (is_p ? 40 : 80)) || is_cookie_notice(i)))
        kept_[i] = false;
      if (parts_[i] == Part::item && !sentence && blocks_[i].units < 30) kept_[i] = false;
      if (parts_[i] == Part::heading && blocks_[i].link_units > 0) kept_[i] = false;
    }
    for (std::size_t i = 0; i < std::min<std::size_t>(blocks_.size(), 4); ++i) {
      if (parts_[i] == Part::text && blocks_[i].units < 90 && is_byline(blocks_[i].text)) kept_[i] = false;
    }
  }

  void trim_tail() {
    for (auto i = blocks_.size(); i-- > 0;) {
      if (!kept_[i] || parts_[i] == Part::caption) continue;
      const auto& block = blocks_[i];
      const bool sentence = is_sentence(block.text);
      const bool mostly_linked = block.link_units * 2 > block.units;
      const bool fragment = parts_[i] == Part::text && !sentence && block.units < 40;
      const bool noise = block.units < 200 && begins_like_noise(block.text);
      const bool rights = block.units < 120 && block.text.find("©") != std::string::npos;
      if (parts_[i] != Part::heading && !mostly_linked && !fragment && !noise && !rights &&
          !(parts_[i] == Part::text && is_cookie_notice(i)) && !(block.units < 60 && is_byline(block.text)))
        return;
      if (parts_[i] == Part::code) return;
      kept_[i] = false;
    }
  }

  /// A page may have its text twice, for wide and narrow screens.
  void drop_repeated() {
    constexpr std::int64_t least = 100;
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      if (kept_[i] && parts_[i] == Part::text && blocks_[i].units >= least &&
          !seen.insert(blocks_[i].text).second)
        kept_[i] = false;
    }
  }

  /// "Ada Brook is a reporter at ..." at the end.
  void drop_biography() {
    if (clues_.author.find(' ') == std::string::npos) return;
    int looked_at = 0;
    for (auto i = blocks_.size(); i-- > 1 && looked_at < 3;) {
      if (!kept_[i] || parts_[i] == Part::caption) continue;
      ++looked_at;
      if (parts_[i] == Part::text && blocks_[i].units < 400 && blocks_[i].text.starts_with(clues_.author))
        kept_[i] = false;
    }
  }

  /// A heading above something that was dropped.
  void drop_empty_headings() {
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      if (!kept_[i] || parts_[i] != Part::heading) continue;
      const int rank = heading_rank(tree_.nodes[blocks_[i].holder].tag);
      bool empty = true;
      bool taken = i + 1 == blocks_.size();
      for (auto k = i + 1; k < blocks_.size() && empty; ++k) {
        if (parts_[k] == Part::heading && heading_rank(tree_.nodes[blocks_[k].holder].tag) <= rank) break;
        if (kept_[k]) empty = false;
        taken = true;
      }
      if (empty && taken) kept_[i] = false;
    }
  }

  void drop_nodes(const TextBlock& block) {
    if (block.is_whole && block.holder != root_) {
      tree_.drop(block.holder);
      return;
    }
    for (auto i = block.first; i <= block.last; ++i) {
      if (tree_.nodes[i].end <= block.last + 1) tree_.drop(i);
    }
  }

  ArticleTree& tree_;
  const ArticleClues& clues_;
  std::size_t root_ = 0;
  std::vector<TextBlock> blocks_;
  std::vector<Part> parts_;
  std::vector<char> kept_;
};

}  // namespace

std::vector<TextBlock> keep_lines(ArticleTree& tree, const std::vector<std::size_t>& roots,
                                  const ArticleClues& clues) {
  return LineKeeper{tree, roots, clues}.run();
}

}  // namespace tidings::source
