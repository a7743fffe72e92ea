#include "post/kept_block.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "post/html_escape.hpp"

namespace tidings::post {
namespace {

constexpr std::size_t short_rows = 8;
constexpr std::size_t short_columns = 5;
constexpr std::size_t short_table_bytes = 400;
constexpr std::size_t short_code_lines = 12;
constexpr std::size_t short_code_bytes = 700;

void collect_text(const Tree& tree, const Node& node, std::string& out) {
  for (auto child = node.first_child; child != 0; child = tree[child].next) {
    const auto& inner = tree[child];
    if (inner.tag == Tag::text) {
      out += inner.text;
    } else if (inner.tag == Tag::br) {
      out += '\n';
    } else {
      collect_text(tree, inner, out);
      if (is_block(inner.tag) || inner.tag == Tag::td || inner.tag == Tag::th) out += ' ';
    }
  }
}

struct TableShape {
  std::size_t rows = 0;
  std::size_t columns = 0;
  bool is_plain = true;  ///< words only: no table, picture or block of several in a cell
  const Node* head = nullptr;
  const Node* caption = nullptr;
};

void measure_cell(const Tree& tree, const Node& node, TableShape& shape) {
  for (auto child = node.first_child; child != 0; child = tree[child].next) {
    const auto& inner = tree[child];
    const bool fits = inner.tag == Tag::text || inner.tag == Tag::br || inner.tag == Tag::span ||
                      inner.tag == Tag::p || is_inline_kept(inner.tag);
    shape.is_plain = shape.is_plain && fits;
    measure_cell(tree, inner, shape);
  }
}

void measure_table(const Tree& tree, const Node& node, TableShape& shape) {
  for (auto child = node.first_child; child != 0; child = tree[child].next) {
    const auto& part = tree[child];
    if (part.tag == Tag::caption) shape.caption = &part;
    if (part.tag == Tag::thead || part.tag == Tag::tbody || part.tag == Tag::tfoot)
      measure_table(tree, part, shape);
    if (part.tag != Tag::tr) continue;
    if (shape.head == nullptr) shape.head = &part;
    ++shape.rows;
    std::size_t cells = 0;
    for (auto cell = part.first_child; cell != 0; cell = tree[cell].next) {
      if (tree[cell].tag != Tag::td && tree[cell].tag != Tag::th) continue;
      ++cells;
      measure_cell(tree, tree[cell], shape);
    }
    shape.columns = std::max(shape.columns, cells);
  }
}

TableShape shape_of(const Tree& tree, const Node& table) {
  TableShape shape;
  measure_table(tree, table, shape);
  return shape;
}

void write_table_part(const Tree& tree, const Node& node, std::string& out) {
  if (node.tag == Tag::text) {
    append_text(out, node.text);
    return;
  }
  const bool kept = node.tag == Tag::table || node.tag == Tag::caption || node.tag == Tag::thead ||
                    node.tag == Tag::tbody || node.tag == Tag::tfoot || node.tag == Tag::tr ||
                    node.tag == Tag::td || node.tag == Tag::th || node.tag == Tag::br ||
                    is_inline_kept(node.tag);
  if (kept) {
    out.append("<").append(name_of(node.tag));
    for (const auto attribute : {Attr::href, Attr::colspan, Attr::rowspan, Attr::scope}) {
      const auto* value = node.find(attribute);
      if (value == nullptr) continue;
      out.append(" ").append(name_of(attribute)).append("=\"");
      append_attribute(out, *value);
      out += '"';
    }
    out += '>';
  }
  for (auto child = node.first_child; child != 0; child = tree[child].next)
    write_table_part(tree, tree[child], out);
  if (kept && !is_void(node.tag)) out.append("</").append(name_of(node.tag)).append(">");
}

}  // namespace

bool is_inline_kept(Tag tag) {
  switch (tag) {
    case Tag::a:
    case Tag::abbr:
    case Tag::acronym:
    case Tag::b:
    case Tag::bdi:
    case Tag::cite:
    case Tag::code:
    case Tag::del:
    case Tag::em:
    case Tag::i:
    case Tag::ins:
    case Tag::kbd:
    case Tag::mark:
    case Tag::q:
    case Tag::s:
    case Tag::small:
    case Tag::strong:
    case Tag::sub:
    case Tag::sup:
    case Tag::u: return true;
    default: return false;
  }
}

std::string words_of(const Tree& tree, const Node& node) {
  std::string text;
  collect_text(tree, node, text);
  return collapse_blanks(text);
}

std::string code_of(const Tree& tree, const Node& node) {
  std::string code;
  collect_text(tree, node, code);
  const auto last = code.find_last_not_of(" \t\n");
  if (last == std::string::npos) return {};
  code.resize(last + 1);
  const auto first = code.find_first_not_of('\n');
  return code.substr(first);
}

std::string first_line(const std::string& code) {
  const auto line = trim(std::string_view{code}.substr(0, code.find('\n')));
  return std::string{truncate_utf8(line, 80)};
}

bool is_short_code(const std::string& code) {
  return code.size() <= short_code_bytes &&
         static_cast<std::size_t>(std::ranges::count(code, '\n')) < short_code_lines;
}

std::string whole_code(const std::string& code) {
  std::string out = "<pre>";
  append_text(out, code);
  return out + "</pre>";
}

bool is_data(const Tree& tree, const Node& table) {
  const auto shape = shape_of(tree, table);
  return shape.is_plain && shape.rows > 1 && shape.columns > 1;
}

bool is_short_table(const Tree& tree, const Node& table) {
  const auto shape = shape_of(tree, table);
  return shape.rows <= short_rows && shape.columns <= short_columns &&
         words_of(tree, table).size() <= short_table_bytes;
}

std::string name_of_table(const Tree& tree, const Node& table) {
  const auto shape = shape_of(tree, table);
  if (shape.caption != nullptr) return words_of(tree, *shape.caption);
  std::vector<std::string> cells;
  for (auto cell = shape.head == nullptr ? 0 : shape.head->first_child; cell != 0; cell = tree[cell].next) {
    if (auto words = words_of(tree, tree[cell]); !words.empty()) cells.push_back(std::move(words));
  }
  return "\u25A6 " + std::string{truncate_utf8(join(cells, " \u00B7 "), 120)};
}

std::string whole_table(const Tree& tree, const Node& table) {
  std::string out;
  write_table_part(tree, table, out);
  return out;
}

}  // namespace tidings::post
