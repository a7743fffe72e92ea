// [[source]] include and exclude: which entries of a source become posts. Pure.
//
// A rule is a word or phrase (in title or text), or FIELD:VALUE with one of title, text, author, category and
// link. Letter case is ignored in every script. Words are whole words, unless a * stands for the rest:
// "werb*". A category is meant whole; of a link any part. /REGEX/ and title:/REGEX/ (ECMAScript) are looked
// for in the title.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "source/source.hpp"

namespace tidings::source {

struct TitlePattern;

class FilterRule {
 public:
  /// Errc::config for an unknown field, an empty value or a broken regular expression.
  [[nodiscard]] static Result<FilterRule> parse(std::string_view text);

  [[nodiscard]] bool matches(const Entry& entry) const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  enum class Field { words, title, text, author, category, link };

  std::string text_;  ///< as it was written
  Field field_ = Field::words;
  std::string value_;  ///< folded, without the stars
  bool open_begin_ = false;
  bool open_end_ = false;
  std::shared_ptr<const TitlePattern> pattern_;
};

struct EntryFilter {
  std::vector<FilterRule> include;  ///< one of them must match; empty: all are taken
  std::vector<FilterRule> exclude;  ///< none of them may

  /// Why the entry is no post ("exclude: category:ads", "include"); nothing if it is one.
  [[nodiscard]] std::optional<std::string> drops(const Entry& entry) const;
  [[nodiscard]] bool empty() const { return include.empty() && exclude.empty(); }
};

}  // namespace tidings::source
