#include "post/excerpt.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "base/text_lines.hpp"
#include "base/url.hpp"
#include "post/html_escape.hpp"
#include "post/html_tree.hpp"
#include "post/image_rules.hpp"
#include "post/kept_block.hpp"

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
  int list = 0;                ///< of an item: which list it is of; 0: of none
  std::optional<int> number;   ///< of an item of an ordered list
  int quote = 0;               ///< which quotation it stands in; 0: none
  std::string whole;           ///< HTML of a table or of code, kept as it is; runs hold its words
  bool after_heading = false;  ///< the first below a heading that is not shown
  bool after_gap = false;      ///< something that stood before it is not shown

  [[nodiscard]] std::string text() const {
    std::string out;
    for (const auto& run : runs) out += run.text;
    return out;
  }
};

/// Blocks that say little when they are torn from their place.
bool is_passed_over(Tag tag) {
  return is_heading(tag) || tag == Tag::table || tag == Tag::pre || tag == Tag::figure || tag == Tag::hr ||
         tag == Tag::nav || tag == Tag::footer || tag == Tag::rp || tag == Tag::rt || tag == Tag::rtc;
}

enum class Blocks { prose, all };

class Collector {
 public:
  Collector(const Tree& tree, Blocks blocks, const ExcerptOptions& options)
      : tree_(tree), blocks_(blocks), options_(options) {}

  std::vector<Paragraph> run() {
    children(tree_[0]);
    end_paragraph();
    return std::move(paragraphs_);
  }

  /// Something was too long to be shown, and only its name stands there.
  [[nodiscard]] bool has_named() const { return has_named_; }

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
    const auto outer_list = list_;
    const auto outer_quote = quote_;
    if (node.tag == Tag::ul || node.tag == Tag::ol || node.tag == Tag::menu) list_ = ++lists_;
    if (node.tag == Tag::blockquote) quote_ = ++quotes_;
    if (node.tag == Tag::li) item_ = Item{};
    if (node.tag == Tag::ol) {
      ordered_list(node);
    } else {
      children(node);
    }
    end_paragraph();
    item_.reset();
    list_ = outer_list;
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
        .list = 0,
        .number = {},
        .quote = quote_,
        .whole = {},
        .after_heading = std::exchange(heading_, false),
        .after_gap = std::exchange(gap_, false)};
    if (trim(paragraph.runs.front().text).empty()) return true;
    if (is_code ? is_short_code(paragraph.runs.front().text) : is_short_table(tree_, node)) {
      paragraph.whole = is_code ? whole_code(paragraph.runs.front().text) : whole_table(tree_, node);
    } else {
      has_named_ = true;
      std::vector<Around> around;
      if (!options_.url.empty()) around.push_back({.tag = Tag::a, .href = options_.url});
      auto name = is_code ? first_line(paragraph.runs.front().text) : name_of_table(tree_, node);
      if (is_code) around.push_back({.tag = Tag::code, .href = {}});
      paragraph.runs = {{.text = name + std::string{ellipsis}, .around = std::move(around)}};
    }
    paragraphs_.push_back(std::move(paragraph));
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
        current_.list = std::max(list_, 1);
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
      paragraphs_.push_back(std::move(current_));
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
  std::vector<Paragraph> paragraphs_;
  Paragraph current_;
  std::vector<Around> around_;
  std::string direction_;
  std::optional<Item> item_;
  int list_ = 0;
  int lists_ = 0;
  int quote_ = 0;
  int quotes_ = 0;
  bool gap_ = false;
  bool has_named_ = false;
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
      if (paragraphs[i].number) units_ += 2;
      if (!paragraphs[i].whole.empty()) {
        if (units_ >= limit_) return choose();
        units_ += words(paragraphs[i].text());
      } else if (!paragraph(i, paragraphs[i].text())) {
        return choose();
      }
      sentence_ = Cut{.paragraph = i, .offset = paragraphs[i].text().size(), .at_sentence = true};
      sentence_units_ = units_;
    }
    return std::nullopt;
  }

 private:
  static int words(const std::string& text) {
    const auto parts = split(collapse_blanks(text), ' ');
    return 2 * static_cast<int>(parts.size());
  }

  /// False once the limit is passed. Units are halves of a word.
  bool paragraph(std::size_t index, std::string_view text) {
    bool in_word = false;
    const auto breaks = breaks_without_blank(text);
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
      const bool may_break = unspaced && std::ranges::binary_search(breaks, from);
      if (unspaced || !in_word) {
        const bool counts = !(unspaced && is_punctuation(c)) && c != 0x2022;
        if (units_ + (counts ? (unspaced ? 1 : 2) : 0) > limit_) {
          if (may_break) word_ = Cut{.paragraph = index, .offset = from};
          return false;
        }
        units_ += counts ? (unspaced ? 1 : 2) : 0;
      }
      if (may_break) word_ = Cut{.paragraph = index, .offset = from};
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
  if (!paragraphs.empty() && !paragraphs.back().whole.empty()) return;
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

/// A sentence that ends in a colon announces what is not there: it is left open instead.
void mend_colons(std::vector<Paragraph>& paragraphs) {
  for (std::size_t i = 0; i < paragraphs.size(); ++i) {
    const bool is_last = i + 1 == paragraphs.size();
    if (!is_last && !paragraphs[i + 1].after_gap && !paragraphs[i + 1].after_heading) continue;
    if (!paragraphs[i].whole.empty() || paragraphs[i].runs.empty()) continue;
    auto& text = paragraphs[i].runs.back().text;
    for (const std::string_view colon : {":", "\xEF\xBC\x9A"}) {
      if (!text.ends_with(colon)) continue;
      text.resize(text.size() - colon.size());
      text += ellipsis;
      break;
    }
  }
}

/// Scraps in a row, such as the cells of a layout, become one line.
void join_scraps(std::vector<Paragraph>& paragraphs) {
  constexpr std::size_t enough = 4;
  const auto is_scrap = [](const Paragraph& each) {
    const auto text = each.text();
    return each.list == 0 && each.whole.empty() && std::ranges::count(text, ' ') < 2 && text.size() < 40 &&
           text.find_last_of(".!?:\n") == std::string::npos;
  };
  std::vector<Paragraph> out;
  for (std::size_t i = 0; i < paragraphs.size();) {
    auto end = i;
    while (end < paragraphs.size() && is_scrap(paragraphs[end]) &&
           paragraphs[end].quote == paragraphs[i].quote)
      ++end;
    out.push_back(std::move(paragraphs[i]));
    if (end - i >= enough) {
      for (++i; i < end; ++i) {
        auto& runs = out.back().runs;
        runs.push_back({.text = " \u00B7 ", .around = {}});
        runs.insert(runs.end(), std::make_move_iterator(paragraphs[i].runs.begin()),
                    std::make_move_iterator(paragraphs[i].runs.end()));
      }
      continue;
    }
    ++i;
  }
  paragraphs = std::move(out);
}

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

  void to(const Paragraph& next) {
    if (list_ != 0 && (next.list != list_ || next.quote != quote_)) {
      out_ += ordered_ ? "</ol>" : "</ul>";
      list_ = 0;
    }
    if (quote_ != next.quote) {
      if (quote_ != 0) out_ += "</blockquote>";
      if (next.quote != 0) out_ += "<blockquote>";
      quote_ = next.quote;
    }
    if (next.list == 0 || list_ == next.list) return;
    list_ = next.list;
    ordered_ = next.number.has_value();
    out_ += ordered_ ? "<ol" : "<ul";
    next_number_ = next.number.value_or(1);
    if (next_number_ != 1) out_ += " start=\"" + std::to_string(next_number_) + "\"";
    out_ += '>';
  }

  /// The end of the tag that opens an item: its number where it is not the next one.
  void number(const Paragraph& item) {
    if (item.number && *item.number != next_number_)
      out_ += " value=\"" + std::to_string(*item.number) + "\"";
    next_number_ = item.number.value_or(0) + 1;
  }

 private:
  std::string& out_;
  int list_ = 0;
  int quote_ = 0;
  bool ordered_ = false;
  int next_number_ = 1;
};

std::string to_html(const std::vector<Paragraph>& paragraphs) {
  std::string out;
  Frames frames{out};
  for (const auto& paragraph : paragraphs) {
    frames.to(paragraph);
    if (!paragraph.whole.empty()) {
      out += paragraph.whole;
      continue;
    }
    open_element(out, paragraph.list != 0 ? "li" : "p", paragraph);
    if (paragraph.list != 0) frames.number(paragraph);
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
    out += paragraph.list != 0 ? "</li>" : "</p>";
  }
  frames.to({});
  return out;
}

std::string to_text(const std::vector<Paragraph>& paragraphs) {
  std::string out;
  bool after_item = false;
  for (const auto& paragraph : paragraphs) {
    const bool is_item = paragraph.list != 0;
    if (!out.empty()) out += is_item && after_item && !paragraph.after_heading ? "\n" : "\n\n";
    if (is_item) out += paragraph.number ? std::to_string(*paragraph.number) + ". " : "\u2022 ";
    out += paragraph.text();
    after_item = is_item;
  }
  return out;
}

}  // namespace

Excerpt make_excerpt(std::string_view html, const ExcerptOptions& options) {
  const auto tree = parse_html(html, std::string_view::npos);
  bool has_named = false;
  const auto collect = [&](Blocks blocks) {
    Collector collector{tree, blocks, options};
    auto found = collector.run();
    has_named = collector.has_named();
    return found;
  };
  auto paragraphs = collect(Blocks::prose);
  if (paragraphs.empty()) paragraphs = collect(Blocks::all);
  join_scraps(paragraphs);
  Excerpt out;
  const bool ended = end_at_heading(paragraphs);
  if (const auto cut = Measure{options.words}.run(paragraphs)) {
    apply(paragraphs, *cut);
    out.truncated = true;
  } else {
    out.truncated = mend_source_ellipsis(paragraphs) || ended || has_named;
  }
  mend_colons(paragraphs);
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

std::optional<PictureSize> picture_size(std::string_view html, std::string_view url) {
  if (url.empty() || html.find("height=") == std::string_view::npos) return std::nullopt;
  const auto tree = parse_html(html, std::string_view::npos);
  for (const auto& node : tree.nodes) {
    const auto* src = node.tag == Tag::img ? node.find(Attr::src) : nullptr;
    if (src == nullptr || *src != url) continue;
    const auto width = pixels(node.find(Attr::width));
    const auto height = pixels(node.find(Attr::height));
    if (width && height && *width > 0 && *height > 0) return PictureSize{.width = *width, .height = *height};
  }
  return std::nullopt;
}

}  // namespace tidings::post
