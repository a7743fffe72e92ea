// The words of dates in many languages. All take case-folded UTF-8 (fold_case). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidings::source {

/// 1 to 12 for a month's name or usual abbreviation, a final '.' or case ending included; 0 if it is none.
[[nodiscard]] int month_of_name(std::string_view word);

/// True for the name of a day of the week in the languages that month_of_name knows.
[[nodiscard]] bool is_weekday_name(std::string_view word);

/// Minutes east of UTC for a zone's abbreviation: those of RFC 822 and the commoner ones since ("cest", "pt",
/// "jst").
[[nodiscard]] std::optional<int> zone_offset_of(std::string_view word);

enum class HalfOfDay { unknown, first, second };
/// "am", "p.m.", Greek, Korean, Chinese, Japanese forms.
[[nodiscard]] HalfOfDay half_of_day(std::string_view word);

/// Minutes east of UTC of the country whose word for half a day this is; nothing for Greek and Latin letters.
[[nodiscard]] std::optional<int> assumed_offset_of(std::string_view half_of_day_word);

/// Years of Japan's eras as they are counted elsewhere: "平成16年" as "2004年"; other text as it is.
[[nodiscard]] std::string western_years(std::string_view text);

/// "2004年12月23日" and its Korean twin with '-' between the numbers; other text as it is.
[[nodiscard]] std::string separate_cjk_units(std::string_view text);

}  // namespace tidings::source
