// Late joiners: newcomers get the edition that had just gone out, as one more delivery of it.
//
// Whoever confirms within [[digest]] late_joiners of an edition's first mail gets that edition, and with
// [web] welcome = "latest" the newest one, however old. It is rendered for them if nobody had their language
// and topics. Nobody gets a post of which a mail to them was planned before, nor an edition whose mails are
// held.
#pragma once

#include "base/result.hpp"
#include "config/context.hpp"

namespace tidings::edition {

/// Whether members/membership.hpp is to note who joins the digest.
[[nodiscard]] bool admits_late_joiners(const config::Config& config, std::string_view digest);

/// Plans what newcomers since the last call are promised, in one transaction; deliver() sends it. Returns the
/// number of deliveries. The caller holds the sender's lock.
[[nodiscard]] Result<int> plan_late_joiners(const config::Context& context);

}  // namespace tidings::edition
