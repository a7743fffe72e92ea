// Notices: sign-ups are looked into, and confirmation, welcome and goodbye mails leave over the relay of the configuration.
//
// Who calls: `serve` at once and every few seconds, `cgi` after its answer, `subscriber add`, and `send --due`. All may run at
// the same time and beside a delivery: the table's claims keep them apart, and the sender's lock is not needed.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "app/config.hpp"
#include "app/web_pages.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "delivery/run.hpp"
#include "store/database.hpp"

namespace tidings::app {

struct NoticeReport {
  int sent = 0;
  int refused = 0;      ///< for good
  int postponed = 0;
  std::string trouble;  ///< the relay's, if it did not work
};

/// Turns waiting sign-ups into pending subscribers and notices. Returns how many there were.
[[nodiscard]] Result<int> take_sign_ups(store::Database& database, const Clock& clock, const Config& config);

/// Sends what is due until nothing is, the relay is in trouble, or `stop`. Errc::not_permitted on a copied database
/// (store/instance).
[[nodiscard]] Result<NoticeReport> send_notices(const Config& config, const WebPages& pages, store::Database& database,
                                                const Clock& clock, Random& random, const std::filesystem::path& to_folder,
                                                const delivery::StopFlag& stop);

/// Pending subscriptions older than seven days end; old confirmations and notices are forgotten.
[[nodiscard]] Result<void> tidy_up(store::Database& database, const Clock& clock, Random& random);

}  // namespace tidings::app
