// Addresses that are well-formed and still look wrong: slips in the domains of big mail services, and roles.
// Pure.
//
// Advice only: nothing is refused for it. A domain is a slip if one letter too many, too few, wrong or
// swapped makes it a big service's, and it is none of the real domains that are that near (mail.com is not
// gmail.com misspelt).
#pragma once

#include <optional>
#include <string>

#include "base/mail_address.hpp"

namespace tidings::subscriber {

/// One line in words: "ann@gmial.com: did they mean @gmail.com?"; nothing where all looks well.
[[nodiscard]] std::optional<std::string> advice_on(const MailAddress& address);

}  // namespace tidings::subscriber
