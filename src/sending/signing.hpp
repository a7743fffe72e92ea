// The configuration's DKIM keys, and whether mail may be sent without one.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "message/dkim.hpp"

namespace tidings::sending {

/// The signers of [dkim]; none if no key is set. Errc::config for a key that cannot be read, a missing
/// selector, or a domain that does not align with From; Errc::not_permitted for a key file that others can
/// read.
[[nodiscard]] Result<std::vector<message::DkimSigner>> load_signers(const config::Config& config);

/// Errc::config unless mail to this relay will be signed by us or by the relay (signed_by_relay), or never
/// leaves this host (loopback). Gmail, Yahoo and Microsoft refuse unsigned bulk mail.
[[nodiscard]] Result<void> check_signed(const config::Config& config);

}  // namespace tidings::sending
