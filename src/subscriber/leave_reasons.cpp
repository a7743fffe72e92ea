#include "subscriber/leave_reasons.hpp"

namespace tidings::subscriber {

std::string_view name_of(LeaveReason reason) {
  switch (reason) {
    case LeaveReason::too_many: return "too_many";
    case LeaveReason::not_expected: return "not_expected";
    case LeaveReason::never_subscribed: return "never_subscribed";
    case LeaveReason::reads_elsewhere: return "reads_elsewhere";
    case LeaveReason::other: return "other";
  }
  return "";
}

std::optional<LeaveReason> leave_reason_of(std::string_view name) {
  for (const auto reason : all_leave_reasons) {
    if (name == name_of(reason)) return reason;
  }
  return std::nullopt;
}

Result<void> LeaveReasons::record(SubscriberId subscriber, EditionId edition, LeaveReason reason,
                                  UtcTime at) {
  auto put = database_.prepare(R"(
      INSERT INTO leave_reasons (subscriber_id, edition_id, reason, at_ms) VALUES (:subscriber, :edition, :reason, :at)
      ON CONFLICT (subscriber_id, edition_id) DO UPDATE SET reason = excluded.reason, at_ms = excluded.at_ms)");
  return put.bind(":subscriber", subscriber)
      .bind(":edition", edition)
      .bind(":reason", name_of(reason))
      .bind(":at", at)
      .run();
}

Result<LeaveReasonCounts> LeaveReasons::count(EditionId edition) {
  auto query = database_.prepare(R"(
      SELECT reason, count(*) FROM leave_reasons WHERE edition_id = :edition
      GROUP BY reason ORDER BY count(*) DESC, reason)");
  query.bind(":edition", edition);
  LeaveReasonCounts counts;
  TIDINGS_TRY(query.each([&](const store::Statement& row) {
    if (const auto reason = leave_reason_of(row.view(0))) counts.emplace_back(*reason, row.integer(1));
  }));
  return counts;
}

Result<void> LeaveReasons::forget(SubscriberId subscriber) {
  auto statement = database_.prepare("DELETE FROM leave_reasons WHERE subscriber_id = :id");
  return statement.bind(":id", subscriber).run();
}

}  // namespace tidings::subscriber
