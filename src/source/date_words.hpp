// The words of dates in many languages. All functions take case-folded UTF-8 (fold_case). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidings::source {

/// 1 to 12 for a month's name or usual abbreviation, with or without a final '.' or case ending; 0 if it is
/// not a month.
[[nodiscard]] int month_of_name(std::string_view word);

/// True for the name of a day of the week in the languages that month_of_name knows.
[[nodiscard]] bool is_weekday_name(std::string_view word);

/// Minutes east of UTC for a zone abbreviation: those of RFC 822 and common later ones ("cest", "pt", "jst").
[[nodiscard]] std::optional<int> zone_offset_of(std::string_view word);

enum class HalfOfDay { unknown, first, second };
/// "am", "p.m.", Greek, Korean, Chinese, Japanese forms.
[[nodiscard]] HalfOfDay half_of_day(std::string_view word);

/// Minutes east of UTC of the country that uses this word for half a day; nothing for Greek and Latin
/// letters.
[[nodiscard]] std::optional<int> assumed_offset_of(std::string_view half_of_day_word);

/// Years of Japanese eras in western form: "平成16年" becomes "2004年"; other text is unchanged.
[[nodiscard]] std::string western_years(std::string_view text);

/// "2004年12月23日" and its Korean equivalent with '-' between the numbers; other text is unchanged.
[[nodiscard]] std::string separate_cjk_units(std::string_view text);

}  // namespace tidings::source
