#include "post/plain_text.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/text_lines.hpp"
#include "post/html_tree.hpp"

namespace tidings::post {
namespace {

constexpr int least_width = 20;  ///< inside deep quotes and lists, lines get longer rather than narrower
constexpr std::string_view no_break = "\xC2\xA0";

/// What Unicode raises and lowers, in the same order.
constexpr std::string_view raisable = "0123456789+-()n";
constexpr std::u32string_view superscripts = U"⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ";
constexpr std::u32string_view subscripts = U"₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₙ";

/// Text between two blocks: white space collapsed as it comes, "\n" for <br>.
class Inline {
 public:
  void add(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      const auto from = at;
      const auto c = next_code_point(text, at);
      if (c == ' ' || c == '\n' || c == '\t' || c == '\f') {
        pending_blank_ = true;
        pending_line_end_ = pending_line_end_ || c == '\n';
        continue;
      }
      put_blank(c);
      text_.append(text, from, at - from);
      last_ = c;
    }
  }

  /// Attached to the preceding text: a mark of ours, such as [1].
  void add_mark(std::string_view mark) {
    if (!text_.empty() && text_.back() != '\n') text_ += no_break;
    text_ += mark;
    last_ = ']';
  }

  void line_break() {
    pending_blank_ = pending_line_end_ = false;
    text_ += '\n';
    last_ = '\n';
  }

  [[nodiscard]] std::size_t size() const { return text_.size(); }
  [[nodiscard]] std::string_view since(std::size_t from) const {
    return std::string_view{text_}.substr(std::min(from, text_.size()));
  }

  std::string take() {
    while (text_.ends_with('\n')) text_.pop_back();
    const auto first = text_.find_first_not_of('\n');
    auto out = first == std::string::npos ? std::string{} : text_.substr(first);
    *this = {};
    return out;
  }

 private:
  void put_blank(char32_t next) {
    // A line end inside Chinese or Japanese text means nothing.
    const bool joins = pending_line_end_ && is_unspaced(last_) && is_unspaced(next);
    if (pending_blank_ && !joins && !text_.empty() && text_.back() != '\n') text_ += ' ';
    pending_blank_ = pending_line_end_ = false;
  }

  std::string text_;
  char32_t last_ = ' ';
  bool pending_blank_ = false;
  bool pending_line_end_ = false;
};

/// The prefix of each line of a block; `first` only of its first line.
struct Prefix {
  std::string first;
  std::string rest;
  bool used = false;
};

class TextWriter {
 public:
  TextWriter(const Tree& tree, const TextOptions& options)
      : tree_(tree), options_(options), next_number_(options.first_number) {}

  std::string run() {
    children(tree_[0]);
    flush();
    if (!links_.empty()) {
      if (!out_.empty()) out_ += '\n';
      for (const auto& [number, url] : links_) out_ += fmt::format("[{}] {}\n", number, url);
    }
    return std::move(out_);
  }

 private:
  void children(const Node& node) {
    for (auto child = node.first_child; child != 0; child = tree_[child].next) write(tree_[child]);
  }

  void write(const Node& node) {
    switch (node.tag) {
      case Tag::text: inline_.add(node.text); break;
      case Tag::br: inline_.line_break(); break;
      case Tag::img: image(node); break;
      case Tag::a: link(node); break;
      case Tag::q:
        inline_.add("\u201C");
        children(node);
        inline_.add("\u201D");
        break;
      case Tag::hr: rule(); break;
      case Tag::pre: preformatted(node); break;
      case Tag::blockquote: indented(node, "> ", "> ", 2); break;
      case Tag::dd: indented(node, "    ", "    ", 1); break;
      case Tag::dt:
        leave_lines(1);
        children(node);
        leave_lines(1);
        break;
      case Tag::ul:
      case Tag::menu:
      case Tag::ol: list(node); break;
      case Tag::li: indented(node, "* ", "  ", 1); break;
      case Tag::table: table(node); break;
      case Tag::sup: raised(node, "^", superscripts); break;
      case Tag::sub: raised(node, "_", subscripts); break;
      case Tag::rp: break;
      case Tag::rt:
        inline_.add("(");
        children(node);
        inline_.add(")");
        break;
      case Tag::h1:
      case Tag::h2: heading(node); break;
      default:
        if (!is_block(node.tag)) {
          children(node);
          return;
        }
        leave_lines(2);
        children(node);
        leave_lines(2);
    }
  }

  // ---- inline
  // --------------------------------------------------------------------------------------------------------

  void image(const Node& node) {
    const auto* alt = node.find(Attr::alt);
    const auto text = alt == nullptr ? std::string{} : collapse_blanks(*alt);
    if (text.empty()) return;
    // Smileys are pictures of one character.
    const bool is_symbol =
        text.size() <= 8 && std::ranges::none_of(text, [](char c) { return c >= '0' && c <= 'z'; });
    inline_.add(is_symbol ? text : "[" + text + "]");
  }

  /// "m²", "H₂O"; where Unicode has no such sign, "x^a". A mark that leads to a note stays as it is.
  void raised(const Node& node, std::string_view mark, std::u32string_view signs) {
    std::string text;
    collect(node, text);
    const bool is_note = node.first_child != 0 && tree_[node.first_child].tag == Tag::a;
    if (is_note || text.empty() || text.size() > 6) {
      children(node);
      return;
    }
    std::string out;
    for (const char c : text) {
      const auto place = raisable.find(c);
      if (place == std::string_view::npos) {
        inline_.add(std::string{mark} + text);
        return;
      }
      append_utf8(out, signs[place]);
    }
    inline_.add(out);
  }

  void link(const Node& node) {
    const auto from = inline_.size();
    children(node);
    const auto* href = node.find(Attr::href);
    const auto text = trim(inline_.since(from));
    if (href == nullptr || options_.links == LinkStyle::none || text.empty()) return;
    // The text of some links is their address.
    const auto bare = [](std::string_view url) {
      for (const std::string_view prefix : {"mailto:", "https://", "http://", "www."}) {
        if (url.starts_with(prefix)) url.remove_prefix(prefix.size());
      }
      if (url.ends_with('/')) url.remove_suffix(1);
      return url;
    };
    if (bare(text) == bare(*href)) return;
    if (options_.links == LinkStyle::in_line) {
      inline_.add(fmt::format(" <{}>", *href));
      return;
    }
    const auto [it, fresh] = numbers_.try_emplace(*href, next_number_);
    if (fresh) links_.emplace_back(next_number_++, *href);
    inline_.add_mark(fmt::format("[{}]", it->second));
  }

  // ---- blocks
  // --------------------------------------------------------------------------------------------------------

  /// Ends the paragraph; at least `lines` line ends before what follows (2: a blank line).
  void leave_lines(int lines) {
    flush();
    gap_ = std::max(gap_, lines);
    shallow_ = std::min(shallow_, prefixes_.size());
  }

  [[nodiscard]] int room() const {
    if (options_.width <= 0) return 0;
    int used = 0;
    for (const auto& prefix : prefixes_) used += display_width(prefix.rest);
    return std::max(options_.width - used, std::min(options_.width, least_width));
  }

  void flush() {
    const auto text = inline_.take();
    if (trim(text).empty()) return;
    for (const auto& line : wrap_lines(text, room())) put_line(line);
  }

  void put_line(std::string_view line) {
    if (!out_.empty()) {
      for (int i = 1; i < gap_; ++i) {
        std::string blank;
        for (std::size_t p = 0; p < std::min(shallow_, prefixes_.size()); ++p) blank += prefixes_[p].rest;
        out_ += std::string{trim_end(blank)} + "\n";
      }
    }
    gap_ = 0;
    shallow_ = std::string::npos;
    std::string whole;
    for (auto& prefix : prefixes_) {
      whole += prefix.used ? prefix.rest : prefix.first;
      prefix.used = true;
    }
    whole += line;
    out_ += std::string{trim_end(whole)} + "\n";
  }

  static std::string_view trim_end(std::string_view text) {
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
  }

  void indented(const Node& node, std::string first, std::string rest, int lines) {
    leave_lines(lines);
    prefixes_.push_back({.first = std::move(first), .rest = std::move(rest)});
    children(node);
    flush();
    prefixes_.pop_back();
    shallow_ = std::min(shallow_, prefixes_.size());
    leave_lines(lines);
  }

  void heading(const Node& node) {
    leave_lines(2);
    children(node);
    const auto text = inline_.take();
    if (!trim(text).empty()) {
      int widest = 0;
      for (const auto& line : wrap_lines(text, room())) {
        put_line(line);
        widest = std::max(widest, display_width(line));
      }
      put_line(std::string(static_cast<std::size_t>(widest), node.tag == Tag::h1 ? '=' : '-'));
    }
    leave_lines(2);
  }

  void rule() {
    leave_lines(2);
    const int width = room();
    put_line(std::string(static_cast<std::size_t>(width == 0 ? 24 : std::min(width, 24)), '-'));
    leave_lines(2);
  }

  void list(const Node& node) {
    // A list inside an item continues it; a separate one is set off.
    const int lines = list_depth_ > 0 ? 1 : 2;
    leave_lines(lines);
    ++list_depth_;
    const bool ordered = node.tag == Tag::ol;
    const auto numbers = ordered ? item_numbers(tree_, node) : std::vector<int>{};
    std::size_t items = 0;
    for (auto child = node.first_child; child != 0; child = tree_[child].next) {
      const auto& item = tree_[child];
      if (item.tag != Tag::li || !ordered) {
        write(item);
        continue;
      }
      auto mark = fmt::format("{}. ", numbers[items++]);
      auto blanks = std::string(mark.size(), ' ');
      indented(item, std::move(mark), std::move(blanks), 1);
    }
    --list_depth_;
    leave_lines(lines);
  }

  void collect(const Node& node, std::string& out) const {
    for (auto child = node.first_child; child != 0; child = tree_[child].next) {
      const auto& inner = tree_[child];
      if (inner.tag == Tag::text) {
        out += inner.text;
      } else if (inner.tag == Tag::br) {
        out += '\n';
      } else {
        collect(inner, out);
      }
    }
  }

  void preformatted(const Node& node) {
    leave_lines(2);
    std::string code;
    collect(node, code);
    while (!code.empty() && (code.back() == '\n' || code.back() == ' ')) code.pop_back();
    while (code.starts_with('\n')) code.erase(0, 1);
    prefixes_.push_back({.first = "    ", .rest = "    "});
    if (!code.empty()) {
      for (const auto line : split(code, '\n'))
        put_line(replace_all(replace_all(line, "\t", "    "), no_break, " "));
    }
    prefixes_.pop_back();
    shallow_ = std::min(shallow_, prefixes_.size());
    leave_lines(2);
  }

  // ---- tables
  // --------------------------------------------------------------------------------------------------------

  struct Row {
    std::vector<const Node*> cells;
    bool is_head = false;
  };

  void collect_rows(const Node& node, std::vector<Row>& rows) const {
    for (auto child = node.first_child; child != 0; child = tree_[child].next) {
      const auto& part = tree_[child];
      if (part.tag == Tag::thead || part.tag == Tag::tbody || part.tag == Tag::tfoot)
        collect_rows(part, rows);
      if (part.tag != Tag::tr) continue;
      Row row;
      row.is_head = true;
      for (auto cell = part.first_child; cell != 0; cell = tree_[cell].next) {
        if (tree_[cell].tag != Tag::td && tree_[cell].tag != Tag::th) continue;
        row.cells.push_back(&tree_[cell]);
        row.is_head = row.is_head && tree_[cell].tag == Tag::th;
      }
      if (!row.cells.empty()) rows.push_back(std::move(row));
    }
  }

  /// Only text, at most one paragraph.
  [[nodiscard]] bool is_simple(const Node& cell) const {
    int blocks = 0;
    bool simple = true;
    for (auto child = cell.first_child; child != 0 && simple; child = tree_[child].next)
      simple = simple_part(tree_[child], blocks);
    return simple && blocks <= 1;
  }

  [[nodiscard]] bool simple_part(const Node& node, int& blocks) const {
    if (node.tag == Tag::br) return false;
    if (is_block(node.tag)) {
      ++blocks;
      if (node.tag != Tag::p && node.tag != Tag::div && node.tag != Tag::center) return false;
    }
    for (auto child = node.first_child; child != 0; child = tree_[child].next) {
      if (!simple_part(tree_[child], blocks)) return false;
    }
    return true;
  }

  void table(const Node& node) {
    leave_lines(2);
    for (auto child = node.first_child; child != 0; child = tree_[child].next) {
      if (tree_[child].tag == Tag::caption) write(tree_[child]);
    }
    leave_lines(1);
    std::vector<Row> rows;
    collect_rows(node, rows);
    const bool is_grid =
        std::ranges::any_of(rows, [](const Row& row) { return row.cells.size() > 1; }) &&
        std::ranges::all_of(rows, [&](const Row& row) {
          return std::ranges::all_of(row.cells, [&](const Node* cell) { return is_simple(*cell); });
        });
    if (is_grid) {
      grid(rows);
    } else {
      for (const auto& row : rows) {
        for (const auto* cell : row.cells) {
          leave_lines(2);
          children(*cell);
        }
      }
    }
    leave_lines(2);
  }

  void inline_children(const Node& node) {
    for (auto child = node.first_child; child != 0; child = tree_[child].next) {
      const auto& part = tree_[child];
      if (is_block(part.tag)) {
        inline_.add(" ");
        inline_children(part);
        inline_.add(" ");
      } else {
        write(part);
      }
    }
  }

  void grid(const std::vector<Row>& rows) {
    std::vector<std::vector<std::string>> texts;
    std::vector<int> widths;
    for (const auto& row : rows) {
      auto& line = texts.emplace_back();
      for (const auto* cell : row.cells) {
        inline_children(*cell);
        line.push_back(replace_all(inline_.take(), no_break, " "));
        if (widths.size() < line.size()) widths.push_back(0);
        widths[line.size() - 1] = std::max(widths[line.size() - 1], display_width(line.back()));
      }
    }
    int total = -2;
    for (const int width : widths) total += width + 2;
    const bool fits = options_.width <= 0 ? total <= 120 : total <= room();
    if (!fits) {
      items(texts, rows.front().is_head && rows.size() > 1);
      return;
    }
    for (std::size_t i = 0; i < texts.size(); ++i) {
      std::string line;
      for (std::size_t column = 0; column < texts[i].size(); ++column) {
        line += texts[i][column];
        const int pad = widths[column] - display_width(texts[i][column]) + 2;
        if (column + 1 < texts[i].size()) line.append(static_cast<std::size_t>(pad), ' ');
      }
      put_line(line);
      if (rows[i].is_head && i + 1 < texts.size())
        put_line(std::string(static_cast<std::size_t>(std::max(total, 1)), '-'));
    }
  }

  /// A table too wide for its columns: an item a row, its cells under the names of their columns.
  void items(const std::vector<std::vector<std::string>>& texts, bool has_head) {
    for (std::size_t i = has_head ? 1 : 0; i < texts.size(); ++i) {
      prefixes_.push_back({.first = "* ", .rest = "  "});
      for (std::size_t column = 0; column < texts[i].size(); ++column) {
        const auto& cell = texts[i][column];
        if (cell.empty()) continue;
        const bool named = has_head && column < texts[0].size() && !texts[0][column].empty();
        for (const auto& line : wrap_lines(named ? texts[0][column] + ": " + cell : cell, room()))
          put_line(line);
      }
      prefixes_.pop_back();
    }
  }

  const Tree& tree_;
  const TextOptions& options_;
  std::string out_;
  Inline inline_;
  std::vector<Prefix> prefixes_;
  int gap_ = 0;
  std::size_t shallow_ = std::string::npos;  ///< fewest prefixes since the last line, for a blank line
  int list_depth_ = 0;
  int next_number_;
  std::map<std::string, int> numbers_;
  std::vector<std::pair<int, std::string>> links_;
};

}  // namespace

std::string html_to_text(std::string_view html, const TextOptions& options) {
  const auto tree = parse_html(html, std::string_view::npos);
  return TextWriter{tree, options}.run();
}

}  // namespace tidings::post
