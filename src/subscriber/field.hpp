// Own fields: what a publisher wants to know of readers besides name and language ([[field]]), and what their
// values may be. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "subscriber/subscriber.hpp"

namespace tidings::subscriber {

enum class FieldKind { text, choice, date, number, yes_no };

struct FieldRule {
  std::string name;   ///< small letters, digits and underscores
  std::string title;  ///< for readers
  FieldKind kind = FieldKind::text;
  std::vector<std::string> choices;
};

/// Errc::bad_data names the nearest.
[[nodiscard]] Result<const FieldRule*> find_field(std::string_view name, std::span<const FieldRule> rules);

/// The value as it is stored: one line of at most 200 bytes; a choice in its spelling, a date as 2026-01-31,
/// a number in digits, "yes" or "no". Blank text is empty: no value. Errc::bad_data.
[[nodiscard]] Result<std::string> check_field(const FieldRule& rule, std::string_view text);

/// All of them, by their names. Errc::bad_data as above.
[[nodiscard]] Result<Fields> check_fields(const Fields& wanted, std::span<const FieldRule> rules);

/// A value as somebody might have it, for previews.
[[nodiscard]] std::string sample_of(const FieldRule& rule);

/// "city=Porto", one a line.
[[nodiscard]] std::string lines_of_fields(const Fields& fields);
[[nodiscard]] Fields fields_in_lines(std::string_view lines);

}  // namespace tidings::subscriber
