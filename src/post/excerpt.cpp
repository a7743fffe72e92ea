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
#include "post/paragraph.hpp"

namespace tidings::post {
namespace {

constexpr int small_picture = 48;  ///< pixels; icons and smileys are no larger

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
    return !each.is_item() && each.whole.empty() && std::ranges::count(text, ' ') < 2 && text.size() < 40 &&
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

}  // namespace

Excerpt make_excerpt(std::string_view html, const ExcerptOptions& options) {
  const auto tree = parse_html(html, std::string_view::npos);
  auto [paragraphs, has_named] = read_paragraphs(tree, Blocks::prose, options);
  if (paragraphs.empty()) {
    auto all = read_paragraphs(tree, Blocks::all, options);
    paragraphs = std::move(all.list);
    has_named = all.has_named;
  }
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
  out.html = html_of(paragraphs);
  out.text = text_of(paragraphs);
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
