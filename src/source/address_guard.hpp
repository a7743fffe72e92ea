// Which addresses belong to the public internet: a feed's host must not lead us to any other. Pure.
#pragma once

#include <string_view>

#include <sys/socket.h>

namespace tidings::source {

/// False for loopback, private, link-local, shared, multicast, documentation and other special addresses (RFC
/// 6890 and its successors), also if an IPv6 address carries such an IPv4 one. False for families other than
/// IPv4 and IPv6.
[[nodiscard]] bool is_public_address(const sockaddr& address);

/// The same for "192.0.2.1" or "2001:db8::1"; false if the text is not an address.
[[nodiscard]] bool is_public_address(std::string_view numeric);

}  // namespace tidings::source
