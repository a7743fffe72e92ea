#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "base/text_lines.hpp"
#include "post/kept_block.hpp"
#include "post/paragraph.hpp"

namespace tidings::post {
namespace {

constexpr std::size_t most_nested_lists = 5;  ///< inner ones count as the fifth
constexpr int no_list = -1;                   ///< of an item outside of any list

bool is_passed_over(Tag tag) {
  return is_heading(tag) || tag == Tag::table || tag == Tag::pre || tag == Tag::figure || tag == Tag::hr ||
         tag == Tag::nav || tag == Tag::footer || tag == Tag::rp || tag == Tag::rt || tag == Tag::rtc;
}

class Collector {
 public:
  Collector(const Tree& tree, Blocks blocks, const ExcerptOptions& options)
      : tree_(tree), blocks_(blocks), options_(options) {}

  Paragraphs run() {
    children(tree_[0]);
    end_paragraph();
    return std::move(found_);
  }

 private:
  void children(const Node& node) {
    for (auto child = node.first_child; child != 0; child = tree_[child].next) visit(tree_[child]);
  }

  void visit(const Node& node) {
    if (node.tag == Tag::text) {
      add(node.text);
    } else if (node.tag == Tag::br) {
      if (++breaks_ > 1) end_paragraph();
    } else if (options_.form == ExcerptForm::elements && keep_whole(node)) {
      return;
    } else if (blocks_ == Blocks::prose && is_passed_over(node.tag)) {
      end_paragraph();
      heading_ = heading_ || is_heading(node.tag);
      gap_ = true;
    } else if (is_inline_kept(node.tag) && (node.tag != Tag::a || node.find(Attr::href) != nullptr)) {
      const auto* href = node.find(Attr::href);
      around_.push_back({.tag = node.tag, .href = href == nullptr ? std::string{} : *href});
      children(node);
      around_.pop_back();
    } else if (is_block(node.tag)) {
      block(node);
    } else {
      children(node);
    }
  }

  void block(const Node& node) {
    end_paragraph();
    const auto outer = direction_;
    if (const auto* direction = node.find(Attr::dir)) direction_ = ascii_lower(trim(*direction));
    const auto outer_quote = quote_;
    const bool is_list = node.tag == Tag::ul || node.tag == Tag::ol || node.tag == Tag::menu;
    const bool opens_list = is_list && lists_.size() < most_nested_lists;
    if (opens_list) lists_.push_back(++known_lists_);
    if (node.tag == Tag::blockquote) quote_ = ++quotes_;
    if (node.tag == Tag::li) item_ = Item{};
    if (node.tag == Tag::ol) {
      ordered_list(node);
    } else {
      children(node);
    }
    end_paragraph();
    item_.reset();
    if (opens_list) lists_.pop_back();
    quote_ = outer_quote;
    direction_ = outer;
  }

  /// True if the node is a table of data or code: it stands there as it is if it is short, else its name
  /// does.
  bool keep_whole(const Node& node) {
    const bool is_code = node.tag == Tag::pre;
    if (!is_code && (node.tag != Tag::table || !is_data(tree_, node))) return false;
    end_paragraph();
    Paragraph paragraph{
        .runs = {{.text = is_code ? code_of(tree_, node) : words_of(tree_, node), .around = {}}},
        .direction = direction_,
        .lists = {},
        .number = {},
        .quote = quote_,
        .whole = {},
        .after_heading = std::exchange(heading_, false),
        .after_gap = std::exchange(gap_, false)};
    if (trim(paragraph.runs.front().text).empty()) return true;
    if (is_code ? is_short_code(paragraph.runs.front().text) : is_short_table(tree_, node)) {
      paragraph.whole = is_code ? whole_code(paragraph.runs.front().text) : whole_table(tree_, node);
    } else {
      found_.has_named = true;
      std::vector<Around> around;
      if (!options_.url.empty()) around.push_back({.tag = Tag::a, .href = options_.url});
      auto name = is_code ? first_line(paragraph.runs.front().text) : name_of_table(tree_, node);
      if (is_code) around.push_back({.tag = Tag::code, .href = {}});
      paragraph.runs = {{.text = name + std::string{ellipsis}, .around = std::move(around)}};
    }
    found_.list.push_back(std::move(paragraph));
    return true;
  }

  void ordered_list(const Node& list) {
    const auto numbers = item_numbers(tree_, list);
    std::size_t items = 0;
    for (auto child = list.first_child; child != 0; child = tree_[child].next) {
      if (tree_[child].tag != Tag::li) {
        visit(tree_[child]);
        continue;
      }
      end_paragraph();
      item_ = Item{.number = numbers[items++]};
      children(tree_[child]);
      end_paragraph();
      item_.reset();
    }
  }

  void add(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      const auto from = at;
      const auto c = next_code_point(text, at);
      if (c == ' ' || c == '\n' || c == '\t' || c == '\f') {
        blank_ = true;
        line_end_ = line_end_ || c == '\n';
        continue;
      }
      put_gap(c);
      run_here().text.append(text, from, at - from);
      last_ = c;
    }
  }

  void put_gap(char32_t next) {
    if (current_.runs.empty()) {
      if (item_) {
        current_.lists = lists_.empty() ? std::vector{no_list} : lists_;
        current_.number = item_->number;
      }
      item_.reset();
    } else if (breaks_ > 0) {
      gap_run().text += '\n';
    } else if (blank_ && !(line_end_ && is_unspaced(last_) && is_unspaced(next))) {
      gap_run().text += ' ';
    }
    blank_ = line_end_ = false;
    breaks_ = 0;
  }

  Run& run_here() {
    if (current_.runs.empty() || current_.runs.back().around != around_)
      current_.runs.push_back({.text = {}, .around = around_});
    return current_.runs.back();
  }

  /// A gap goes outside a link that begins or ends at it.
  Run& gap_run() {
    return current_.runs.back().around.size() < around_.size() ? current_.runs.back() : run_here();
  }

  void end_paragraph() {
    if (!current_.runs.empty()) {
      current_.direction = direction_;
      current_.after_heading = std::exchange(heading_, false);
      current_.after_gap = std::exchange(gap_, false);
      current_.quote = quote_;
      found_.list.push_back(std::move(current_));
    }
    current_ = {};
    blank_ = line_end_ = false;
    breaks_ = 0;
    last_ = ' ';
  }

  /// What the next paragraph is the first of.
  struct Item {
    std::optional<int> number = {};
  };

  const Tree& tree_;
  Blocks blocks_;
  const ExcerptOptions& options_;
  Paragraphs found_;
  Paragraph current_;
  std::vector<Around> around_;
  std::string direction_;
  std::optional<Item> item_;
  std::vector<int> lists_;  ///< the open ones, outermost first
  int known_lists_ = 0;
  int quote_ = 0;
  int quotes_ = 0;
  bool gap_ = false;
  char32_t last_ = ' ';
  bool blank_ = false;
  bool line_end_ = false;
  bool heading_ = false;
  int breaks_ = 0;
};

}  // namespace

Paragraphs read_paragraphs(const Tree& tree, Blocks blocks, const ExcerptOptions& options) {
  return Collector{tree, blocks, options}.run();
}

}  // namespace tidings::post
