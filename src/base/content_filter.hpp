// include and exclude of [[source]] and [[digest]]: which posts are taken. Pure.
//
// A rule is a word or phrase (in title or text), or FIELD:VALUE with one of title, text, author, category,
// link, language ("de" is also "de-AT") and age (">7d", "<12h": since it was published; unknown matches
// neither). Letter case is ignored in every script. Words are whole words, unless a * stands for the rest:
// "werb*". A category is meant whole; of a link any part. /REGEX/ and title:/REGEX/ (ECMAScript) are looked
// for in the title. A plain rule that can only be a regular expression ("harbou?r", "^ad") is refused.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace tidings {

/// What rules look at.
struct FilterInput {
  std::string_view title{};
  std::string_view author{};
  std::string_view link{};
  std::span<const std::string> categories{};
  std::string_view language{};                     ///< BCP 47; empty: not known
  std::optional<std::chrono::milliseconds> age{};  ///< when it was first seen; none: not known
  std::function<std::string()> text{};  ///< plain; asked for at most once, and only if a rule needs it
};

class FilterRule {
 public:
  /// What it looks at; words: title and text.
  enum class Field { words, title, text, author, category, link, language, age };

  /// Errc::config for an unknown field, an empty value, a broken regular expression or one without slashes.
  [[nodiscard]] static Result<FilterRule> parse(std::string_view text);

  [[nodiscard]] bool matches(const FilterInput& input) const;
  [[nodiscard]] const std::string& text() const { return text_; }

  bool operator==(const FilterRule& other) const { return text_ == other.text_; }

 private:
  friend struct ContentFilter;
  class Reading;
  struct TitlePattern;

  [[nodiscard]] bool matches(Reading& reading) const;

  std::string text_;  ///< as it was written
  Field field_ = Field::words;
  std::string value_;  ///< folded, without the stars
  bool open_begin_ = false;
  bool open_end_ = false;
  std::chrono::milliseconds age_{};
  bool older_ = false;  ///< older than age_, else younger
  std::shared_ptr<const TitlePattern> pattern_;
};

struct ContentFilter {
  std::vector<FilterRule> include;  ///< one of them must match; empty: all are taken
  std::vector<FilterRule> exclude;  ///< none of them may

  /// Why a post is left out ("exclude: category:ads", "include"); nothing if it is taken.
  [[nodiscard]] std::optional<std::string> drops(const FilterInput& input) const;
  [[nodiscard]] bool empty() const { return include.empty() && exclude.empty(); }
};

}  // namespace tidings
