// All that is stored about one person, for themselves or for whoever must answer them.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "base/mail_address.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "members/roster.hpp"

namespace tidings::members {

/// As one JSON object over several lines: subscriptions, consents, what was sent and what came back, why they
/// left. Also for an address that is only suppressed. Errc::no_input if nothing is known.
[[nodiscard]] Result<std::string> personal_data(const config::Context& context, const MailAddress& address);

/// What was sent to them (docs/json.md, "subscriber show": deliveries), and what came back (bounces).
[[nodiscard]] nlohmann::ordered_json deliveries_of(const Story& story);
[[nodiscard]] nlohmann::ordered_json bounces_of(const Story& story);

}  // namespace tidings::members
