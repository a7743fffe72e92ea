// What the DNS says about mail from us, for doctor --dns: SPF (RFC 7208), DKIM (RFC 6376), DMARC by the walk
// up the tree (RFC 9989), alignment, where mail to us goes, names of the relay's addresses, MTA-STS and
// TLS-RPT.
#pragma once

#include <functional>

#include "app/dns.hpp"
#include "app/doctor.hpp"
#include "config/config.hpp"

namespace tidings::app {

/// Each finding as it is made. Findings are not errors; nothing here is one.
void examine_dns(const config::Config& config, Resolver& resolver, UtcTime now,
                 const std::function<void(Finding)>& add);

}  // namespace tidings::app
