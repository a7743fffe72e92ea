#include "edition/text_forms.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/url.hpp"
#include "edition/xhtml.hpp"
#include "post/html_tree.hpp"

namespace tidings::edition {
namespace {

using post::Attr;
using post::Node;
using post::Tag;
using post::Tree;

using Run = std::vector<const Node*>;  ///< text and inline elements that stand together

/// Elements that become blocks of their own; what else is a block only holds such.
bool is_own_block(Tag tag) {
  switch (tag) {
    case Tag::p:
    case Tag::h1:
    case Tag::h2:
    case Tag::h3:
    case Tag::h4:
    case Tag::h5:
    case Tag::h6:
    case Tag::ul:
    case Tag::menu:
    case Tag::ol:
    case Tag::pre:
    case Tag::blockquote:
    case Tag::table:
    case Tag::hr: return true;
    default: return false;
  }
}

bool has_block(const Tree& tree, const Node& node) {
  for (auto child = node.first_child; child != 0; child = tree[child].next) {
    if (post::is_block(tree[child].tag) || has_block(tree, tree[child])) return true;
  }
  return false;
}

/// The content of `node` in order: runs to `on_run`, own blocks to `on_block`.
template <class OnRun, class OnBlock>
void for_each_block(const Tree& tree, const Node& node, const OnRun& on_run, const OnBlock& on_block) {
  Run run;
  const auto flush = [&] {
    if (!run.empty()) on_run(run);
    run.clear();
  };
  for (auto child = node.first_child; child != 0; child = tree[child].next) {
    const auto& each = tree[child];
    const bool holds_blocks = post::is_block(each.tag) || has_block(tree, each);
    if (!holds_blocks) {
      run.push_back(&each);
      continue;
    }
    flush();
    if (is_own_block(each.tag)) {
      on_block(each);
    } else {
      for_each_block(tree, each, on_run, on_block);
    }
  }
  flush();
}

Run children_of(const Tree& tree, const Node& node) {
  Run run;
  for (auto child = node.first_child; child != 0; child = tree[child].next) run.push_back(&tree[child]);
  return run;
}

void gather_rows(const Tree& tree, const Node& node, std::vector<const Node*>& rows) {
  for (auto child = node.first_child; child != 0; child = tree[child].next) {
    const auto& each = tree[child];
    if (each.tag == Tag::tr) rows.push_back(&each);
    if (each.tag == Tag::thead || each.tag == Tag::tbody || each.tag == Tag::tfoot)
      gather_rows(tree, each, rows);
  }
}

std::string raw_text(const Tree& tree, const Node& node) {
  if (node.tag == Tag::text) return node.text;
  if (node.tag == Tag::br) return "\n";
  std::string out;
  for (auto child = node.first_child; child != 0; child = tree[child].next)
    out += raw_text(tree, tree[child]);
  return out;
}

std::string value_of(const Node& node, Attr name) {
  const auto* value = node.find(name);
  return value == nullptr ? std::string{} : *value;
}

std::string indented(const std::string& text, std::string_view first, std::string_view rest) {
  std::string out;
  bool begins = true;
  for (const auto line : split(text, '\n')) {
    if (!begins) out += '\n';
    const auto prefix = begins ? first : rest;
    out += line.empty() ? trim(prefix).empty() ? std::string_view{} : trim(prefix) : prefix;
    out += line;
    begins = false;
  }
  return out;
}

std::string joined(const std::vector<std::string>& blocks, std::string_view between) {
  return join(blocks, between);
}

// ---- Markdown
// -------------------------------------------------------------------------------------------------------

class MarkdownWriter {
 public:
  explicit MarkdownWriter(const Tree& tree) : tree_(tree) {}

  std::string run() { return flow(tree_[0], "\n\n"); }

 private:
  std::string flow(const Node& node, std::string_view between) {
    std::vector<std::string> blocks;
    const auto add = [&](std::string block) {
      if (!block.empty()) blocks.push_back(std::move(block));
    };
    for_each_block(
        tree_, node, [&](const Run& run) { add(paragraph(run)); },
        [&](const Node& each) { add(block(each)); });
    return joined(blocks, between);
  }

  std::string block(const Node& node) {
    switch (node.tag) {
      case Tag::hr: return "---";
      case Tag::pre: return fenced(raw_text(tree_, node));
      case Tag::blockquote: {
        const auto inside = flow(node, "\n\n");
        return inside.empty() ? inside : indented(inside, "> ", "> ");
      }
      case Tag::ul:
      case Tag::menu:
      case Tag::ol: return list(node);
      case Tag::table: return table(node);
      case Tag::p: return has_block(tree_, node) ? flow(node, "\n\n") : paragraph(children_of(tree_, node));
      default: {
        const auto text = one_line(inline_text(children_of(tree_, node)));
        const auto rank = static_cast<std::size_t>(node.tag) - static_cast<std::size_t>(Tag::h1) + 1;
        return text.empty() ? text : std::string(rank, '#') + " " + text;
      }
    }
  }

  static std::string fenced(std::string code) {
    while (code.ends_with('\n')) code.pop_back();
    if (trim(code).empty()) return {};
    std::string fence = "```";
    while (code.find(fence) != std::string::npos) fence += '`';
    return fence + "\n" + code + "\n" + fence;
  }

  std::string list(const Node& node) {
    std::vector<std::string> items;
    bool loose = false;
    const auto numbers = node.tag == Tag::ol ? post::item_numbers(tree_, node) : std::vector<int>{};
    std::size_t index = 0;
    for (auto child = node.first_child; child != 0; child = tree_[child].next) {
      if (tree_[child].tag != Tag::li) continue;
      const auto number = index < numbers.size() ? std::max(0, numbers[index]) : 0;
      ++index;
      const auto inside = flow(tree_[child], "\n\n");
      if (inside.empty()) continue;
      loose = loose || inside.find("\n\n") != std::string::npos;
      const auto mark = node.tag == Tag::ol ? fmt::format("{}. ", number) : std::string{"- "};
      items.push_back(indented(inside, mark, std::string(mark.size(), ' ')));
    }
    return joined(items, loose ? "\n\n" : "\n");
  }

  std::string table(const Node& node) {
    std::vector<const Node*> rows;
    gather_rows(tree_, node, rows);
    std::vector<std::vector<std::string>> cells;
    std::size_t columns = 0;
    for (const auto* row : rows) {
      auto& line = cells.emplace_back();
      for (auto child = row->first_child; child != 0; child = tree_[child].next) {
        if (tree_[child].tag != Tag::td && tree_[child].tag != Tag::th) continue;
        line.push_back(replace_all(one_line(inline_text(children_of(tree_, tree_[child]))), "|", "\\|"));
      }
      columns = std::max(columns, line.size());
    }
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      cells[i].resize(columns);
      out += (i == 0 ? "| " : "\n| ") + join(cells[i], " | ") + " |";
      if (i > 0) continue;
      out += "\n|";
      for (std::size_t column = 0; column < columns; ++column) out += " --- |";
    }
    return out;
  }

  std::string paragraph(const Run& run) {
    std::vector<std::string> lines;
    const auto whole = inline_text(run);
    for (const auto line : split(whole, '\n')) {
      if (const auto text = trim(line); !text.empty()) lines.push_back(at_line_start(std::string{text}));
    }
    return join(lines, "\\\n");
  }

  /// What would begin a block of another kind.
  static std::string at_line_start(std::string line) {
    const char first = line.front();
    if (first == '#' || first == '+' || first == '-' || first == '>' || first == '=' || first == '~' ||
        first == '|')
      return "\\" + line;
    const auto digits = line.find_first_not_of("0123456789");
    if (digits > 0 && digits < 10 && digits != std::string::npos &&
        (line[digits] == '.' || line[digits] == ')'))
      line.insert(digits, "\\");
    return line;
  }

  static std::string one_line(const std::string& text) { return collapse_blanks(text); }

  std::string inline_text(const Run& run) {
    std::string out;
    for (const auto* node : run) append(*node, out);
    return out;
  }

  void append(const Node& node, std::string& out) {
    switch (node.tag) {
      case Tag::text: return append_text(node.text, out);
      case Tag::br: out += '\n'; return;
      case Tag::img: return append_image(node, out);
      case Tag::a: return append_link(node, out);
      case Tag::strong:
      case Tag::b: return append_marked(node, "**", out);
      case Tag::em:
      case Tag::i: return append_marked(node, "*", out);
      case Tag::del:
      case Tag::s:
      case Tag::strike: return append_marked(node, "~~", out);
      case Tag::code:
      case Tag::tt:
      case Tag::kbd:
      case Tag::samp: return append_code(node, out);
      case Tag::q: out += "\u201C" + inline_text(children_of(tree_, node)) + "\u201D"; return;
      case Tag::rp: return;
      case Tag::rt: out += "(" + inline_text(children_of(tree_, node)) + ")"; return;
      default:
        if (post::is_block(node.tag) && !out.empty()) out += ' ';
        out += inline_text(children_of(tree_, node));
        if (post::is_block(node.tag)) out += ' ';
    }
  }

  static void append_text(std::string_view text, std::string& out) {
    for (const char c : text) {
      if (c == '\n' || c == '\t') {
        out += ' ';
        continue;
      }
      if (std::string_view{"\\`*_[]<&"}.find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }

  /// Marks touch their text, so blanks go outside.
  void append_marked(const Node& node, std::string_view mark, std::string& out) {
    const auto inside = inline_text(children_of(tree_, node));
    const auto text = trim(inside);
    if (text.empty() || text.find('\n') != std::string_view::npos) {
      out += inside;
      return;
    }
    const auto before = static_cast<std::size_t>(text.data() - inside.data());
    out += inside.substr(0, before);
    out += mark;
    out += text;
    out += mark;
    out += inside.substr(before + text.size());
  }

  void append_code(const Node& node, std::string& out) {
    const auto code = collapse_blanks(raw_text(tree_, node));
    if (code.empty()) return;
    std::string mark = "`";
    while (code.find(mark) != std::string::npos) mark += '`';
    const bool touches = code.front() == '`' || code.back() == '`';
    out += mark + (touches ? " " : "") + code + (touches ? " " : "") + mark;
  }

  static std::string target(const std::string& url) {
    return replace_all(replace_all(valid_uri(url), "(", "%28"), ")", "%29");
  }

  void append_link(const Node& node, std::string& out) {
    const auto text = inline_text(children_of(tree_, node));
    const auto url = target(value_of(node, Attr::href));
    const auto label = collapse_blanks(text);
    if (url.empty() || label.empty()) {
      out += text;
      return;
    }
    out += fmt::format("[{}]({})", label, url);
  }

  static void append_image(const Node& node, std::string& out) {
    std::string alt;
    append_text(collapse_blanks(value_of(node, Attr::alt)), alt);
    const auto url = target(value_of(node, Attr::src));
    if (url.empty()) {
      out += alt;
    } else {
      out += fmt::format("![{}]({})", alt, url);
    }
  }

  const Tree& tree_;
};

// ---- gemtext
// --------------------------------------------------------------------------------------------------------

class GemtextWriter {
 public:
  explicit GemtextWriter(const Tree& tree) : tree_(tree) {}

  std::string run() {
    flow(tree_[0], "");
    return joined(blocks_, "\n\n");
  }

 private:
  void flow(const Node& node, std::string_view prefix) {
    for_each_block(
        tree_, node, [&](const Run& run) { lines(run, prefix); },
        [&](const Node& each) { block(each, prefix); });
  }

  void block(const Node& node, std::string_view prefix) {
    switch (node.tag) {
      case Tag::hr: return;
      case Tag::pre: {
        auto code = raw_text(tree_, node);
        while (code.ends_with('\n')) code.pop_back();
        // A line of the code that would end it.
        if (!trim(code).empty()) blocks_.push_back("```\n" + replace_all(code, "\n```", "\n ```") + "\n```");
        return;
      }
      case Tag::blockquote: return flow(node, "> ");
      case Tag::ul:
      case Tag::menu:
      case Tag::ol: return list(node, prefix);
      case Tag::table: return table(node);
      case Tag::p:
        return has_block(tree_, node) ? flow(node, prefix) : lines(children_of(tree_, node), prefix);
      default: {
        const auto rank = static_cast<std::size_t>(node.tag) - static_cast<std::size_t>(Tag::h1) + 1;
        lines(children_of(tree_, node), std::string(std::min<std::size_t>(rank, 3), '#') + " ");
      }
    }
  }

  /// Gemtext lists do not nest and hold a line an item.
  void list(const Node& node, std::string_view prefix) {
    const auto numbers = node.tag == Tag::ol ? post::item_numbers(tree_, node) : std::vector<int>{};
    std::string out;
    links_.clear();
    std::size_t index = 0;
    for (auto child = node.first_child; child != 0; child = tree_[child].next) {
      if (tree_[child].tag != Tag::li) continue;
      const auto number = index < numbers.size() ? fmt::format("{}. ", numbers[index]) : std::string{};
      ++index;
      const auto text = collapse_blanks(text_of(children_of(tree_, tree_[child])));
      if (!text.empty())
        out += fmt::format("{}{}{}{}", out.empty() ? "" : "\n", prefix.empty() ? "* " : prefix, number, text);
    }
    put(std::move(out));
  }

  void table(const Node& node) {
    std::vector<const Node*> rows;
    gather_rows(tree_, node, rows);
    std::string out;
    links_.clear();
    for (const auto* row : rows) {
      std::vector<std::string> cells;
      for (auto child = row->first_child; child != 0; child = tree_[child].next) {
        if (tree_[child].tag == Tag::td || tree_[child].tag == Tag::th)
          cells.push_back(collapse_blanks(text_of(children_of(tree_, tree_[child]))));
      }
      if (!cells.empty()) out += (out.empty() ? "" : "\n") + join(cells, " | ");
    }
    if (!out.empty()) out = "```\n" + replace_all(out, "\n```", "\n ```") + "\n```";
    put(std::move(out));
  }

  void lines(const Run& run, std::string_view prefix) {
    links_.clear();
    std::string out;
    const auto whole = text_of(run);
    for (const auto line : split(whole, '\n')) {
      const auto text = collapse_blanks(line);
      if (!text.empty())
        out += fmt::format("{}{}{}", out.empty() ? "" : "\n", prefix, prefix.empty() ? harmless(text) : text);
    }
    put(std::move(out));
  }

  /// A line of text that would be read as another kind.
  static std::string harmless(const std::string& text) {
    for (const std::string_view mark : {"#", "* ", ">", "=>", "```"}) {
      if (text.starts_with(mark)) return "\u200B" + text;
    }
    return text;
  }

  void put(std::string text) {
    // A paragraph that is nothing but one link is that link.
    if (links_.size() == 1 && text == links_.front().second) text.clear();
    for (const auto& [url, label] : links_)
      text += fmt::format("{}=> {} {}", text.empty() ? "" : "\n", url, label);
    if (!text.empty()) blocks_.push_back(std::move(text));
    links_.clear();
  }

  std::string text_of(const Run& run) {
    std::string out;
    for (const auto* node : run) append(*node, out);
    return out;
  }

  void append(const Node& node, std::string& out) {
    if (node.tag == Tag::text) {
      out += replace_all(node.text, "\n", " ");
    } else if (node.tag == Tag::br) {
      out += '\n';
    } else if (node.tag == Tag::img) {
      const auto alt = collapse_blanks(value_of(node, Attr::alt));
      const auto url = valid_uri(value_of(node, Attr::src));
      if (!url.empty() && !alt.empty()) add_link(url, alt);
      if (url.empty() && !alt.empty()) out += "[" + alt + "]";
    } else if (node.tag == Tag::q) {
      out += "\u201C" + text_of(children_of(tree_, node)) + "\u201D";
    } else if (node.tag == Tag::rt) {
      out += "(" + text_of(children_of(tree_, node)) + ")";
    } else if (node.tag == Tag::a) {
      const auto text = text_of(children_of(tree_, node));
      const auto url = valid_uri(value_of(node, Attr::href));
      if (!url.empty() && !trim(text).empty()) add_link(url, collapse_blanks(text));
      out += text;
    } else if (node.tag != Tag::rp) {
      const bool apart = post::is_block(node.tag);
      out += (apart ? " " : "") + text_of(children_of(tree_, node)) + (apart ? " " : "");
    }
  }

  void add_link(const std::string& url, const std::string& label) {
    const auto same = [&](const auto& each) { return each.first == url; };
    if (std::ranges::none_of(links_, same)) links_.emplace_back(url, label);
  }

  const Tree& tree_;
  std::vector<std::string> blocks_;
  std::vector<std::pair<std::string, std::string>> links_;  ///< of the block being written
};

template <class Write>
std::string all_chapters(const Document& document, const Write& write) {
  std::vector<std::string> parts;
  for (const auto& chapter : document.chapters) {
    if (auto text = write(chapter.html); !text.empty()) parts.push_back(std::move(text));
  }
  return join(parts, "\n\n") + "\n";
}

}  // namespace

std::string to_markdown(std::string_view html) {
  const auto tree = post::parse_html_mending(html);
  return MarkdownWriter{tree}.run();
}

std::string to_gemtext(std::string_view html) {
  const auto tree = post::parse_html_mending(html);
  return GemtextWriter{tree}.run();
}

std::string make_markdown(const Document& document) { return all_chapters(document, to_markdown); }

std::string make_gemtext(const Document& document) { return all_chapters(document, to_gemtext); }

}  // namespace tidings::edition
