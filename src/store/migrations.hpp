// The schema and its numbered changes, src/store/migrations, and the views, src/store/views.sql; embedded at
// build.
//
// A version is what PRAGMA user_version says. 0001_initial.sql makes an empty file one of `initial_version`;
// the file with the number N after it leads from version N-1 to N. Files of the versions before (1 to 14:
// programs before 0.1.0) are led there by before_0_1/, number by number. A file of ours never has a smaller
// number than that, so each older program refuses what a newer one has written.
#pragma once

#include <span>
#include <string_view>

namespace tidings::store {

/// Of release 0.1.0.
inline constexpr int initial_version = 15;

/// The first makes the schema of `initial_version`, the Nth after it leads to `initial_version` + N.
[[nodiscard]] std::span<const std::string_view> migrations();

/// The Nth, from 1, leads from version N to N + 1.
[[nodiscard]] std::span<const std::string_view> migrations_before_0_1();

/// What a room may read of another's tables. Code, no schema: made anew whenever it differs.
[[nodiscard]] std::string_view views();

}  // namespace tidings::store
