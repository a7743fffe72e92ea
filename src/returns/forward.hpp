// Forwards to the editor what people write to an address that tidings reads, with the original mail attached.
//
// It cannot loop: a forwarded mail declares itself automatic (RFC 3834) and carries X-Tidings-Forwarded, and
// mail with that field is not forwarded; it never goes to an address that we read ourselves; forwarding is
// limited per hour, and per writer and day (bounce/forward_table). Mail that the relay permanently refuses,
// or has not accepted within two days, is kept in `unmatched`. May run during a delivery and several times at
// once: claims keep them apart.
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/context.hpp"
#include "delivery/run.hpp"

namespace tidings::returns {

/// The header field of forwarded mail, lower case.
inline constexpr std::string_view forwarded_field = "x-tidings-forwarded";

struct ForwardReport {
  int sent = 0;
  int kept = 0;              ///< put into `unmatched` instead
  std::int64_t waiting = 0;  ///< for a later run
  std::string trouble{};     ///< why some wait or were kept; one line
};

/// Sends due mails until none is left, the relay is in trouble, or `stop`.
[[nodiscard]] Result<ForwardReport> send_forwards(const config::Context& context,
                                                  const delivery::StopFlag& stop);

/// One line about what waits or was kept; empty if there is nothing.
[[nodiscard]] std::string in_words(const Result<ForwardReport>& report);

}  // namespace tidings::returns
