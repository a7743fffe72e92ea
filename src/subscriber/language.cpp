#include "subscriber/language.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "subscriber/language_table.hpp"

namespace tidings::subscriber {
namespace {

constexpr std::size_t max_language_bytes = 35;  // RFC 5646 section 4.4.1

bool are_letters(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

bool are_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool has_word(std::string_view list, std::string_view word) {
  const auto at = list.find(std::string{word} + " ");
  return at != std::string_view::npos && (at == 0 || list[at - 1] == ' ');
}

std::string ascii_upper(std::string_view text) {
  std::string upper{text};
  for (auto& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return upper;
}

/// "de" for "de", "deu" and "ger"; a three-letter code without a two-letter one stays.
std::optional<std::string> primary_of(std::string_view subtag) {
  const auto code = ascii_lower(subtag);
  if (code == "iw") return "he";  // written by Java and old lists
  if (code == "in") return "id";
  for (const auto& each : known_languages()) {
    if (each.code == code || (code.size() == 3 && has_word(std::string{each.three_letters} + " ", code))) {
      return std::string{each.code};
    }
  }
  if (code.size() == 3 && has_word(further_languages(), code)) return code;
  return std::nullopt;
}

std::optional<std::string> by_name(std::string_view text) {
  const auto wanted = fold_case(collapse_blanks(text));
  for (const auto& each : known_languages()) {
    for (const auto name : split(each.names, '|')) {
      if (fold_case(name) == wanted) return std::string{each.code};
    }
  }
  return std::nullopt;
}

/// Script, region, variants and extensions (RFC 5646 section 2.1), after the language.
std::optional<std::string> written_subtag(std::string_view subtag, bool in_extension) {
  if (subtag.empty() || subtag.size() > 8) return std::nullopt;
  if (in_extension) return ascii_lower(subtag);
  if (subtag.size() == 4 && are_letters(subtag)) {
    const auto script = ascii_upper(subtag.substr(0, 1)) + ascii_lower(subtag.substr(1));
    return has_word(scripts(), script) ? std::optional{script} : std::nullopt;
  }
  if (subtag.size() == 2 && are_letters(subtag)) {
    const auto country = ascii_upper(subtag);
    return has_word(countries(), country) ? std::optional{country} : std::nullopt;
  }
  if (subtag.size() == 3 && are_digits(subtag)) return std::string{subtag};
  if (subtag.size() >= 5 || (subtag.size() == 4 && are_digits(subtag.substr(0, 1))))
    return ascii_lower(subtag);
  return std::nullopt;
}

std::optional<std::string> by_tag(std::string_view text) {
  const auto tag = replace_all(text, "_", "-");
  const auto subtags = split(tag, '-');
  auto written = primary_of(subtags.front());
  if (!written) return std::nullopt;
  bool in_extension = false;
  for (std::size_t i = 1; i < subtags.size(); ++i) {
    const bool alphanumeric = std::ranges::all_of(subtags[i], [](char c) {
      return are_letters({&c, 1}) || are_digits({&c, 1});
    });
    if (!alphanumeric) return std::nullopt;
    in_extension = in_extension || subtags[i].size() == 1;
    const auto subtag = written_subtag(subtags[i], in_extension);
    if (!subtag) return std::nullopt;
    *written += "-" + *subtag;
  }
  return written;
}

/// "did you mean de (Deutsch)?"
std::string nearest(std::string_view text) {
  std::vector<std::string> known;
  for (const auto& each : known_languages()) {
    for (const auto name : split(each.names, '|')) known.emplace_back(name);
  }
  const auto hint = text.size() > 3 ? did_you_mean(text, known) : std::string{};
  for (const auto& name : known) {
    if (hint.find("\"" + name + "\"") != std::string::npos)
      return fmt::format("did you mean {} ({})?", *by_name(name), name);
  }
  const auto primary = primary_of(split(replace_all(text, "_", "-"), '-').front());
  return primary ? fmt::format("did you mean {}?", *primary) : "write it like de or pt-BR";
}

}  // namespace

Result<std::string> check_language(std::string_view text) {
  text = trim(text);
  if (text.empty()) return std::string{};
  if (text.size() <= max_language_bytes) {
    if (auto tag = by_tag(text)) return *std::move(tag);
  }
  if (is_valid_utf8(text) && text.size() <= 100) {
    if (auto code = by_name(text)) return *std::move(code);
  }
  const auto shown = clean_utf8(text);
  return fail(Errc::bad_data, fmt::format("\"{}\" is not a language", truncate_utf8(shown, 40)),
              nearest(truncate_utf8(shown, 40)));
}

}  // namespace tidings::subscriber
