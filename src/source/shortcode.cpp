#include "source/shortcode.hpp"

#include <algorithm>
#include <cstddef>

#include "base/text.hpp"

namespace tidings::source {
namespace {

constexpr auto none = std::string_view::npos;
constexpr std::size_t longest_tag = 4000;

/// A tag at the beginning of a text.
struct Tag {
  std::size_t length = 0;  ///< with its brackets; 0: no tag
  std::string_view open;
  std::string_view close;
  std::string_view inside;
  [[nodiscard]] std::string_view name() const {
    return inside.substr(0, std::min(inside.find_first_of(" \t\n|"), inside.size()));
  }
};

Tag tag_at(std::string_view text) {
  struct Kind {
    std::string_view open;
    std::string_view close;
  };
  for (const auto& [open, close] :
       {Kind{"{{<", ">}}"}, Kind{"{{%", "%}}"}, Kind{"{%", "%}"}, Kind{"{{", "}}"}}) {
    if (!text.starts_with(open)) continue;
    const auto end = text.substr(0, longest_tag).find(close, open.size());
    if (end == none) return {};
    auto inside = text.substr(open.size(), end - open.size());
    if (inside.starts_with('-'))
      inside.remove_prefix(1);  // Liquid's and Hugo's mark to remove white space too
    if (inside.ends_with('-')) inside.remove_suffix(1);
    return {.length = end + close.size(), .open = open, .close = close, .inside = trim(inside)};
  }
  return {};
}

/// The beginning and end of the Liquid tag {% name %}; npos if there is none.
struct Place {
  std::size_t begin = none;
  std::size_t end = none;
};

Place find_tag(std::string_view text, std::string_view name) {
  for (auto at = text.find("{%"); at != none; at = text.find("{%", at + 2)) {
    const auto tag = tag_at(text.substr(at));
    if (tag.length != 0 && tag.name() == name) return {.begin = at, .end = at + tag.length};
  }
  return {};
}

class Stripper {
 public:
  explicit Stripper(std::string_view text) : text_(text) {}

  WithoutShortcodes run() {
    while (at_ < text_.size()) {
      if (at_line_start() && code_line()) continue;
      const char c = text_[at_];
      if (c == '`' && code_span()) continue;
      if (c == '{' && tag()) continue;
      out_.text += c;
      ++at_;
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool at_line_start() const { return at_ == 0 || text_[at_ - 1] == '\n'; }
  [[nodiscard]] std::string_view line() const {
    return text_.substr(at_, std::min(text_.find('\n', at_), text_.size()) - at_);
  }

  void copy(std::size_t length) {
    length = std::min(length, text_.size() - at_);
    out_.text.append(text_, at_, length);
    at_ += length;
  }

  /// Copies a line of a code block unchanged.
  bool code_line() {
    const auto here = line();
    const auto content = trim(here);
    if (!fence_.empty()) {
      const bool closes = content.starts_with(fence_) && content.find_first_not_of(fence_.front()) == none;
      if (closes) fence_.clear();
      copy(here.size() + 1);
      return true;
    }
    for (const char mark : {'`', '~'}) {
      const auto run = std::min(content.find_first_not_of(mark), content.size());
      if (run < 3 || (mark == '`' && content.find('`', run) != none)) continue;
      fence_.assign(run, mark);
      copy(here.size() + 1);
      return true;
    }
    const bool indented = here.starts_with("    ") || here.starts_with('\t');
    const bool is_code = indented && !content.empty() && after_blank_;
    after_blank_ = content.empty() || is_code;
    if (is_code) copy(here.size() + 1);
    return is_code;
  }

  /// From a run of backticks to the next run of the same length, within the paragraph.
  bool code_span() {
    const auto length = std::min(text_.find_first_not_of('`', at_), text_.size()) - at_;
    const auto paragraph = text_.substr(at_, std::min(text_.find("\n\n", at_), text_.size()) - at_);
    for (auto close = paragraph.find('`', length); close != none;) {
      const auto end = std::min(paragraph.find_first_not_of('`', close), paragraph.size());
      if (end - close == length) {
        copy(end);
        return true;
      }
      close = paragraph.find('`', end);
    }
    copy(length);
    return true;
  }

  bool tag() {
    const auto found = tag_at(text_.substr(at_));
    if (found.length == 0) return false;
    if (found.inside.starts_with("/*") &&
        found.inside.ends_with("*/")) {  // Hugo's way of showing a shortcode
      const auto shown = trim(found.inside.substr(2, std::max<std::size_t>(found.inside.size(), 4) - 4));
      out_.text.append(found.open).append(" ").append(shown).append(" ").append(found.close);
      at_ += found.length;
      return true;
    }
    at_ += found.length;
    if (found.open == "{%") return liquid(found);
    note(found, found.open == "{{" ? std::string_view{} : found.name());
    return true;
  }

  /// The place of {% endNAME %} in the rest. A tag without an end is searched for once.
  Place closing(std::string_view name) {
    if (std::ranges::find(never_end_, name) != never_end_.end()) return {};
    const auto found = find_tag(text_.substr(at_), "end" + std::string{name});
    if (found.begin == none) never_end_.push_back(name);
    return found;
  }

  bool liquid(const Tag& opening) {
    const auto name = opening.name();
    const auto rest = text_.substr(at_);
    if (name == "raw" || name == "comment") {
      const auto end = closing(name);
      if (end.begin != none) {
        if (name == "raw") out_.text.append(rest.substr(0, end.begin));
        at_ += end.end;
        return true;
      }
    }
    if (name == "highlight") {
      const auto end = closing(name);
      if (end.begin != none) {
        const auto code = rest.substr(0, end.begin);
        const bool has_break = code.starts_with('\n');
        out_.text.append("\n~~~~~\n")
            .append(has_break ? code.substr(1) : code)
            .append(code.ends_with('\n') ? "" : "\n")
            .append("~~~~~\n");
        at_ += end.end;
        return true;
      }
    }
    note(opening, name);
    return true;
  }

  /// Closing tags are reported by their opening ones.
  void note(const Tag& tag, std::string_view name) {
    if (name.starts_with('/') || (tag.open == "{%" && name.starts_with("end"))) return;
    auto shown = std::string{tag.open} + " " +
                 std::string{truncate_utf8(name.empty() ? tag.inside : name, 40)} + " " +
                 std::string{tag.close};
    shown = collapse_blanks(shown);
    if (std::ranges::find(out_.names, shown) == out_.names.end()) out_.names.push_back(std::move(shown));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  WithoutShortcodes out_;
  std::string fence_;
  std::vector<std::string_view> never_end_;
  bool after_blank_ = true;
};

}  // namespace

WithoutShortcodes without_shortcodes(std::string_view markdown) {
  if (markdown.find("{{") == none && markdown.find("{%") == none)
    return {.text = std::string{markdown}, .names = {}};
  return Stripper{markdown}.run();
}

}  // namespace tidings::source
