// [[source]] include and exclude: which entries of a source become posts. Pure.
//
// A rule is a word or phrase (in title or text), or FIELD:VALUE with one of title, text, author, category and
// link. Case is ignored in every script. Words are whole words, unless a * stands for the rest: "werb*". A
// category must match whole, a link in any part. /REGEX/ and title:/REGEX/ (ECMAScript) search the title.
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
  /// Errc::config for an unknown field, an empty value or an invalid regular expression.
  [[nodiscard]] static Result<FilterRule> parse(std::string_view text);

  [[nodiscard]] bool matches(const Entry& entry) const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  enum class Field { words, title, text, author, category, link };

  std::string text_;  ///< as written
  Field field_ = Field::words;
  std::string value_;  ///< folded, without the stars
  bool open_begin_ = false;
  bool open_end_ = false;
  std::shared_ptr<const TitlePattern> pattern_;
};

struct EntryFilter {
  std::vector<FilterRule> include;  ///< one must match; empty: all are accepted
  std::vector<FilterRule> exclude;  ///< none may match

  /// Why the entry is not a post ("exclude: category:ads", "include"); nothing if it is one.
  [[nodiscard]] std::optional<std::string> drops(const Entry& entry) const;
  [[nodiscard]] bool empty() const { return include.empty() && exclude.empty(); }
};

}  // namespace tidings::source
