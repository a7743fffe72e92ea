#include "subscriber/consent.hpp"

#include <algorithm>
#include <iterator>

#include "base/text.hpp"

namespace tidings::subscriber {
namespace {

constexpr std::size_t max_detail_bytes = 500;

constexpr ConsentEvent all_events[] = {ConsentEvent::requested, ConsentEvent::confirmed,
                                       ConsentEvent::withdrawn, ConsentEvent::expired, ConsentEvent::changed};
constexpr Origin all_origins[] = {Origin::cli,    Origin::import,    Origin::web,   Origin::one_click,
                                  Origin::mailto, Origin::complaint, Origin::system};

}  // namespace

std::string_view name_of(ConsentEvent event) {
  switch (event) {
    case ConsentEvent::requested: return "requested";
    case ConsentEvent::confirmed: return "confirmed";
    case ConsentEvent::withdrawn: return "withdrawn";
    case ConsentEvent::expired: return "expired";
    case ConsentEvent::changed: return "changed";
  }
  return "";
}

std::string_view name_of(Origin origin) {
  switch (origin) {
    case Origin::cli: return "cli";
    case Origin::import: return "import";
    case Origin::web: return "web";
    case Origin::one_click: return "one-click";
    case Origin::mailto: return "mailto";
    case Origin::complaint: return "complaint";
    case Origin::system: return "system";
  }
  return "";
}

Result<void> ConsentLog::record(SubscriberId subscriber, const Consent& consent) {
  const auto detail = collapse_blanks(clean_utf8(consent.detail));
  if (batch_) {
    batch_->add(subscriber)
        .add(consent.digest)
        .add(name_of(consent.event))
        .add(consent.at)
        .add(name_of(consent.origin));
    batch_->add(truncate_utf8(detail, max_detail_bytes));
    return {};
  }
  if (!insert_) {
    insert_.emplace(database_.prepare(R"(
        INSERT INTO consents (subscriber_id, digest, event, at_ms, origin, detail)
        VALUES (:subscriber, :digest, :event, :at, :origin, :detail))"));
  }
  return insert_->bind(":subscriber", subscriber)
      .bind(":digest", consent.digest)
      .bind(":event", name_of(consent.event))
      .bind(":at", consent.at)
      .bind(":origin", name_of(consent.origin))
      .bind(":detail", truncate_utf8(detail, max_detail_bytes))
      .run();
}

store::RowBatch& ConsentLog::begin_bulk() {
  return batch_.emplace(database_,
                        "INSERT INTO consents (subscriber_id, digest, event, at_ms, origin, detail)", 6);
}

std::vector<std::string> in_place_of(std::string_view digest, std::span<const Consent> history) {
  const auto left_last = [&] {
    auto at = history.end();
    for (auto each = history.begin(); each != history.end(); ++each) {
      if (each->digest == digest && each->event == ConsentEvent::withdrawn) at = each;
    }
    return at;
  }();
  if (left_last == history.end()) return {};
  std::vector<std::string> held{std::string{digest}};
  const auto leaves = [&](const Consent& each) {
    return each.event == ConsentEvent::withdrawn && std::ranges::find(held, each.digest) != held.end();
  };
  // A change is one transaction: what was left and what was joined carry the same instant.
  for (auto begin = left_last; begin != history.end();) {
    const auto end =
        std::find_if(begin, history.end(), [&](const Consent& each) { return each.at != begin->at; });
    std::vector<std::string> joined;
    for (auto each = begin; each != end; ++each) {
      const bool joins = each->event == ConsentEvent::confirmed || each->event == ConsentEvent::requested;
      if (joins && each->origin == begin->origin) joined.push_back(each->digest);
    }
    if (std::any_of(begin, end, leaves) && !joined.empty()) {
      std::erase_if(held, [&](const std::string& each) {
        return std::any_of(begin, end, [&](const Consent& one) {
          return one.event == ConsentEvent::withdrawn && one.digest == each;
        });
      });
      held.insert(held.end(), joined.begin(), joined.end());
    }
    begin = end;
  }
  std::erase(held, digest);
  return held;
}

Result<std::vector<Consent>> ConsentLog::history(SubscriberId subscriber) {
  auto query = database_.prepare(R"(
      SELECT digest, event, at_ms, origin, detail FROM consents
      WHERE subscriber_id = :subscriber ORDER BY at_ms, id)");
  query.bind(":subscriber", subscriber);
  std::vector<Consent> history;
  TIDINGS_TRY(query.each([&](const store::Statement& row) {
    auto& consent =
        history.emplace_back(Consent{.digest = row.text(0), .at = row.time(2), .detail = row.text(4)});
    for (const auto event : all_events) {
      if (row.view(1) == name_of(event)) consent.event = event;
    }
    for (const auto origin : all_origins) {
      if (row.view(3) == name_of(origin)) consent.origin = origin;
    }
  }));
  return history;
}

Result<void> ConsentLog::forget(SubscriberId subscriber) {
  auto statement = database_.prepare("DELETE FROM consents WHERE subscriber_id = :subscriber");
  return statement.bind(":subscriber", subscriber).run();
}

Result<std::vector<std::pair<std::string, std::int64_t>>> ConsentLog::left(const Leavers& which) {
  auto rows = database_.prepare(R"(
    SELECT c.origin, count(DISTINCT c.subscriber_id)
    FROM consents c
    JOIN delivery_states d ON d.subscriber_id = c.subscriber_id AND d.edition_id = :edition
    WHERE c.event = 'withdrawn' AND c.digest IN (:digest, '') AND c.origin IN ('web', 'one-click', 'mailto')
      AND c.at_ms >= :from AND c.at_ms < :until AND d.state IN ('sent', 'bounced')
    GROUP BY c.origin ORDER BY c.origin)");
  rows.bind(":edition", which.edition)
      .bind(":digest", which.digest)
      .bind(":from", which.from)
      .bind(":until", which.until);
  std::vector<std::pair<std::string, std::int64_t>> out;
  TIDINGS_TRY(rows.each([&](const store::Statement& row) { out.emplace_back(row.text(0), row.integer(1)); }));
  return out;
}

Result<ConsentLog::Acts> ConsentLog::people_by_week(UtcTime first) {
  auto rows = database_.prepare(R"(
    SELECT (at_ms - :first) / 604800000 AS week, event, count(DISTINCT subscriber_id) FROM consents
    WHERE at_ms >= :first GROUP BY week, event)");
  rows.bind(":first", first);
  Acts out;
  TIDINGS_TRY(rows.each([&](const store::Statement& row) {
    for (const auto event : all_events) {
      if (row.view(1) == name_of(event)) out[{row.integer(0), event}] = row.integer(2);
    }
  }));
  return out;
}

}  // namespace tidings::subscriber
