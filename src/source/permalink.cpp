#include "source/permalink.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tidings::source {
namespace {

constexpr std::array<std::string_view, 21> known_words{"slugorcontentbasename",
                                                       "slugorfilename",
                                                       "contentbasename",
                                                       "output_ext",
                                                       "short_year",
                                                       "categories",
                                                       "filename",
                                                       "sections",
                                                       "yearday",
                                                       "section",
                                                       "i_month",
                                                       "minute",
                                                       "second",
                                                       "i_day",
                                                       "y_day",
                                                       "month",
                                                       "title",
                                                       "year",
                                                       "slug",
                                                       "hour",
                                                       "day"};

/// Jekyll's names of patterns.
std::string_view whole_pattern(std::string_view pattern) {
  pattern = trim(pattern);
  if (pattern == "date") return "/:categories/:year/:month/:day/:title:output_ext";
  if (pattern == "pretty") return "/:categories/:year/:month/:day/:title/";
  if (pattern == "ordinal") return "/:categories/:year/:y_day/:title:output_ext";
  if (pattern == "none") return "/:categories/:title:output_ext";
  return pattern;
}

/// The longest known word at the beginning of a text.
std::string_view word_at(std::string_view text) {
  for (const auto word : known_words) {
    if (text.starts_with(word)) return word;
  }
  return {};
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_date_word(std::string_view word) {
  static constexpr std::array<std::string_view, 11> words{"year", "short_year", "month", "i_month",
                                                          "day",  "i_day",      "y_day", "yearday",
                                                          "hour", "minute",     "second"};
  return std::ranges::find(words, word) != words.end();
}

std::string date_part(std::string_view word, UtcTime local) {
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(local - day)};
  const int year = static_cast<int>(date.year());
  const auto month = static_cast<unsigned>(date.month());
  const auto month_day = static_cast<unsigned>(date.day());
  if (word == "year") return fmt::format("{:04}", year);
  if (word == "short_year") return fmt::format("{:02}", year % 100);
  if (word == "month") return fmt::format("{:02}", month);
  if (word == "i_month") return fmt::format("{}", month);
  if (word == "day") return fmt::format("{:02}", month_day);
  if (word == "i_day") return fmt::format("{}", month_day);
  if (word == "hour") return fmt::format("{:02}", clock.hours().count());
  if (word == "minute") return fmt::format("{:02}", clock.minutes().count());
  if (word == "second") return fmt::format("{:02}", clock.seconds().count());
  const auto first = std::chrono::sys_days{date.year() / std::chrono::January / 1};
  const auto of_year = (day - first).count() + 1;
  return word == "y_day" ? fmt::format("{:03}", of_year) : fmt::format("{}", of_year);
}

std::string joined_slugs(const std::vector<std::string>& names) {
  std::vector<std::string> slugs;
  for (const auto& name : names) slugs.push_back(slug_of(name));
  return join(slugs, "/");
}

std::string name_part(std::string_view word, const PermalinkFacts& facts) {
  const auto bare = facts.is_dated_name ? facts.stem.substr(11) : facts.stem;
  auto title = facts.is_dated_name || facts.title.empty() ? bare : slug_of(facts.title);
  if (word == "title") return title;
  if (word == "slug") return facts.slug.empty() ? title : slug_of(facts.slug);
  if (word.starts_with("slugor")) return facts.slug.empty() ? bare : slug_of(facts.slug);
  if (word == "filename" || word == "contentbasename") return facts.stem;
  if (word == "section") return facts.sections.empty() ? std::string{} : facts.sections.front();
  if (word == "sections") return join(facts.sections, "/");
  if (word == "categories") return joined_slugs(facts.categories);
  return ".html";  // output_ext
}

}  // namespace

std::string slug_of(std::string_view title) {
  std::string out;
  bool gap = false;
  const auto folded = fold_case(title);
  for (std::size_t at = 0; at < folded.size();) {
    const auto from = at;
    const auto c = next_code_point(folded, at);
    const bool is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
                         (c >= 0xAA && !(c >= 0x2000 && c <= 0x206F) && !(c >= 0x3000 && c <= 0x303F) &&
                          c != 0xAB && c != 0xBB && c != 0xBF);
    if (is_word) {
      if (gap && !out.empty()) out += '-';
      gap = false;
      out.append(folded, from, at - from);
    } else if (c == ' ' || c == '-' || c == '/' || c == '\t' || c == '\n') {
      gap = true;
    }
  }
  while (out.ends_with('.')) out.pop_back();
  return out;
}

std::optional<std::string> unknown_permalink_word(std::string_view pattern) {
  pattern = whole_pattern(pattern);
  for (auto colon = pattern.find(':'); colon != std::string_view::npos;
       colon = pattern.find(':', colon + 1)) {
    auto rest = pattern.substr(colon + 1);
    if (!word_at(rest).empty()) continue;
    std::size_t length = 0;
    while (length < rest.size() && is_letter(rest[length])) ++length;
    return std::string{rest.substr(0, length)};
  }
  return std::nullopt;
}

std::optional<std::string> expand_permalink(std::string_view pattern, const PermalinkFacts& facts) {
  pattern = whole_pattern(pattern);
  if (unknown_permalink_word(pattern)) return std::nullopt;
  std::string out;
  for (std::size_t at = 0; at < pattern.size();) {
    if (pattern[at] != ':') {
      out += pattern[at++];
      continue;
    }
    const auto word = word_at(pattern.substr(at + 1));
    if (is_date_word(word) && !facts.local) return std::nullopt;
    out += is_date_word(word) ? date_part(word, *facts.local) : name_part(word, facts);
    at += 1 + word.size();
  }
  while (out.find("//") != std::string::npos) out = replace_all(out, "//", "/");
  return out;
}

}  // namespace tidings::source
