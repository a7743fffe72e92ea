// What people write to an address that tidings reads goes on to the editor, with the mail itself attached.
//
// No loops: such a mail says that it was made by a machine (RFC 3834) and bears X-Tidings-Forwarded, and what
// bears that is not forwarded again; it never goes to an address that we read ourselves; what is forwarded is
// limited by the hour, and by writer and day (bounce/forward_table). What the relay refuses for good, or has
// not taken for two days, is kept in `unmatched`. May run at the same time as a delivery and as itself:
// claims keep them apart.
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/context.hpp"
#include "delivery/run.hpp"

namespace tidings::returns {

/// The header field of what we forward, lower case.
inline constexpr std::string_view forwarded_field = "x-tidings-forwarded";

struct ForwardReport {
  int sent = 0;
  int kept = 0;              ///< put into `unmatched` instead
  std::int64_t waiting = 0;  ///< for a later run
  std::string trouble{};     ///< why some wait or were kept; one line
};

/// Sends what is due until nothing is, the relay is in trouble, or `stop`.
[[nodiscard]] Result<ForwardReport> send_forwards(const config::Context& context,
                                                  const delivery::StopFlag& stop);

/// One line about what waits or was kept; empty if all is well.
[[nodiscard]] std::string in_words(const Result<ForwardReport>& report);

}  // namespace tidings::returns
