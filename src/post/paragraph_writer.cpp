#include <optional>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "post/html_escape.hpp"
#include "post/paragraph.hpp"

namespace tidings::post {
namespace {

void open_element(std::string& out, std::string_view name, const Paragraph& paragraph) {
  out.append("<").append(name);
  if (!paragraph.direction.empty()) {
    out += " dir=\"";
    append_attribute(out, paragraph.direction);
    out += '"';
  }
}

/// Lists and quotations around the paragraphs, opened and closed where they begin and end.
class Frames {
 public:
  explicit Frames(std::string& out) : out_(out) {}
  Frames(const Frames&) = delete;
  Frames& operator=(const Frames&) = delete;
  ~Frames() = default;

  /// Up to the tag that opens the paragraph or item.
  void to(const Paragraph& next) {
    std::size_t same = 0;
    while (quote_ == next.quote && same < lists_.size() && same < next.lists.size() &&
           lists_[same].id == next.lists[same])
      ++same;
    while (lists_.size() > same) close_list();
    if (next.lists.size() == same && !lists_.empty()) out_ += "</li>";
    if (quote_ != next.quote) {
      if (quote_ != 0) out_ += "</blockquote>";
      if (next.quote != 0) out_ += "<blockquote>";
      quote_ = next.quote;
    }
    for (; same < next.lists.size(); ++same) {
      const bool is_innermost = same + 1 == next.lists.size();
      open_list(next.lists[same], is_innermost ? next.number : std::nullopt);
      if (!is_innermost) out_ += "<li>";  // an item of nothing but a list
    }
  }

  /// The end of the tag that opens an item: its number where it is not the next one.
  void number(const Paragraph& item) {
    auto& list = lists_.back();
    if (item.number && *item.number != list.next_number)
      out_ += " value=\"" + std::to_string(*item.number) + "\"";
    list.next_number = item.number.value_or(0) + 1;
  }

 private:
  struct List {
    int id = 0;
    bool ordered = false;
    int next_number = 1;
  };

  void open_list(int id, std::optional<int> number) {
    lists_.push_back({.id = id, .ordered = number.has_value(), .next_number = number.value_or(1)});
    out_ += number ? "<ol" : "<ul";
    if (number.value_or(1) != 1) out_ += " start=\"" + std::to_string(*number) + "\"";
    out_ += '>';
  }

  void close_list() {
    out_ += lists_.back().ordered ? "</li></ol>" : "</li></ul>";
    lists_.pop_back();
  }

  std::string& out_;
  std::vector<List> lists_;
  int quote_ = 0;
};

}  // namespace

std::string html_of(std::span<const Paragraph> paragraphs) {
  std::string out;
  Frames frames{out};
  for (const auto& paragraph : paragraphs) {
    frames.to(paragraph);
    if (!paragraph.whole.empty()) {
      out += paragraph.whole;
      continue;
    }
    open_element(out, paragraph.is_item() ? "li" : "p", paragraph);
    if (paragraph.is_item()) frames.number(paragraph);
    out.append(">");
    std::vector<Around> open;
    const auto close_to = [&](std::size_t depth) {
      for (; open.size() > depth; open.pop_back())
        out.append("</").append(name_of(open.back().tag)).append(">");
    };
    for (const auto& run : paragraph.runs) {
      if (run.text.empty()) continue;
      std::size_t same = 0;
      while (same < open.size() && same < run.around.size() && open[same] == run.around[same]) ++same;
      close_to(same);
      for (; same < run.around.size(); ++same) {
        const auto& around = run.around[same];
        out.append("<").append(name_of(around.tag));
        if (around.tag == Tag::a) {
          out += " href=\"";
          append_attribute(out, around.href);
          out += '"';
        }
        out.append(">");
        open.push_back(around);
      }
      std::string text;
      append_text(text, run.text);
      out += replace_all(text, "\n", "<br>");
    }
    close_to(0);
    if (!paragraph.is_item()) out += "</p>";
  }
  frames.to({});
  return out;
}

std::string text_of(std::span<const Paragraph> paragraphs) {
  std::string out;
  bool after_item = false;
  for (const auto& paragraph : paragraphs) {
    const bool is_item = paragraph.is_item();
    if (!out.empty()) out += is_item && after_item && !paragraph.after_heading ? "\n" : "\n\n";
    if (is_item) out.append(2 * (paragraph.lists.size() - 1), ' ');
    if (is_item) out += paragraph.number ? std::to_string(*paragraph.number) + ". " : "\u2022 ";
    out += paragraph.text();
    after_item = is_item;
  }
  return out;
}

}  // namespace tidings::post
