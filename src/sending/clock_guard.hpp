// Wrong clocks: what a wrong clock wrote is found, reported and corrected, and an artificial clock is kept
// off a list in use.
//
// Nothing here trusts the current clock more than the database: times in the future are reported and ignored
// (digest/edition_table, source/source_table, delivery/ledger), and only mend_clock() changes them, on
// request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "store/database.hpp"

namespace tidings::sending {

/// One line for each edition, source, post or delivery with a time in the future.
[[nodiscard]] Result<std::vector<std::string>> clock_troubles(const config::Context& context);
inline constexpr const char* clock_hint =
    "if the clock is right now, \"tidings db check --mend\" corrects the date";

/// Corrects all of them; one line for each change. The caller holds the sender's lock.
[[nodiscard]] Result<std::vector<std::string>> mend_clock(const config::Context& context);

/// Before collecting, composing or sending. Errc::not_permitted if `clock` is made up (--at) and further than
/// clock_slack from the real one, on a database that has mailed an edition for real; Errc::try_again if it is
/// before this program was written.
[[nodiscard]] Result<void> allow_work(const config::Context& context);

/// Records that an edition was sent over a real relay, unless the clock is artificial.
[[nodiscard]] Result<void> note_real_sending(store::Database& database, const Clock& clock);
/// For a copy, on which a rehearsal may do anything.
[[nodiscard]] Result<void> forget_real_sending(store::Database& database);

}  // namespace tidings::sending
