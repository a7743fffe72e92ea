#include "post/excerpt.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "base/url.hpp"
#include "post/grapheme.hpp"
#include "post/html_escape.hpp"
#include "post/html_tree.hpp"
#include "post/image_rules.hpp"

namespace tidings::post {
namespace {

constexpr std::string_view ellipsis = "\xE2\x80\xA6";
constexpr int small_picture = 48;  ///< pixels; icons and smileys are no larger

/// Inline elements around a run of text, outermost first.
struct Around {
  Tag tag;
  std::string href;  ///< of <a> only

  bool operator==(const Around&) const = default;
};

struct Run {
  std::string text;
  std::vector<Around> around;
};

/// White space collapsed; "\n" for <br>.
struct Paragraph {
  std::vector<Run> runs;
  std::string direction;       ///< ltr, rtl, auto or nothing
  bool is_item = false;        ///< a list item; consecutive ones become lines of one paragraph
  bool after_heading = false;  ///< the first below a heading that is not shown

  [[nodiscard]] std::string text() const {
    std::string out;
    for (const auto& run : runs) out += run.text;
    return out;
  }
};

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

/// Blocks that mean little out of context.
bool is_passed_over(Tag tag) {
  return is_heading(tag) || tag == Tag::table || tag == Tag::pre || tag == Tag::figure || tag == Tag::hr ||
         tag == Tag::nav || tag == Tag::footer || tag == Tag::rp || tag == Tag::rt || tag == Tag::rtc;
}

enum class Blocks { prose, all };

class Collector {
 public:
  Collector(const Tree& tree, Blocks blocks) : tree_(tree), blocks_(blocks) {}

  std::vector<Paragraph> run() {
    children(tree_[0]);
    end_paragraph();
    return std::move(paragraphs_);
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
    } else if (blocks_ == Blocks::prose && is_passed_over(node.tag)) {
      end_paragraph();
      heading_ = heading_ || is_heading(node.tag);
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
    if (node.tag == Tag::li) mark_ = "\u2022 ";
    if (node.tag == Tag::ol) {
      ordered_list(node);
    } else {
      children(node);
    }
    end_paragraph();
    mark_.clear();
    direction_ = outer;
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
      mark_ = std::to_string(numbers[items++]) + ". ";
      children(tree_[child]);
      end_paragraph();
      mark_.clear();
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
      if (!mark_.empty()) current_.runs.push_back({.text = mark_, .around = {}});
      current_.is_item = !mark_.empty();
      mark_.clear();
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
      if (current_.is_item && !current_.after_heading && !paragraphs_.empty() && paragraphs_.back().is_item) {
        auto& runs = paragraphs_.back().runs;
        runs.push_back({.text = "\n", .around = {}});
        runs.insert(runs.end(), std::make_move_iterator(current_.runs.begin()),
                    std::make_move_iterator(current_.runs.end()));
      } else {
        paragraphs_.push_back(std::move(current_));
      }
    }
    current_ = {};
    blank_ = line_end_ = false;
    breaks_ = 0;
    last_ = ' ';
  }

  const Tree& tree_;
  Blocks blocks_;
  std::vector<Paragraph> paragraphs_;
  Paragraph current_;
  std::vector<Around> around_;
  std::string direction_;
  std::string mark_;
  char32_t last_ = ' ';
  bool blank_ = false;
  bool line_end_ = false;
  bool heading_ = false;
  int breaks_ = 0;
};

bool is_cjk_stop(char32_t c) { return c == U'。' || c == U'！' || c == U'？' || c == U'｡'; }
bool is_stop(char32_t c) {
  return c == '.' || c == '!' || c == '?' || c == U'…' || c == U'؟' || c == U'۔' || c == U'।';
}
bool is_closing_mark(char32_t c) {
  return c == '"' || c == '\'' || c == ')' || c == ']' || c == U'”' || c == U'’' || c == U'»' || c == U'」' ||
         c == U'』' || c == U'）';
}

/// A full stop after an initial or a common abbreviation does not end a sentence.
bool is_abbreviation(std::string_view before) {
  const auto from = before.find_last_of(" (\n");
  const auto word = before.substr(from == std::string_view::npos ? 0 : from + 1);
  const bool begins_line = from == std::string_view::npos || before[from] == '\n';
  if (begins_line && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; }))
    return true;  // the number of a list
  std::size_t letters = 0;
  for (const char c : word) letters += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  if (letters <= 1 || word.find('.') != std::string_view::npos) return true;
  static constexpr std::array<std::string_view, 18> known{"mr", "mrs", "ms",  "dr",  "prof", "st",
                                                          "vs", "no",  "nr",  "vol", "fig",  "cf",
                                                          "ca", "bzw", "etc", "inc", "jr",   "sr"};
  return std::ranges::find(known, ascii_lower(word)) != known.end();
}

struct Cut {
  std::size_t paragraph = 0;
  std::size_t offset = 0;  ///< into the paragraph's text
  bool at_sentence = false;
};

/// Where to stop so that no more than the requested words are shown; nothing if all fit.
class Measure {
 public:
  explicit Measure(int words) : limit_(2 * std::max(words, 1)) {}

  std::optional<Cut> run(const std::vector<Paragraph>& paragraphs) {
    for (std::size_t i = 0; i < paragraphs.size(); ++i) {
      if (!paragraph(i, paragraphs[i].text())) return choose();
      sentence_ = Cut{.paragraph = i, .offset = paragraphs[i].text().size(), .at_sentence = true};
      sentence_units_ = units_;
    }
    return std::nullopt;
  }

 private:
  /// False once the limit is passed. Units are half words.
  bool paragraph(std::size_t index, std::string_view text) {
    bool in_word = false;
    for (std::size_t at = 0; at < text.size();) {
      const auto from = at;
      auto peek = at;
      const auto c = next_code_point(text, peek);
      at = from + next_grapheme(text, at).size();
      if (c == ' ' || c == '\n') {
        if (in_word) word_ = Cut{.paragraph = index, .offset = from};
        in_word = false;
        continue;
      }
      const bool unspaced = is_unspaced(c);
      if (unspaced || !in_word) {
        const bool counts = !(unspaced && (may_not_begin_line(c) || may_not_end_line(c))) && c != 0x2022;
        if (units_ + (counts ? (unspaced ? 1 : 2) : 0) > limit_) {
          if (unspaced && !may_not_begin_line(c)) word_ = Cut{.paragraph = index, .offset = from};
          return false;
        }
        units_ += counts ? (unspaced ? 1 : 2) : 0;
      }
      if (unspaced && !may_not_begin_line(c)) word_ = Cut{.paragraph = index, .offset = from};
      in_word = !unspaced;
      note_sentence(index, text, from, at, c);
    }
    return true;
  }

  void note_sentence(std::size_t index, std::string_view text, std::size_t from, std::size_t after,
                     char32_t c) {
    const bool cjk = is_cjk_stop(c);
    if (!cjk && !is_stop(c)) return;
    for (std::size_t next = after; next < text.size();) {
      auto peek = next;
      const auto closing = next_code_point(text, peek);
      if (!is_closing_mark(closing)) break;
      next = after = peek;
    }
    const bool blank_follows = after >= text.size() || text[after] == ' ' || text[after] == '\n';
    if (!cjk && !blank_follows) return;
    const bool lower_follows = after + 1 < text.size() && text[after + 1] >= 'a' && text[after + 1] <= 'z';
    if (!cjk && (lower_follows || (c == '.' && is_abbreviation(text.substr(0, from))))) return;
    sentence_ = Cut{.paragraph = index, .offset = after, .at_sentence = true};
    sentence_units_ = units_;
  }

  /// The end of a sentence, if it is not much shorter than requested; else of a word.
  [[nodiscard]] std::optional<Cut> choose() const {
    if (sentence_ && sentence_units_ * 10 >= limit_ * 6) return sentence_;
    if (word_) return word_;
    return sentence_ ? sentence_ : Cut{};
  }

  int limit_;
  int units_ = 0;
  std::optional<Cut> word_;
  std::optional<Cut> sentence_;
  int sentence_units_ = 0;
};

/// Drops everything after the cut.
void apply(std::vector<Paragraph>& paragraphs, const Cut& cut) {
  paragraphs.resize(std::min(paragraphs.size(), cut.paragraph + 1));
  auto& runs = paragraphs.back().runs;
  auto left = cut.offset;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (runs[i].text.size() >= left) {
      runs[i].text.resize(left);
      runs.resize(i + 1);
      break;
    }
    left -= runs[i].text.size();
  }
  while (!runs.empty()) {
    auto& text = runs.back().text;
    // A comma or dash before the ellipsis looks like a mistake.
    const std::string_view loose = cut.at_sentence ? " \n" : " \n,;:-(";
    while (!text.empty() && loose.find(text.back()) != std::string_view::npos) text.pop_back();
    if (!text.empty()) break;
    runs.pop_back();
  }
  if (runs.empty()) {
    paragraphs.pop_back();
  } else if (!cut.at_sentence) {
    if (!runs.back().around.empty()) runs.push_back({});
    runs.back().text += ellipsis;
  }
}

/// A final "[...]" is a source's sign that there is more.
bool mend_source_ellipsis(std::vector<Paragraph>& paragraphs) {
  if (paragraphs.empty()) return false;
  auto& text = paragraphs.back().runs.back().text;
  for (const std::string_view mark : {"[\u2026]", "[...]", "(...)", "[\u2026", "[..."}) {
    if (!text.ends_with(mark)) continue;
    text.resize(text.size() - mark.size());
    text += ellipsis;
    return true;
  }
  return text.ends_with(ellipsis) || text.ends_with("...");
}

/// Text below a heading reads wrongly without it: an excerpt well under way ends there.
bool end_at_heading(std::vector<Paragraph>& paragraphs) {
  constexpr int enough_words = 12;
  for (std::size_t i = 1; i < paragraphs.size(); ++i) {
    if (!paragraphs[i].after_heading) continue;
    const std::vector<Paragraph> before(paragraphs.begin(),
                                        paragraphs.begin() + static_cast<std::ptrdiff_t>(i));
    if (!Measure{enough_words}.run(before)) continue;
    paragraphs.resize(i);
    return true;
  }
  return false;
}

std::string to_html(const std::vector<Paragraph>& paragraphs) {
  std::string out;
  for (const auto& paragraph : paragraphs) {
    out.append("<p");
    if (!paragraph.direction.empty()) {
      out += " dir=\"";
      append_attribute(out, paragraph.direction);
      out += '"';
    }
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
    out += "</p>";
  }
  return out;
}

std::string to_text(const std::vector<Paragraph>& paragraphs) {
  std::string out;
  for (const auto& paragraph : paragraphs) {
    if (!out.empty()) out += "\n\n";
    out += paragraph.text();
  }
  return out;
}

}  // namespace

Excerpt make_excerpt(std::string_view html, const ExcerptOptions& options) {
  const auto tree = parse_html(html, std::string_view::npos);
  auto paragraphs = Collector{tree, Blocks::prose}.run();
  if (paragraphs.empty()) paragraphs = Collector{tree, Blocks::all}.run();
  Excerpt out;
  const bool ended = end_at_heading(paragraphs);
  if (const auto cut = Measure{options.words}.run(paragraphs)) {
    apply(paragraphs, *cut);
    out.truncated = true;
  } else {
    out.truncated = mend_source_ellipsis(paragraphs) || ended;
  }
  out.html = to_html(paragraphs);
  out.text = to_text(paragraphs);
  return out;
}

std::optional<Image> lead_image(std::string_view html) {
  const auto tree = parse_html(html, std::string_view::npos);
  for (const auto& node : tree.nodes) {
    const auto* src = node.tag == Tag::img ? node.find(Attr::src) : nullptr;
    if (src == nullptr || !is_web_url(*src)) continue;
    const auto width = pixels(node.find(Attr::width));
    const auto height = pixels(node.find(Attr::height));
    if ((width && *width <= small_picture) || (height && *height <= small_picture)) continue;
    const auto* alt = node.find(Attr::alt);
    return Image{.url = *src, .alt = alt == nullptr ? std::string{} : collapse_blanks(*alt)};
  }
  return std::nullopt;
}

}  // namespace tidings::post
