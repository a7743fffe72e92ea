#include "bounce/leave_words.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "base/text.hpp"
#include "base/text_lines.hpp"
#include "bounce/leave_words_data.hpp"

namespace tidings::bounce {
namespace {

constexpr std::size_t max_own_bytes = 400;
constexpr int max_unknown = 3;

bool begins_unspaced(std::string_view text) {
  std::size_t at = 0;
  return !text.empty() && is_unspaced(next_code_point(text, at));
}

bool begins_with(std::string_view line, std::span<const std::string_view> beginnings) {
  return std::ranges::any_of(beginnings, [&](auto beginning) { return line.starts_with(beginning); });
}

/// The signature, or the text being replied to, starts here.
bool ends_own_text(std::string_view line) {
  constexpr std::array<std::string_view, 9> senders{
      "from:", "von:", "de:", "da:", "от:", "από:", "gönderen:", "من:", "发件人"};
  if (line == "--" || line.starts_with("-----") || line.starts_with("______")) return true;
  const bool has_address = line.find('@') != std::string_view::npos;
  return has_address &&
         (line.ends_with(":") || line.ends_with("：") || begins_with(fold_case(line), senders));
}

bool is_advertisement(std::string_view line) {
  constexpr std::array<std::string_view, 7> beginnings{"sent from ",    "get outlook ", "von meinem ",
                                                       "gesendet von ", "envoyé de ",   "enviado desde ",
                                                       "inviato da "};
  return begins_with(fold_case(line), beginnings);
}

/// "On Monday, 5 January 2026, Harbour News wrote:", in one line or in two.
void drop_introduction(std::vector<std::string_view>& lines) {
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  if (lines.empty() || !(lines.back().ends_with(":") || lines.back().ends_with("："))) return;
  const bool is_whole = lines.back().find_first_of("0123456789") != std::string_view::npos;
  lines.pop_back();
  if (!is_whole && !lines.empty() && lines.back().find_first_of("0123456789") != std::string_view::npos)
    lines.pop_back();
}

std::string html_without_quote(std::string_view html) {
  auto end = html.size();
  const auto folded = ascii_lower(html);
  for (const std::string_view mark : {"<blockquote", "gmail_quote", "divrplyfwdmsg", "appendonsend"}) {
    const auto at = folded.find(mark);
    if (at == std::string::npos) continue;
    end = std::min(end, mark.starts_with("<") ? at : folded.rfind('<', at));
  }
  return text_of_html(html.substr(0, end));
}

std::string readable_text(const Mail& mail) {
  for (const auto* const type : {"text/plain", "text/html"}) {
    for (const auto& part : mail.parts) {
      if (part.place != Place::notice || part.type != type || trim(part.text).empty()) continue;
      return part.type == "text/html" ? html_without_quote(part.text) : part.text;
    }
  }
  return {};
}

/// Folded like the texts: a Greek final sigma is a sigma.
std::vector<std::string> longest_first(std::span<const std::string_view> phrases) {
  std::vector<std::string> sorted;
  for (const auto phrase : phrases) sorted.push_back(fold_case(phrase));
  std::ranges::sort(sorted, [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return sorted;
}

/// Blanks out each phrase that occurs as separate words in `text` (one blank at both ends); true if there was
/// one.
bool take_out(std::string& text, std::span<const std::string> phrases) {
  bool found = false;
  for (const auto& phrase : phrases) {
    const bool whole_words = !begins_unspaced(phrase);
    const auto pattern = whole_words ? " " + phrase + " " : phrase;
    for (auto at = text.find(pattern); at != std::string::npos; at = text.find(pattern, at)) {
      text.replace(at, pattern.size(), " | ");
      found = true;
    }
  }
  return found;
}

int count_words(std::string_view text) {
  int count = 0;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = next_code_point(text, at);
    const bool blank = c == ' ' || c == '|';
    if (!blank && (!inside || is_unspaced(c))) ++count;
    inside = !blank && !is_unspaced(c);
  }
  return count;
}

/// Sentences and their parts: lower case, words between single blanks.
std::vector<std::string> clauses_of(std::string_view text) {
  auto folded = replace_all(replace_all(fold_case(text), "’", "'"), "‘", "'");
  for (const std::string_view mark : {".", "!", ",", ";", ":",  "。", "！", "，", "、", "；", "：", "،",
                                      "؛", "…", "(", ")", "\"", "„",  "“",  "”",  "–",  "—",  "*"})
    folded = replace_all(folded, mark, "\n");
  std::vector<std::string> clauses;
  for (const auto line : split(folded, '\n')) {
    auto words = collapse_blanks(line);
    if (!words.empty()) clauses.push_back(" " + words + " ");
  }
  return clauses;
}

bool has_question(std::string_view text) {
  for (const std::string_view mark : {"?", "？", "؟", ";", ";"}) {
    if (text.find(mark) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

std::string own_text(const Mail& mail) {
  const auto text = readable_text(mail);
  std::vector<std::string_view> lines;
  for (const auto raw : split(text, '\n')) {
    const auto line = trim(raw);
    if (ends_own_text(line)) break;
    if (line.starts_with(">")) {
      drop_introduction(lines);
    } else if (!is_advertisement(line)) {
      lines.push_back(line);
    }
  }
  std::string own;
  for (const auto line : lines) own += std::string{line} + "\n";
  return std::string{trim(own)};
}

bool asks_to_leave(std::string_view own_text) {
  static const auto preferences = longest_first(words::leave_wishes);
  static const auto fillers = longest_first(words::leave_fillers);
  static const auto doubts = longest_first(words::leave_doubts);
  if (own_text.size() > max_own_bytes || has_question(own_text)) return false;
  bool wished = false;
  int unknown = 0;
  for (auto& clause : clauses_of(own_text)) {
    const bool has_wish = take_out(clause, preferences);
    auto rest = clause;
    if (take_out(rest, doubts)) return false;
    take_out(clause, fillers);
    const int left = count_words(clause);
    if (has_wish && left > 0) return false;
    wished = wished || has_wish;
    unknown += left;
  }
  return wished && unknown <= max_unknown;
}

}  // namespace tidings::bounce
