// Notices: sign-ups are looked into, and confirmation, welcome and goodbye mails leave over the relay of the
// configuration.
//
// Who calls: `serve` at once and every few seconds, `cgi` after its answer, `subscriber add`, and `send
// --due`. All may run at the same time and beside a delivery: the table's claims keep them apart, and the
// sender's lock is not needed.
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
  int refused = 0;                    ///< for good
  int postponed = 0;                  ///< by the relay, to be tried again
  int failed = 0;                     ///< could not be made or handed over; tried again later and later
  std::string trouble;                ///< the relay's, if it did not work
  std::vector<std::string> failures;  ///< the first of those that failed, in words
};

/// Turns waiting sign-ups into pending subscribers and notices. Returns how many there were.
[[nodiscard]] Result<int> take_sign_ups(const config::Context& context);

/// Sends what is due until nothing is, the relay is in trouble three times in a row, or `stop`. A notice that
/// fails waits with its error for a later try, and the others go on. Errc::not_permitted on a copied database
/// (store/instance).
[[nodiscard]] Result<NoticeReport> send_notices(const config::Context& context, const NoticeWriter& words,
                                                const std::filesystem::path& to_folder,
                                                const delivery::StopFlag& stop);

/// Pending subscriptions older than seven days end; old confirmations and notices are forgotten.
[[nodiscard]] Result<void> tidy_up(const config::Context& context);

}  // namespace tidings::members
