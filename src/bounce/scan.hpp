// Finds addresses, reply codes and enhanced status codes in free text. Pure; any bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::bounce {

struct FoundAddress {
  std::string address{};
  std::size_t begin = 0;   ///< where it starts in the text, brackets and quotes included
  std::size_t end = 0;     ///< one past its end
  bool bracketed = false;  ///< <...>
};

/// Addresses in order. A domain needs a dot unless it is in brackets. Source routes are cut to the last hop
/// (RFC 5321 appendix C).
[[nodiscard]] std::vector<FoundAddress> find_addresses(std::string_view text);

/// The address of a DSN field or header: "rfc822; <a@b>", "Name <a@b>", "a@b"; X.400 with an RFC-822 part.
/// Nothing if there is none.
[[nodiscard]] std::optional<std::string> address_of(std::string_view value);

/// "d.d.d" of class 4 or 5 (also 2 with `any_class`), not part of a longer dotted number.
[[nodiscard]] std::string find_status(std::string_view text);
/// The value of a Status field: starts with d.d.d of any class.
[[nodiscard]] std::string status_at_start(std::string_view text);

/// A reply code 4yz or 5yz as a separate word in a place for codes; 0: none.
[[nodiscard]] int find_reply_code(std::string_view text);

/// One line, lower case, blanks collapsed, without the repeated codes of multi-line replies: the form in
/// which phrases are sought.
[[nodiscard]] std::string flatten(std::string_view text);

}  // namespace tidings::bounce
