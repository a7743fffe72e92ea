// Clocks that jumped: what a wrong clock wrote is found, told and put right, and a made-up clock is kept off
// a list in use.
//
// Nothing here trusts the clock of this moment more than the database: what lies in the future is told and
// counts for nothing (digest/edition_table, source/source_table, delivery/ledger), and is changed only by
// mend_clock(), when a person says so.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "store/database.hpp"

namespace tidings::sending {

/// One line for each edition, source, post or delivery of the future.
[[nodiscard]] Result<std::vector<std::string>> clock_troubles(const config::Context& context);
inline constexpr const char* clock_hint =
    "if the clock is right now, \"tidings db check --mend\" corrects the date";

/// Dates all of it back; one line for each thing done. The caller holds the sender's lock.
[[nodiscard]] Result<std::vector<std::string>> mend_clock(const config::Context& context);

/// Before collecting, composing or sending. Errc::not_permitted if `clock` is made up (--at) and further than
/// clock_slack from the real one, on a database that has mailed an edition for real; Errc::try_again if it is
/// before this program was written.
[[nodiscard]] Result<void> allow_work(store::Database& database, const Clock& clock);

/// Notes that an edition was mailed over a real relay, unless the clock is made up.
[[nodiscard]] Result<void> note_real_sending(store::Database& database, const Clock& clock);
/// For a copy, on which a rehearsal may do as it likes.
[[nodiscard]] Result<void> forget_real_sending(store::Database& database);

}  // namespace tidings::sending
