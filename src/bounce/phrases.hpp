// What mail systems say, as data: the phrases behind each reason, in the order in which they are asked
// (phrases.cpp), and the words that take the blame off the address again.
#pragma once

#include <span>
#include <string_view>

#include "bounce/report.hpp"

namespace tidings::bounce {

struct PhraseGroup {
  Reason reason = Reason::unknown;
  std::span<const std::string_view> phrases{};  ///< lower case; '*' stands for up to 100 bytes
};

/// The first group with a phrase that occurs says the reason.
[[nodiscard]] std::span<const PhraseGroup> phrase_table();

/// `flat` (scan.hpp) speaks of us, the sending side. Addresses and host names in it do not count.
[[nodiscard]] bool is_about_us(std::string_view flat);

/// The notice says that we were refused before a recipient was named (RFC 5321 section 3.3).
[[nodiscard]] bool is_before_recipient(std::string_view flat);

/// Words of spam so plain that they outweigh those of an unknown user.
[[nodiscard]] bool is_surely_spam(std::string_view flat);

/// Beside what it says of the address, `flat` names a cause that is not the address.
[[nodiscard]] bool names_another_cause(std::string_view flat);

/// `flat`, which says that the user is unknown, does so only in words that others use too.
[[nodiscard]] bool is_only_vague(std::string_view flat);

/// Which cause of the message or of its sender `flat` names beside such vague words; Reason::unknown: none.
[[nodiscard]] Reason cause_beside(std::string_view flat);

}  // namespace tidings::bounce
