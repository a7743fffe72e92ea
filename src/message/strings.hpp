// The words and date patterns of one language: templates/THEME/strings/LANG.toml, whose comments describe the
// format.
//
// Pure except for the lookup function. Thread-safe once loaded.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/zone.hpp"
#include "digest/digest.hpp"

namespace tidings::message {

/// The text of a file below templates/, e.g. "default/strings/en.toml"; nothing if it does not exist. config/
/// looks beside config.toml first, then into the program.
using Lookup = std::function<std::optional<std::string>(std::string_view path)>;

/// First and last day, both included.
struct Days {
  std::chrono::year_month_day first;
  std::chrono::year_month_day last;

  bool operator==(const Days&) const = default;
};

/// The days that lie mostly in the period, that is, whose noon does: Monday 08:00 to the next Monday 08:00 is
/// Monday to Sunday. A shorter period is the day of its middle.
[[nodiscard]] Days days_of(const digest::Period& period, const Zone& zone);

/// Extended to include the days of these posts.
[[nodiscard]] Days with_days(Days days, const digest::DateSpan& shown, const Zone& zone);

/// Whose strings serve a BCP 47 tag of any case, best first, lower case: "pt-BR" is pt-br, pt; "zh-TW" is
/// zh-tw, zh-hant, zh, because Taiwan, Hong Kong and Macau write traditional characters. Empty for an empty
/// tag.
[[nodiscard]] std::vector<std::string> fallbacks_of(std::string_view language);

/// Values for {placeholders}.
using Placeholders = std::map<std::string, std::string, std::less<>>;

class Strings {
 public:
  /// Each key is looked for in the theme's file of the first of fallbacks_of(`language`), then default's,
  /// then both of the next, then both for "en". A language that has no file at all is English. Errc::config
  /// with file:line:column for syntax, an unknown key outside [t], a list of the wrong length, a placeholder
  /// that is unknown.
  [[nodiscard]] static Result<Strings> load(std::string_view theme, std::string_view language,
                                            const Lookup& lookup);

  /// The tag of the file that was found: what `lang=` and Content-Language say. "en" after a fall-back.
  [[nodiscard]] const std::string& language() const;
  [[nodiscard]] const std::string& name() const;     ///< of the language, in the language
  [[nodiscard]] std::string_view direction() const;  ///< "ltr" or "rtl"

  /// [t], placeholders not yet filled in.
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& texts() const;

  [[nodiscard]] std::string date(std::chrono::year_month_day day) const;
  [[nodiscard]] std::string day_heading(std::chrono::year_month_day day) const;
  [[nodiscard]] std::string post_date(std::chrono::year_month_day day) const;
  [[nodiscard]] std::string time(std::chrono::minutes since_midnight) const;
  /// post_date() with the time of day.
  [[nodiscard]] std::string post_time(std::chrono::local_seconds at) const;
  [[nodiscard]] std::string period(const Days& days) const;
  [[nodiscard]] std::string edition_title(std::string_view digest_title, std::string_view period) const;

  /// "1 post", "7 posts"; the word is a table below [plural]: "posts_word", "more_word".
  [[nodiscard]] std::string count(std::string_view word, long long n) const;

  /// "a, b and c".
  [[nodiscard]] std::string list(std::span<const std::string> items) const;
  /// "a, b, c".
  [[nodiscard]] std::string enumerate(std::span<const std::string> items) const;

  Strings(Strings&&) noexcept;
  Strings& operator=(Strings&&) noexcept;
  ~Strings();

  struct Tables;

 private:
  explicit Strings(std::unique_ptr<Tables> tables);
  std::unique_ptr<Tables> tables_;
};

/// What is wrong with one strings file; lines with their place.
struct StringsReport {
  std::vector<std::string> mistakes;  ///< syntax, unknown keys, placeholders: not to be used like this
  std::vector<std::string> missing;   ///< names that readers would see in English
};

/// Reads THEME/strings/LANGUAGE.toml against English: `built_in` finds the program's own files, so that a
/// word is known if the program or the theme's en.toml has it. A placeholder of the English text must be in
/// the translation too.
[[nodiscard]] StringsReport check_strings(std::string_view theme, std::string_view language,
                                          const Lookup& lookup, const Lookup& built_in);

/// Names in braces in a text, without what stands in double braces.
[[nodiscard]] std::vector<std::string> placeholders_in(std::string_view text);

/// "{name}" replaced by its value; a name that is not there stays as it is. What is put in is not looked at
/// again.
[[nodiscard]] std::string fill_placeholders(std::string_view pattern, const Placeholders& values);

}  // namespace tidings::message
