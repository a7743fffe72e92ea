#include "source/written_date.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <tuple>
#include <vector>

#include "base/text.hpp"
#include "source/date_words.hpp"

namespace tidings::source {
namespace {

struct Token {
  std::size_t begin = 0;
  std::size_t end = 0;
  int number = -1;  ///< -1: a word
  std::string word{};

  [[nodiscard]] std::size_t digits() const { return number < 0 ? 0 : end - begin; }
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (static_cast<unsigned char>(c) & 0x80U) != 0;
}

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    Token token{.begin = at, .end = at};
    if (is_digit(text[at])) {
      while (token.end < text.size() && is_digit(text[token.end])) ++token.end;
      token.number = token.end - at <= 4 ? std::stoi(std::string{text.substr(at, token.end - at)}) : 99'999;
    } else if (is_letter(text[at])) {
      while (token.end < text.size() && is_letter(text[token.end])) ++token.end;
      token.word = fold_case(text.substr(at, token.end - at));
    } else {
      ++at;
      continue;
    }
    at = token.end;
    tokens.push_back(std::move(token));
  }
  return tokens;
}

bool is_year(const Token& token) {
  return token.digits() == 4 && token.number >= 1990 && token.number <= 2099;
}
bool is_small(const Token& token, int most) {
  return (token.digits() == 1 || token.digits() == 2) && token.number >= 1 && token.number <= most;
}

/// Allowed between a day, a month's name and a year.
bool is_particle(std::string_view word) {
  static constexpr std::array<std::string_view, 13> known{"de", "del", "di", "of", "er", "º", "ª",
                                                          "st", "nd",  "rd", "th", "d",  "e"};
  return std::ranges::find(known, word) != known.end();
}

class Finder {
 public:
  explicit Finder(std::string_view text) : text_(text), tokens_(tokens_of(text)) {}

  [[nodiscard]] std::optional<WrittenDate> run(std::size_t within) const {
    for (std::size_t i = 0; i < tokens_.size() && tokens_[i].begin < within; ++i) {
      auto start = i;
      if (is_weekday_name(tokens_[i].word) && i + 1 < tokens_.size()) ++start;
      auto found = at(start);
      if (!found) continue;
      found->begin = tokens_[i].begin;
      return found;
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] std::optional<WrittenDate> at(std::size_t i) const {
    if (auto found = cjk(i)) return found;
    if (auto found = numeric(i)) return found;
    return named(i);
  }

  [[nodiscard]] const Token* token(std::size_t i) const { return i < tokens_.size() ? &tokens_[i] : nullptr; }
  [[nodiscard]] std::string_view gap(std::size_t i) const {
    return text_.substr(tokens_[i].end, tokens_[i + 1].begin - tokens_[i].end);
  }
  [[nodiscard]] std::optional<WrittenDate> made(int year, int month, int day, std::size_t end) const {
    WrittenDate date{.year = year, .first = day, .second = month, .end = end};
    if (!date.day_first()) return std::nullopt;
    return date;
  }

  [[nodiscard]] std::optional<WrittenDate> cjk(std::size_t i) const {
    if (i + 5 >= tokens_.size() || !is_year(tokens_[i]) || !is_small(tokens_[i + 2], 12) ||
        !is_small(tokens_[i + 4], 31))
      return std::nullopt;
    const auto& day = tokens_[i + 5];
    const bool units =
        (tokens_[i + 1].word == "年" && tokens_[i + 3].word == "月" && day.word.starts_with("日")) ||
        (tokens_[i + 1].word == "년" && tokens_[i + 3].word == "월" && day.word.starts_with("일"));
    if (!units) return std::nullopt;
    return made(tokens_[i].number, tokens_[i + 2].number, tokens_[i + 4].number,
                day.begin + std::string_view{"日"}.size());
  }

  /// Two numbers and a year with the same separator, which a blank may follow ("12. 3. 2026").
  [[nodiscard]] std::optional<WrittenDate> numeric(std::size_t i) const {
    if (i + 2 >= tokens_.size()) return std::nullopt;
    const auto& [a, b, c] = std::tie(tokens_[i], tokens_[i + 1], tokens_[i + 2]);
    if (a.number < 0 || b.number < 0 || c.number < 0) return std::nullopt;
    const auto separator = trim(gap(i));
    if ((separator != "." && separator != "/" && separator != "-") || trim(gap(i + 1)) != separator)
      return std::nullopt;
    // A longer row of numbers is an address, a version or an account.
    if (i > 0 && tokens_[i - 1].number >= 0 && trim(gap(i - 1)) == separator) return std::nullopt;
    if (i + 3 < tokens_.size() && tokens_[i + 3].number >= 0 && gap(i + 2) == separator) return std::nullopt;
    if (is_year(a) && is_small(b, 12) && is_small(c, 31)) return made(a.number, b.number, c.number, c.end);
    const bool short_year = separator == "." && a.digits() == 2 && b.digits() == 2 && c.digits() == 2;
    if (!is_small(a, 31) || !is_small(b, 31) || !(is_year(c) || short_year)) return std::nullopt;
    WrittenDate date{.year = short_year ? 2000 + c.number : c.number,
                     .first = a.number,
                     .second = b.number,
                     .is_numeric = separator == "/",
                     .end = c.end};
    if (!date.day_first() && !(date.is_numeric && date.month_first())) return std::nullopt;
    return date;
  }

  /// Day, month's name and year in one of the three usual orders.
  [[nodiscard]] std::optional<WrittenDate> named(std::size_t i) const {
    std::array<const Token*, 3> parts{};
    std::size_t found = 0;
    std::size_t end = 0;
    for (std::size_t at = i; found < parts.size() && at < tokens_.size() && at < i + 8; ++at) {
      const auto& each = tokens_[at];
      if (at > i && !is_narrow(gap(at - 1))) return std::nullopt;
      if (each.number < 0 && month_of_name(each.word) == 0) {
        if (found == 0 || !is_particle(each.word)) return std::nullopt;
        continue;
      }
      parts[found++] = &each;
      end = each.end;
    }
    if (found < parts.size()) return std::nullopt;
    const auto [a, b, c] = parts;
    const auto month = [](const Token& each) { return each.number < 0 ? month_of_name(each.word) : 0; };
    if (is_small(*a, 31) && month(*b) != 0 && is_year(*c)) return made(c->number, month(*b), a->number, end);
    if (month(*a) != 0 && is_small(*b, 31) && is_year(*c)) return made(c->number, month(*a), b->number, end);
    if (is_year(*a) && month(*b) != 0 && is_small(*c, 31)) return made(a->number, month(*b), c->number, end);
    return std::nullopt;
  }

  static bool is_narrow(std::string_view gap) {
    return gap.size() <= 3 && std::ranges::all_of(gap, [](char c) {
             return c == ' ' || c == '.' || c == ',' || c == '-' || c == '/' || c == '\'';
           });
  }

  std::string_view text_;
  std::vector<Token> tokens_;
};

std::optional<std::chrono::year_month_day> day_of(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return date;
}

}  // namespace

std::optional<std::chrono::year_month_day> WrittenDate::day_first() const {
  return day_of(year, second, first);
}
std::optional<std::chrono::year_month_day> WrittenDate::month_first() const {
  return day_of(year, first, second);
}

std::optional<WrittenDate> find_written_date(std::string_view text, std::size_t within) {
  return Finder{text}.run(within);
}

}  // namespace tidings::source
