// All that is stored about one person, for themselves or for whoever must answer them.
#pragma once

#include <string>

#include "base/mail_address.hpp"
#include "base/result.hpp"
#include "config/context.hpp"

namespace tidings::members {

/// As one JSON object over several lines: subscriptions, consents, what was sent and what came back, why they
/// left. Also for an address that is only suppressed. Errc::no_input if nothing is known.
[[nodiscard]] Result<std::string> personal_data(const config::Context& context, const MailAddress& address);

}  // namespace tidings::members
