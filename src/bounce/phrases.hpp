// What mail systems say, as data: the phrases for each reason, in the order in which phrases.cpp tries them,
// and the words that clear the address of blame.
#pragma once

#include <span>
#include <string_view>

#include "bounce/report.hpp"

namespace tidings::bounce {

struct PhraseGroup {
  Reason reason = Reason::unknown;
  std::span<const std::string_view> phrases{};  ///< lower case; '*' stands for up to 100 bytes
};

/// The first group with a matching phrase gives the reason.
[[nodiscard]] std::span<const PhraseGroup> phrase_table();

/// Whether `flat` (scan.hpp) speaks of us, the sending side. Ignores addresses and host names in it.
[[nodiscard]] bool is_about_us(std::string_view flat);

/// Whether we were refused before a recipient was named (RFC 5321 section 3.3).
[[nodiscard]] bool is_before_recipient(std::string_view flat);

/// Words of spam so plain that they outweigh those of an unknown user.
[[nodiscard]] bool is_surely_spam(std::string_view flat);

/// Whether `flat` also names a cause other than the address.
[[nodiscard]] bool names_another_cause(std::string_view flat);

/// Whether `flat` reports an unknown user only in words that have other uses too.
[[nodiscard]] bool is_only_vague(std::string_view flat);

/// Which cause in the message or its sender `flat` names beside such vague words; Reason::unknown: none.
[[nodiscard]] Reason cause_beside(std::string_view flat);

}  // namespace tidings::bounce
