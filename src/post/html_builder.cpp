#include "post/html_builder.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "base/html_entity.hpp"
#include "base/text.hpp"

namespace tidings::post {
namespace {

// The most formatting elements reopened over the whole text, plus a few more per token.
constexpr std::size_t reopen_allowance = 10'000;
constexpr std::size_t reopen_per_token = 4;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f'; }

/// References can name characters that clean text does not have.
std::string with_references(std::string_view text, ReferencePlace place) {
  if (text.find('&') == std::string_view::npos) return std::string{text};
  return clean_utf8(decode_html_references(text, place));
}

bool is_cell(Tag tag) { return tag == Tag::td || tag == Tag::th; }
bool is_table_section(Tag tag) { return tag == Tag::tbody || tag == Tag::thead || tag == Tag::tfoot; }

/// Elements that only a table may contain.
bool is_table_part(Tag tag) {
  return is_cell(tag) || is_table_section(tag) || tag == Tag::tr || tag == Tag::caption ||
         tag == Tag::colgroup || tag == Tag::col;
}

/// HTML 13.2.4.2, "has an element in scope".
bool bounds_scope(Tag tag) { return tag == Tag::table || is_cell(tag) || tag == Tag::caption; }

bool is_special(Tag tag) { return is_block(tag) || tag == Tag::colgroup; }

/// HTML 13.2.6.3, "generate implied end tags".
bool is_implied_end(Tag tag) {
  return tag == Tag::dd || tag == Tag::dt || tag == Tag::li || tag == Tag::p || tag == Tag::rb ||
         tag == Tag::rp || tag == Tag::rt || tag == Tag::rtc;
}

class Builder {
 public:
  enum class Mode { exact, mending };

  Builder(const TokenList& list, Mode mode) : list_(list), mode_(mode) {}

  /// False if the mode is exact and only gumbo can build this markup.
  bool run() {
    for (const auto& token : list_.tokens) {
      budget_ += reopen_per_token;
      switch (token.kind) {
        case Token::Kind::text: text(token); break;
        case Token::Kind::start: start(token); break;
        case Token::Kind::end: end(token.tag); break;
      }
      if (given_up_) return false;
    }
    return true;
  }

  Tree take() { return std::move(tree_); }

 private:
  struct Open {
    Tag tag;
    std::uint32_t node;
    bool ends_with_next = false;  ///< its end tag came while a block inside it was open
  };
  /// An entry of the list of active formatting elements; a marker at the beginning of a cell or caption.
  struct Formatting {
    const Token* token = nullptr;
    std::uint32_t node = 0;  ///< 0 once its element has been closed
  };

  // ---- stack
  // -----------------------------------------------------------------------------------------------------

  [[nodiscard]] Tag top() const { return open_.empty() ? Tag::root : open_.back().tag; }
  [[nodiscard]] std::uint32_t top_node() const { return open_.empty() ? 0 : open_.back().node; }

  void pop() {
    const auto node = open_.back().node;
    const auto tag = open_.back().tag;
    open_.pop_back();
    if (is_formatting(tag)) {
      for (auto& entry : formatting_) {
        if (entry.node == node) entry.node = 0;
      }
    }
    while (!open_.empty() && open_.back().ends_with_next) {
      forget(open_.back().node);
      open_.pop_back();
    }
  }

  void pop_to_size(std::size_t size) {
    while (open_.size() > size) pop();
  }

  /// The place of an open `tag` within scope, or npos.
  template <class Stop>
  [[nodiscard]] std::size_t find_open(Tag tag, Stop stop) const {
    for (auto i = open_.size(); i-- > 0;) {
      if (open_[i].tag == tag) return i;
      if (stop(open_[i].tag)) break;
    }
    return npos;
  }
  [[nodiscard]] std::size_t in_scope(Tag tag) const { return find_open(tag, bounds_scope); }

  void pop_implied(Tag but) {
    while (is_implied_end(top()) && top() != but) pop();
  }

  std::uint32_t insert(const Token& token) {
    const auto index = tree_.add(top_node(), {.tag = token.tag});
    auto& attributes = tree_.nodes[index].attributes;
    attributes.reserve(token.attribute_count);
    for (std::size_t i = 0; i < token.attribute_count; ++i) {
      const auto& [name, value] = list_.attributes[token.first_attribute + i];
      attributes.push_back({name, with_references(value, ReferencePlace::attribute)});
    }
    return index;
  }

  /// Whether the depth limit leaves room. A table also needs room for its section, row and cell, whether or
  /// not the text has them.
  [[nodiscard]] bool has_room(Tag tag) const {
    if (tag == Tag::table) return open_.size() + 3 < max_html_depth;
    return is_structure(top()) || open_.size() < max_html_depth;
  }

  /// Beyond the depth limit the element and its end tag are dropped.
  bool push(const Token& token) {
    if (!has_room(token.tag)) {
      ++flattened_[static_cast<std::size_t>(token.tag)];
      if (is_block(token.tag) && !is_structure(top())) tree_.add(top_node(), {.tag = Tag::text, .text = " "});
      return false;
    }
    const auto node = insert(token);
    open_.push_back({.tag = token.tag, .node = node});
    return true;
  }

  /// An element that the text omits and a parser supplies.
  void push_implied(Tag tag) {
    const auto node = tree_.add(top_node(), {.tag = tag});
    open_.push_back({.tag = tag, .node = node});
    if (is_cell(tag)) formatting_.push_back({});
  }

  // ---- active formatting elements (HTML 13.2.4.3)
  // ----------------------------------------------------------------

  void forget(std::uint32_t node) {
    const auto it = std::ranges::find(formatting_, node, &Formatting::node);
    if (it != formatting_.end()) formatting_.erase(it);
  }

  [[nodiscard]] bool same(const Token& a, const Token& b) const {
    if (a.tag != b.tag || a.attribute_count != b.attribute_count) return false;
    for (std::size_t i = 0; i < a.attribute_count; ++i) {
      const auto& first = list_.attributes[a.first_attribute + i];
      const auto& second = list_.attributes[b.first_attribute + i];
      if (first.name != second.name || first.value != second.value) return false;
    }
    return true;
  }

  void remember(const Token& token, std::uint32_t node) {
    // No more than three alike after the last marker.
    int alike = 0;
    for (auto i = formatting_.size(); i-- > 0 && formatting_[i].token != nullptr;) {
      if (!same(*formatting_[i].token, token) || ++alike < 3) continue;
      formatting_.erase(formatting_.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
    formatting_.push_back({.token = &token, .node = node});
  }

  void clear_to_marker() {
    while (!formatting_.empty()) {
      const bool marker = formatting_.back().token == nullptr;
      formatting_.pop_back();
      if (marker) return;
    }
  }

  void reopen() {
    if (formatting_.empty() || formatting_.back().token == nullptr || formatting_.back().node != 0) return;
    auto first = formatting_.size();
    while (first > 0 && formatting_[first - 1].token != nullptr && formatting_[first - 1].node == 0) --first;
    spent_ += formatting_.size() - first;
    if (spent_ > reopen_allowance + budget_ || open_.size() + (formatting_.size() - first) > max_html_depth) {
      formatting_.resize(first);
      return;
    }
    for (auto i = first; i < formatting_.size(); ++i) {
      const auto node = insert(*formatting_[i].token);
      open_.push_back({.tag = formatting_[i].token->tag, .node = node});
      formatting_[i].node = node;
    }
  }

  /// The end of a formatting element (HTML 13.2.6.4.7, the adoption agency, as far as it does not need one).
  void end_formatting(Tag tag) {
    auto i = formatting_.size();
    while (i > 0 && formatting_[i - 1].token != nullptr && formatting_[i - 1].token->tag != tag) --i;
    if (i == 0 || formatting_[i - 1].token == nullptr) {
      end_ordinary(tag);
      return;
    }
    const auto entry = formatting_[i - 1];
    const auto forget_entry = [&] {
      formatting_.erase(formatting_.begin() + static_cast<std::ptrdiff_t>(i - 1));
    };
    const auto at = entry.node == 0 ? npos : position_of(entry.node);
    if (at == npos) {
      forget_entry();
      return;
    }
    for (auto above = at + 1; above < open_.size(); ++above) {
      if (bounds_scope(open_[above].tag)) return;  // not in scope
    }
    const bool block_inside = std::any_of(open_.begin() + static_cast<std::ptrdiff_t>(at) + 1, open_.end(),
                                          [](const Open& open) { return is_special(open.tag); });
    if (block_inside) {
      if (mode_ == Mode::exact) {
        given_up_ = true;
      } else {
        forget_entry();
        open_[at].ends_with_next = true;
      }
      return;
    }
    forget_entry();
    pop_to_size(at);
  }

  [[nodiscard]] std::size_t position_of(std::uint32_t node) const {
    for (auto i = open_.size(); i-- > 0;) {
      if (open_[i].node == node) return i;
    }
    return npos;
  }

  // ---- text
  // ------------------------------------------------------------------------------------------------------

  void text(const Token& token) {
    auto decoded =
        token.literal ? std::string{token.text} : with_references(token.text, ReferencePlace::text);
    if (after_pre_ && decoded.starts_with('\n')) decoded.erase(0, 1);
    after_pre_ = false;
    if (decoded.empty()) return;
    const bool all_blank = std::ranges::all_of(decoded, is_blank);
    if (is_structure(top())) {
      if (all_blank) {
        add_text(std::move(decoded));
        return;
      }
      leave_structure();
      if (given_up_) return;
    }
    reopen();
    add_text(std::move(decoded));
  }

  void add_text(std::string text) {
    const auto last = tree_[top_node()].last_child;
    if (last != 0 && tree_[last].tag == Tag::text) {
      tree_.nodes[last].text += text;
    } else {
      tree_.add(top_node(), {.tag = Tag::text, .text = std::move(text)});
    }
  }

  // ---- start tags
  // ------------------------------------------------------------------------------------------------

  void start(const Token& token) {
    after_pre_ = false;
    const auto tag = token.tag;
    if (is_table_part(tag)) {
      start_table_part(token);
      return;
    }
    if (is_structure(top())) {
      if (tag == Tag::table && top() != Tag::colgroup) {
        end_table();
      } else {
        leave_structure();
      }
      if (given_up_) return;
    }
    if (closes_paragraph(tag)) {
      if (tag == Tag::li || tag == Tag::dd || tag == Tag::dt) close_item(tag);
      if (const auto p = in_scope(Tag::p); p != npos) pop_to_size(p);
      if (is_heading(tag) && is_heading(top())) pop();
      if (is_void(tag)) {
        insert(token);
      } else {
        after_pre_ = push(token) && tag == Tag::pre;
      }
      return;
    }
    if (tag == Tag::rb || tag == Tag::rp || tag == Tag::rt || tag == Tag::rtc) {
      const bool may_stand_in_rtc = tag == Tag::rp || tag == Tag::rt;
      if (in_scope(Tag::ruby) != npos) pop_implied(may_stand_in_rtc ? Tag::rtc : Tag::unknown);
      push(token);
      return;
    }
    if (tag == Tag::a) end_open_link();
    if (given_up_) return;
    reopen();
    if (is_void(tag)) {
      insert(token);
    } else if (push(token) && is_formatting(tag)) {
      remember(token, top_node());
    }
  }

  void end_open_link() {
    for (auto i = formatting_.size(); i-- > 0 && formatting_[i].token != nullptr;) {
      if (formatting_[i].token->tag != Tag::a) continue;
      end_formatting(Tag::a);
      return;
    }
  }

  void close_item(Tag tag) {
    for (auto i = open_.size(); i-- > 0;) {
      const auto open = open_[i].tag;
      const bool matches = tag == Tag::li ? open == Tag::li : (open == Tag::dd || open == Tag::dt);
      if (matches) {
        pop_to_size(i);
        return;
      }
      // An item inside <main> inside an item: the standard keeps it there, older parsers end both. We end
      // both, so that all agree.
      if (open == Tag::main && mode_ == Mode::exact) given_up_ = true;
      if (is_special(open) && open != Tag::address && open != Tag::div && open != Tag::p && open != Tag::main)
        return;
    }
  }

  // ---- end tags
  // --------------------------------------------------------------------------------------------------

  void end(Tag tag) {
    after_pre_ = false;
    auto& flattened = flattened_[static_cast<std::size_t>(tag)];
    if (flattened > 0) {
      --flattened;
      return;
    }
    if (tag == Tag::table || is_table_part(tag)) {
      end_table_part(tag);
      return;
    }
    if (is_structure(top())) {
      // Most end tags have no effect here; these two would create an element.
      if (tag == Tag::p) leave_structure();
      if (tag != Tag::p || given_up_) return;
    }
    if (is_formatting(tag)) {
      end_formatting(tag);
    } else if (tag == Tag::p) {
      end_paragraph();
    } else if (is_heading(tag)) {
      end_heading();
    } else if (is_block(tag)) {
      end_block(tag);
    } else {
      end_ordinary(tag);
    }
  }

  void end_paragraph() {
    const auto at = in_scope(Tag::p);
    if (at != npos) {
      pop_to_size(at);
    } else {
      tree_.add(top_node(), {.tag = Tag::p});
    }
  }

  void end_heading() {
    for (auto i = open_.size(); i-- > 0;) {
      if (is_heading(open_[i].tag)) {
        pop_to_size(i);
        return;
      }
      if (bounds_scope(open_[i].tag)) return;
    }
  }

  void end_block(Tag tag) {
    const auto at =
        tag == Tag::li ? find_open(tag, [](Tag t) { return bounds_scope(t) || t == Tag::ul || t == Tag::ol; })
                       : in_scope(tag);
    if (at != npos) pop_to_size(at);
  }

  void end_ordinary(Tag tag) {
    for (auto i = open_.size(); i-- > 0;) {
      if (open_[i].tag == tag) {
        pop_to_size(i);
        return;
      }
      if (is_special(open_[i].tag)) return;
    }
  }

  // ---- tables (HTML 13.2.6.4.9 to 15)
  // ----------------------------------------------------------------------------

  /// Open, but not a place for text.
  static bool is_structure(Tag tag) {
    return tag == Tag::table || is_table_section(tag) || tag == Tag::tr || tag == Tag::colgroup;
  }

  /// Text or blocks where only rows and cells are allowed. A browser moves them before the table; mending
  /// puts them into a cell.
  void leave_structure() {
    if (top() == Tag::colgroup) pop();
    if (mode_ == Mode::exact) {
      given_up_ = true;
      return;
    }
    if (top() == Tag::table) push_implied(Tag::tbody);
    if (is_table_section(top())) push_implied(Tag::tr);
    push_implied(Tag::td);
  }

  void start_table_part(const Token& token) {
    const auto tag = token.tag;
    leave_cell_for_part();
    if (!is_structure(top())) return;  // outside of any table
    if (top() == Tag::colgroup) {
      if (tag == Tag::col) {
        insert(token);
        return;
      }
      pop();
    }
    if (is_cell(tag)) {
      if (top() == Tag::table) push_implied(Tag::tbody);
      if (is_table_section(top())) push_implied(Tag::tr);
    } else if (tag == Tag::tr) {
      if (top() == Tag::tr) pop();
      if (top() == Tag::table) push_implied(Tag::tbody);
    } else {
      while (top() != Tag::table) pop();
    }
    if (tag == Tag::col) {
      push_implied(Tag::colgroup);
      insert(token);
    } else if (push(token) && (is_cell(tag) || tag == Tag::caption)) {
      formatting_.push_back({});
    }
  }

  /// A new part of the table ends the open cell or caption.
  void leave_cell_for_part() {
    if (is_structure(top())) return;
    for (auto i = open_.size(); i-- > 0;) {
      if (is_cell(open_[i].tag) || open_[i].tag == Tag::caption) {
        pop_to_size(i);
        clear_to_marker();
        return;
      }
      if (open_[i].tag == Tag::table) return;
    }
  }

  void end_table_part(Tag tag) {
    const auto at = find_open(tag, [](Tag t) { return t == Tag::table; });
    if (at == npos) return;
    const auto outer = find_open(Tag::table, [](Tag) { return false; });
    if (outer == npos || (at < outer && tag != Tag::table)) return;
    if (tag == Tag::caption || is_cell(tag)) {
      // Of the innermost table; leaves a cell's text too.
      pop_to_size(at);
      clear_to_marker();
      return;
    }
    if (is_inside_cell(at) && !is_structure(top())) leave_cell_for_part();
    pop_to_size(at);
  }

  [[nodiscard]] bool is_inside_cell(std::size_t below) const {
    return std::any_of(open_.begin() + static_cast<std::ptrdiff_t>(below), open_.end(),
                       [](const Open& open) { return is_cell(open.tag) || open.tag == Tag::caption; });
  }

  /// A table that begins where only rows are allowed ends the previous one.
  void end_table() {
    while (top() != Tag::table) pop();
    pop();
  }

  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

  const TokenList& list_;
  Mode mode_;
  bool given_up_ = false;
  Tree tree_;
  std::vector<Open> open_;
  std::vector<Formatting> formatting_;
  std::array<std::size_t, static_cast<std::size_t>(Tag::count)> flattened_{};
  std::size_t spent_ = 0;
  std::size_t budget_ = 0;
  bool after_pre_ = false;  ///< a directly following line end is dropped
};

}  // namespace

std::optional<Tree> build_exactly(const TokenList& list) {
  Builder builder{list, Builder::Mode::exact};
  if (!builder.run()) return std::nullopt;
  return builder.take();
}

Tree build_mending(const TokenList& list) {
  Builder builder{list, Builder::Mode::mending};
  builder.run();
  return builder.take();
}

}  // namespace tidings::post
