// The languages that a subscriber may have. Internal to language.cpp.
#pragma once

#include <span>
#include <string_view>

namespace tidings::subscriber {

struct KnownLanguage {
  std::string_view code;           ///< ISO 639-1, with a script where names tell it
  std::string_view three_letters;  ///< ISO 639-2, separated by blanks
  std::string_view names;          ///< separated by '|'
};

[[nodiscard]] std::span<const KnownLanguage> known_languages();
/// Three-letter codes of languages without a two-letter one, each followed by a blank, like the next two.
[[nodiscard]] std::string_view further_languages();
/// "Latn"
[[nodiscard]] std::string_view scripts();
/// "BR"
[[nodiscard]] std::string_view countries();

}  // namespace tidings::subscriber
