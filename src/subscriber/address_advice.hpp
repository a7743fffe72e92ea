// Addresses that are well-formed but look wrong: misspelt domains of big mail services, and roles. Pure.
//
// Advice only: nothing is refused because of it. A domain counts as misspelt if one letter too many, too few,
// wrong or swapped separates it from a big service's, and it is not one of the real domains that close
// (mail.com is not a misspelt gmail.com).
#pragma once

#include <optional>
#include <string>

#include "base/mail_address.hpp"

namespace tidings::subscriber {

/// One line: "ann@gmial.com: did they mean @gmail.com?"; nothing if all looks well.
[[nodiscard]] std::optional<std::string> advice_on(const MailAddress& address);

}  // namespace tidings::subscriber
