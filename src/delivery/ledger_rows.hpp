// What the files of ledger.hpp share: rows as they are read to be claimed, and statements that settle them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "delivery/ledger.hpp"

namespace tidings::delivery {

inline int number_of(DeliveryState state) { return static_cast<int>(state); }

/// What the ledger keeps of a reply: enhanced status and text.
inline std::string reply_of(const Outcome& outcome) {
  if (outcome.enhanced.empty()) return outcome.text;
  return outcome.text.empty() ? outcome.enhanced : outcome.enhanced + " " + outcome.text;
}

inline std::optional<int> code_of(const Outcome& outcome) {
  return outcome.code == 0 ? std::nullopt : std::optional{outcome.code};
}

/// Why a recipient is not mailed who has no subscription any more.
inline constexpr std::string_view withdrawn = "withdrawn";

/// A row that could be claimed, and any objection.
struct Ledger::Recipient {
  Claim claim;
  std::string refusal;  ///< empty: none

  Recipient(EditionId edition, const store::Statement& row)
      : claim{.edition = edition,
              .subscriber = row.id<SubscriberId>(0),
              .segment = row.id<SegmentId>(1),
              .attempt = static_cast<int>(row.integer(2)) + 1,
              .address = row.text(3),
              .name = row.text(4)} {
    if (row.integer(5) != 0 || claim.address.empty()) {
      refusal = "erased";
    } else if (!row.is_null(7)) {
      refusal = "suppressed: " + row.text(7);
    } else if (row.integer(6) == 0) {
      refusal = withdrawn;
    }
  }
};

/// Which rows answers are written to.
enum class Rows {
  claimed,  ///< of a claim() in a file
  planned,  ///< on a server: new ones, or those that waited for their hour or their next attempt
  lost,     ///< on a server: in doubt since their worker was lost
};

inline const char* update_of(Rows rows) {
  switch (rows) {
    case Rows::claimed: break;
    case Rows::planned:
      return R"sql(
    INSERT INTO deliveries (edition_id, subscriber_id, segment_id, state, attempts, due_ms, code, reply, settled_ms, relay_id)
    VALUES (:edition, :subscriber, :segment, :state, :attempt, :due, :code, :reply, :now, :relay)
    ON CONFLICT (edition_id, subscriber_id) DO UPDATE
    SET state = excluded.state, attempts = excluded.attempts, due_ms = excluded.due_ms, code = excluded.code,
        reply = excluded.reply, settled_ms = excluded.settled_ms, relay_id = excluded.relay_id
    WHERE deliveries.attempts = excluded.attempts - 1 AND deliveries.state IN (1, 3, 4) /* planned, deferred, in_doubt */)sql";
    case Rows::lost:
      return R"sql(
    UPDATE deliveries SET state = :state, due_ms = :due, code = :code, reply = :reply, settled_ms = :now, relay_id = :relay
    WHERE edition_id = :edition AND subscriber_id = :subscriber AND state = 4 /* in_doubt */ AND attempts = :attempt)sql";
  }
  return R"sql(
    UPDATE deliveries SET state = :state, due_ms = :due, code = :code, reply = :reply, settled_ms = :now, relay_id = :relay
    WHERE edition_id = :edition AND subscriber_id = :subscriber AND state = 2 /* claimed */ AND attempts = :attempt)sql";
}

/// Shared by all answers of one transaction.
struct Ledger::Settling {
  const RetryPolicy& policy;
  UtcTime now;
  Rows rows;
  store::Statement history, update, insert;

  Settling(store::Database& database, const RetryPolicy& by, UtcTime at, Rows of)
      : policy(by),
        now(at),
        rows(of),
        // Attempts given up before an admin reopened the edition do not count against the new ones, nor do
        // those that a clock which was behind has dated before the edition.
        history(database.prepare(R"sql(
    SELECT at_ms, stage, outcome, code, reply,
           at_ms >= coalesce((SELECT approved_ms FROM edition_heads WHERE id = :edition), 0)
             AND at_ms >= coalesce((SELECT sealed_ms FROM edition_heads WHERE id = :edition), 0)
    FROM attempts WHERE edition_id = :edition AND subscriber_id = :subscriber)sql")),
        update(database.prepare(update_of(of))),
        insert(database.prepare(R"sql(
    INSERT INTO attempts (edition_id, subscriber_id, attempt, at_ms, stage, outcome, code, reply, relay)
    VALUES (:edition, :subscriber, :attempt, :now, :stage, :outcome, :code, :reply, :relay))sql")) {}
};

}  // namespace tidings::delivery
