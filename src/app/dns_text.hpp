// TXT records from the C library's resolver, for doctor --dns.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace tidings::app {

/// The TXT records of a name, each joined from its strings (RFC 1035 section 3.3.14); empty if there are
/// none. `resolver` is "ADDRESS" or "ADDRESS:PORT" of IPv4, empty for the system's. Gives up after a few
/// seconds: Errc::unavailable.
[[nodiscard]] Result<std::vector<std::string>> text_records(const std::string& name,
                                                            const std::string& resolver);

/// "p" of "v=DKIM1; k=rsa; p=MII..." (RFC 6376 section 3.2), blanks removed; nothing if the tag is absent.
[[nodiscard]] std::optional<std::string> tag_of(std::string_view record, std::string_view tag);

}  // namespace tidings::app
