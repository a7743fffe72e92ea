// Notices: processes sign-ups, and sends confirmation, welcome and goodbye mails over the configured relay.
//
// Called by `serve` at once and every few seconds, by `cgi` after its answer, by `subscriber add`, and by
// `send --due`. All may run at the same time, and during a delivery: the table's claims keep them apart, so
// the sender's lock is not needed.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/context.hpp"
#include "delivery/run.hpp"
#include "members/notice_text.hpp"

namespace tidings::members {

struct NoticeReport {
  int sent = 0;
  int refused = 0;                    ///< permanently
  int postponed = 0;                  ///< by the relay, to be retried
  int failed = 0;                     ///< could not be built or handed over; retried at growing intervals
  std::string trouble;                ///< the relay's, if it did not work
  std::vector<std::string> failures;  ///< the first of those that failed, in words
};

/// Turns waiting sign-ups into pending subscribers and notices. Returns how many there were.
[[nodiscard]] Result<int> take_sign_ups(const config::Context& context);

/// Whether any is still to be sent, now or later.
[[nodiscard]] Result<bool> has_notices(const config::Context& context);

/// Sends due notices until none is left, the relay is in trouble three times in a row, or `stop`. A failing
/// notice keeps its error and waits for a retry; the others continue. Errc::not_permitted on a copied
/// database (store/instance).
[[nodiscard]] Result<NoticeReport> send_notices(const config::Context& context, const NoticeWriter& words,
                                                const std::filesystem::path& to_folder,
                                                const delivery::StopFlag& stop);

/// Ends pauses whose time has come, subscriptions that were asked about without an answer, and pending ones
/// older than seven days; deletes old confirmations
/// and notices.
[[nodiscard]] Result<void> tidy_up(const config::Context& context);

}  // namespace tidings::members
