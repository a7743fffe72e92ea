#include "base/content_filter.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <regex>
#include <span>
#include <utility>

#include "base/text.hpp"
#include "base/text_lines.hpp"
#include "base/units.hpp"

namespace tidings {

struct FilterRule::TitlePattern {
  std::wregex regex;
};

namespace {

constexpr std::size_t longest_rule = 1'000;
// libstdc++'s std::regex recurses with each character it reads; no headline is that long.
constexpr std::size_t longest_searched_title = 500;

using Field = FilterRule::Field;
constexpr std::array<std::pair<std::string_view, Field>, 9> fields{{{"title", Field::title},
                                                                    {"text", Field::text},
                                                                    {"author", Field::author},
                                                                    {"category", Field::category},
                                                                    {"link", Field::link},
                                                                    {"language", Field::language},
                                                                    {"age", Field::age},
                                                                    {"tag", Field::category},
                                                                    {"url", Field::link}}};
/// What a hint lists: the last two are other words for earlier ones.
constexpr std::size_t main_fields = 7;

std::optional<Field> field_named(std::string_view name) {
  for (const auto& [word, field] : fields) {
    if (word == name) return field;
  }
  return std::nullopt;
}

std::vector<std::string> field_names() {
  std::vector<std::string> names;
  for (const auto& [word, field] : std::span(fields).first(main_fields)) names.emplace_back(word);
  return names;
}

bool is_letter(char32_t c) {
  if (c < 0x80) return std::isalnum(static_cast<int>(c)) != 0 || c == '_';
  if (is_unspaced(c)) return false;  // there a word may begin anywhere
  const bool punctuation =
      c < 0xC0 || c == 0xD7 || c == 0xF7 || (c >= 0x2000 && c < 0x2070) || (c >= 0x2190 && c < 0x2C00);
  return !punctuation;
}

char32_t code_point_at(std::string_view text, std::size_t at) {
  return at < text.size() ? next_code_point(text, at) : U' ';
}

char32_t code_point_before(std::string_view text, std::size_t at) {
  if (at == 0) return U' ';
  --at;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80) --at;
  return code_point_at(text, at);
}

struct Wanted {
  std::string_view value;
  bool open_begin = false;
  bool open_end = false;
};

/// Whether `text`, which is folded, contains the words.
bool has_words(std::string_view text, const Wanted& wanted) {
  const bool from_letter = !wanted.open_begin && is_letter(code_point_at(wanted.value, 0));
  const bool to_letter = !wanted.open_end && is_letter(code_point_before(wanted.value, wanted.value.size()));
  for (auto at = text.find(wanted.value); at != std::string_view::npos;
       at = text.find(wanted.value, at + 1)) {
    const auto end = at + wanted.value.size();
    if (from_letter && is_letter(code_point_before(text, at))) continue;
    if (to_letter && is_letter(code_point_at(text, end))) continue;
    return true;
  }
  return false;
}

bool is_whole(std::string_view text, const Wanted& wanted) {
  if (wanted.open_begin && wanted.open_end) return text.find(wanted.value) != std::string_view::npos;
  if (wanted.open_begin) return text.ends_with(wanted.value);
  if (wanted.open_end) return text.starts_with(wanted.value);
  return text == wanted.value;
}

std::string folded(std::string_view text) { return fold_case(collapse_blanks(text)); }

/// "category" of "category:ads"; nothing for "Update: the ferry" and other phrases with a colon.
std::optional<std::string> field_of(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const auto name = text.substr(0, colon);
  const auto is_name = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  if (!std::ranges::all_of(name, is_name)) return std::nullopt;
  auto lower = ascii_lower(name);
  const bool known = field_named(lower).has_value();
  const bool glued = colon + 1 < text.size() && text[colon + 1] != ' ';
  return known || glued ? std::optional{lower} : std::nullopt;
}

/// Code points one by one (wchar_t has 32 bits here), so that classes and dots see letters and not bytes.
std::wstring wide(std::string_view text, std::size_t limit) {
  std::wstring out;
  for (std::size_t at = 0; at < text.size() && out.size() < limit;) {
    out.push_back(static_cast<wchar_t>(next_code_point(text, at)));
  }
  return out;
}

/// Letters outside ASCII in lower case; ASCII stays, because \W and \w differ in nothing else.
std::string fold_beyond_ascii(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const bool is_ascii = next_code_point(text, at) < 0x80;
    const auto letter = text.substr(start, at - start);
    out += is_ascii ? std::string{letter} : fold_case(letter);
  }
  return out;
}

Result<std::wregex> compiled(std::string_view pattern) {
  try {
    return std::wregex{wide(fold_beyond_ascii(pattern), pattern.size()),
                       std::regex::ECMAScript | std::regex::icase};
  } catch (const std::regex_error& error) {
    return fail(Errc::config,
                "invalid regular expression: " + std::string{pattern} + " (" + error.what() + ")");
  }
}

/// "de" is spoken in "de" and "de-AT".
bool speaks(std::string_view tag, std::string_view wanted) {
  const auto own = fold_case(tag);
  return own.starts_with(wanted) && (own.size() == wanted.size() || own[wanted.size()] == '-');
}

/// What nobody writes into a phrase: "harbou?r", "^ad", "ad|promo", "\bad", ".*", "[Aa]d".
bool is_bare_regex(std::string_view text) {
  static const std::regex signs{
      R"(\\|^\^|[a-z\])]\$$|[^.]\.[*+?]|[\])}][*+?]|[\])]\{\d|[A-Za-z][?+][A-Za-z]|[^\s]\|[^\s]|\[[^\]\s]*\][A-Za-z])"};
  return std::regex_search(text.begin(), text.end(), signs);
}

}  // namespace

/// A post as rules read it, folded once for all of them.
class FilterRule::Reading {
 public:
  explicit Reading(const FilterInput& input) : input_(input) {}

  [[nodiscard]] const FilterInput& input() const { return input_; }

  const std::string& title() {
    return kept(title_, [&] { return folded(input_.title); });
  }
  const std::string& text() {
    return kept(text_, [&] { return input_.text ? fold_case(input_.text()) : std::string{}; });
  }
  const std::vector<std::string>& categories() {
    return kept(categories_, [&] {
      std::vector<std::string> all;
      for (const auto& each : input_.categories) all.push_back(folded(each));
      return all;
    });
  }

  [[nodiscard]] bool title_has(const std::wregex& pattern) const {
    try {
      return std::regex_search(wide(fold_beyond_ascii(input_.title), longest_searched_title), pattern);
    } catch (const std::regex_error&) {
      return false;  // too complex for this title
    }
  }

 private:
  template <typename T, typename Make>
  static const T& kept(std::optional<T>& place, Make make) {
    if (!place) place = make();
    return *place;
  }

  const FilterInput& input_;
  std::optional<std::string> title_;
  std::optional<std::string> text_;
  std::optional<std::vector<std::string>> categories_;
};

Result<FilterRule> FilterRule::parse(std::string_view written) {
  FilterRule rule;
  rule.text_ = collapse_blanks(written);
  std::string_view value = rule.text_;
  if (value.size() > longest_rule) return fail(Errc::config, "longer than 1000 characters");
  const auto name = field_of(value);
  if (name) {
    if (*name == "http" || *name == "https") {
      return fail(Errc::config, "\"" + rule.text_ + "\" is a link",
                  "\"link:" + rule.text_ + "\" matches links");
    }
    const auto field = field_named(*name);
    if (!field) {
      const auto known = field_names();
      auto hint = did_you_mean(*name, known);
      if (hint.empty()) hint = "one of " + join(known, ", ") + "; or a plain word or phrase";
      return fail(Errc::config, "unknown field \"" + *name + "\" in \"" + rule.text_ + "\"", std::move(hint));
    }
    rule.field_ = *field;
    value = trim(value.substr(value.find(':') + 1));
  }
  const bool is_regex = value.size() > 2 && value.front() == '/' && value.back() == '/' &&
                        (rule.field_ == Field::words || rule.field_ == Field::title);
  if (is_regex) {
    TIDINGS_LET(auto regex, compiled(value.substr(1, value.size() - 2)));
    rule.pattern_ = std::make_shared<const TitlePattern>(TitlePattern{std::move(regex)});
    return rule;
  }
  if (rule.field_ == Field::age) {
    const auto age = parse_duration(trim(value.substr(std::min<std::size_t>(1, value.size()))));
    if (value.empty() || !age || (value.front() != '>' && value.front() != '<')) {
      return fail(Errc::config, "\"" + rule.text_ + "\" is no age", "such as \"age:>7d\" or \"age:<12h\"");
    }
    rule.age_ = *age;
    rule.older_ = value.front() == '>';
    return rule;
  }
  if (is_bare_regex(value) && rule.field_ != Field::link) {
    return fail(Errc::config, "\"" + rule.text_ + "\" looks like a regular expression",
                "between slashes it is one, for titles: \"/" + std::string{value} + "/\"");
  }
  if (value.starts_with('*')) {
    rule.open_begin_ = true;
    value.remove_prefix(1);
  }
  if (value.ends_with('*')) {
    rule.open_end_ = true;
    value.remove_suffix(1);
  }
  rule.value_ = folded(value);
  if (rule.value_.empty()) {
    return fail(Errc::config, rule.text_.empty() ? "an empty rule" : "\"" + rule.text_ + "\" matches nothing",
                "for example \"category:ads\", or a word of the title or the text");
  }
  return rule;
}

bool FilterRule::matches(Reading& reading) const {
  if (pattern_) return reading.title_has(pattern_->regex);
  const Wanted wanted{.value = value_, .open_begin = open_begin_, .open_end = open_end_};
  switch (field_) {
    case Field::words: return has_words(reading.title(), wanted) || has_words(reading.text(), wanted);
    case Field::title: return has_words(reading.title(), wanted);
    case Field::text: return has_words(reading.text(), wanted);
    case Field::author: return has_words(folded(reading.input().author), wanted);
    case Field::category:
      return std::ranges::any_of(reading.categories(),
                                 [&](const auto& each) { return is_whole(each, wanted); });
    case Field::language: return speaks(reading.input().language, value_);
    case Field::age: {
      const auto age = reading.input().age;
      return age && (older_ ? *age > age_ : *age < age_);
    }
    case Field::link: return fold_case(reading.input().link).find(value_) != std::string::npos;
  }
  return false;
}

bool FilterRule::matches(const FilterInput& input) const {
  Reading reading{input};
  return matches(reading);
}

std::optional<std::string> ContentFilter::drops(const FilterInput& input) const {
  FilterRule::Reading reading{input};
  for (const auto& rule : exclude) {
    if (rule.matches(reading)) return "exclude: " + rule.text();
  }
  if (!include.empty() &&
      std::ranges::none_of(include, [&](const auto& rule) { return rule.matches(reading); }))
    return "include";
  return std::nullopt;
}

}  // namespace tidings
