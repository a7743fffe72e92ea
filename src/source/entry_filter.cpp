#include "source/entry_filter.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <regex>

#include "base/text.hpp"
#include "source/html_text.hpp"

namespace tidings::source {

struct TitlePattern {
  std::regex regex;
};

namespace {

constexpr std::size_t longest_rule = 1'000;
// libstdc++'s std::regex recurses for each character it reads.
constexpr std::size_t longest_searched_title = 1'000;

const std::vector<std::string>& field_names() {
  static const std::vector<std::string> names{"title", "text", "author", "category", "link"};
  return names;
}

/// Scripts without blanks between words: there a word may begin anywhere.
bool is_unspaced(char32_t c) {
  return (c >= 0x0E00 && c < 0x0F00) || (c >= 0x1000 && c < 0x10A0) || (c >= 0x1780 && c < 0x1800) ||
         (c >= 0x2E80 && c < 0xA000) || (c >= 0xF900 && c < 0xFB00) || (c >= 0xFF66 && c < 0xFFA0) ||
         (c >= 0x20000 && c < 0x32000);
}

bool is_letter(char32_t c) {
  if (c < 0x80) return std::isalnum(static_cast<int>(c)) != 0 || c == '_';
  if (is_unspaced(c)) return false;
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

bool is_in_text(const Entry& entry, const Wanted& wanted) {
  return has_words(fold_case(plain_text_of_html(entry.content_html)), wanted) ||
         has_words(fold_case(plain_text_of_html(entry.summary_html)), wanted);
}

/// "category" of "category:ads"; nothing for "Update: the ferry" and other phrases with a colon.
std::optional<std::string> field_of(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const auto name = text.substr(0, colon);
  const auto is_name = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  if (!std::ranges::all_of(name, is_name)) return std::nullopt;
  auto lower = ascii_lower(name);
  const bool known =
      std::ranges::find(field_names(), lower) != field_names().end() || lower == "tag" || lower == "url";
  const bool glued = colon + 1 < text.size() && text[colon + 1] != ' ';
  return known || glued ? std::optional{lower} : std::nullopt;
}

Result<std::regex> compiled(std::string_view pattern) {
  try {
    return std::regex{std::string{pattern}, std::regex::ECMAScript | std::regex::icase};
  } catch (const std::regex_error& error) {
    return fail(Errc::config,
                "invalid regular expression: " + std::string{pattern} + " (" + error.what() + ")");
  }
}

}  // namespace

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
    const auto meant = *name == "tag" ? "category" : *name == "url" ? "link" : *name;
    const auto found = std::ranges::find(field_names(), meant);
    if (found == field_names().end()) {
      auto hint = did_you_mean(*name, field_names());
      if (hint.empty()) hint = "one of " + join(field_names(), ", ") + "; or a plain word or phrase";
      return fail(Errc::config, "unknown field \"" + *name + "\" in \"" + rule.text_ + "\"", std::move(hint));
    }
    rule.field_ = static_cast<Field>(1 + (found - field_names().begin()));
    value = trim(value.substr(value.find(':') + 1));
  }
  const bool is_regex = value.size() > 2 && value.front() == '/' && value.back() == '/' &&
                        (rule.field_ == Field::words || rule.field_ == Field::title);
  if (is_regex) {
    TIDINGS_LET(auto regex, compiled(value.substr(1, value.size() - 2)));
    rule.pattern_ = std::make_shared<const TitlePattern>(TitlePattern{std::move(regex)});
    return rule;
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

bool FilterRule::matches(const Entry& entry) const {
  if (pattern_) {
    const std::string title{truncate_utf8(entry.title, longest_searched_title)};
    return std::regex_search(title, pattern_->regex) || std::regex_search(fold_case(title), pattern_->regex);
  }
  const Wanted wanted{.value = value_, .open_begin = open_begin_, .open_end = open_end_};
  switch (field_) {
    case Field::words: return has_words(folded(entry.title), wanted) || is_in_text(entry, wanted);
    case Field::title: return has_words(folded(entry.title), wanted);
    case Field::text: return is_in_text(entry, wanted);
    case Field::author: return has_words(folded(entry.author), wanted);
    case Field::category:
      return std::ranges::any_of(entry.categories,
                                 [&](const auto& each) { return is_whole(folded(each), wanted); });
    case Field::link: return fold_case(entry.link).find(value_) != std::string::npos;
  }
  return false;
}

std::optional<std::string> EntryFilter::drops(const Entry& entry) const {
  for (const auto& rule : exclude) {
    if (rule.matches(entry)) return "exclude: " + rule.text();
  }
  if (!include.empty() &&
      std::ranges::none_of(include, [&](const auto& rule) { return rule.matches(entry); }))
    return "include";
  return std::nullopt;
}

}  // namespace tidings::source
