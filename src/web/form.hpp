// Form bodies: application/x-www-form-urlencoded (WHATWG URL section 5) and multipart/form-data (RFC 7578).
// Pure.
//
// Both give the same fields, so that RFC 8058's two content types act alike. Values are UTF-8 without control
// characters except newline (base/text clean_utf8: a NUL or bare CR cannot reach a header or the database);
// files are ignored.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace tidings::web {

class Form {
 public:
  /// The first value of that name; empty if there is none.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
  /// Whether a value of that name lost characters to clean_utf8, so that it is not what was sent.
  [[nodiscard]] bool was_cleaned(std::string_view name) const;
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// The same for octets from outside, cleaned.
  void add_raw(std::string_view name, std::string_view value);
  [[nodiscard]] std::size_t size() const { return fields_.size(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
  std::vector<std::string> cleaned_;  ///< names
};

inline constexpr std::size_t max_form_fields = 500;

/// A query or an urlencoded body. Fields beyond max_form_fields are dropped.
[[nodiscard]] Form parse_urlencoded(std::string_view text);

/// By content type; an empty body is an empty form. Errc::bad_data for another type or a multipart body
/// without boundaries.
[[nodiscard]] Result<Form> parse_form(std::string_view content_type, std::string_view body);

}  // namespace tidings::web
