// Deliveries added up: writes delivery_sums and summed_editions, as ledger.hpp writes deliveries.
#include "delivery/delivery_sums.hpp"

#include <charconv>
#include <tuple>

#include "base/text.hpp"

namespace tidings::delivery {
namespace {

using std::chrono::minutes;

/// "550 5.1.1": what a relay said without its words, which may quote an address.
std::string reason_of(DeliveryState state, std::int64_t code, std::string_view reply) {
  if (state == DeliveryState::suppressed) return std::string{reply};
  constexpr std::string_view given_up = "given up: ";
  std::string reason;
  if (reply.starts_with(given_up)) {
    reason = given_up;
    reply.remove_prefix(given_up.size());
  }
  if (code != 0) reason += std::to_string(code);
  const auto status = reply.substr(0, reply.find(' '));
  const bool is_status = !status.empty() && status.size() <= 9 &&
                         status.find('.') != std::string_view::npos &&
                         status.find_first_not_of("0123456789.") == std::string_view::npos;
  if (is_status) reason += (reason.empty() || reason.ends_with(' ') ? "" : " ") + std::string{status};
  return reason.empty() ? "no answer" : reason;
}

void count(Counts& counts, DeliveryState state, std::int64_t number) {
  counts.recipients += number;
  switch (state) {
    case DeliveryState::sent: counts.sent += number; break;
    case DeliveryState::failed: counts.failed += number; break;
    case DeliveryState::suppressed: counts.suppressed += number; break;
    case DeliveryState::bounced: counts.bounced += number; break;
    default: break;
  }
}

/// What some rows come to: kind, name, state.
using Summed = std::map<std::tuple<std::string, std::string, int>, std::int64_t>;

struct Row {
  SubscriberId subscriber;
  DeliveryState state;
  std::string domain;
  std::string relay;
  std::string reason;
  std::optional<UtcTime> settled;
  bool is_retried = false;
};

void add(Summed& sums, const Row& row) {
  const int state = static_cast<int>(row.state);
  const bool was_accepted = row.state == DeliveryState::sent || row.state == DeliveryState::bounced;
  ++sums[{"all", "", state}];
  ++sums[{"domain", row.domain, state}];
  if (!row.relay.empty()) ++sums[{"relay", row.relay, state}];
  if (row.state != DeliveryState::sent) ++sums[{"reason", row.reason, state}];
  if (was_accepted && row.settled)
    ++sums[{"minute", std::to_string(to_ms(*row.settled) / 60'000), static_cast<int>(DeliveryState::sent)}];
  if (row.state == DeliveryState::sent && row.is_retried) ++sums[{"retried", "", state}];
}

Result<void> store_sums(store::Database& database, EditionId edition, const Summed& sums) {
  auto upsert = database.prepare(R"(
    INSERT INTO delivery_sums (edition_id, kind, name, state, count) VALUES (:edition, :kind, :name, :state, :count)
    ON CONFLICT (edition_id, kind, name, state) DO UPDATE SET count = delivery_sums.count + excluded.count)");
  for (const auto& [key, number] : sums) {
    upsert.bind(":edition", edition).bind(":kind", std::get<0>(key)).bind(":name", std::get<1>(key));
    TIDINGS_TRY(upsert.bind(":state", std::get<2>(key)).bind(":count", number).run());
  }
  return {};
}

Result<std::vector<Row>> settled_rows(store::Database& database, EditionId edition,
                                      const std::set<std::string>& domains, int limit) {
  auto query = database.prepare(R"sql(
    SELECT d.subscriber_id, d.state, d.attempts, d.code, d.reply, d.settled_ms, n.name, r.domain, r.is_erased
    FROM deliveries d JOIN recipients r ON r.subscriber_id = d.subscriber_id LEFT JOIN relay_names n ON n.id = d.relay_id
    WHERE d.edition_id = :edition AND d.state IN (5, 6, 7, 8) /* sent, failed, suppressed, bounced */
    ORDER BY d.subscriber_id LIMIT :limit)sql");
  query.bind(":edition", edition).bind(":limit", limit);
  return query.list([&](const store::Statement& row) {
    const auto state = static_cast<DeliveryState>(row.integer(1));
    auto domain = row.integer(8) != 0 ? std::string{} : row.text(7);
    if (!domains.contains(domain)) domain.clear();
    const auto code = state == DeliveryState::bounced ? 0 : row.integer(3);
    return Row{.subscriber = row.id<SubscriberId>(0),
               .state = state,
               .domain = std::move(domain),
               .relay = row.text(6),
               .reason = reason_of(state, code, row.view(4)),
               .settled = row.optional_time(5),
               .is_retried = row.integer(2) > 1};
  });
}

Result<void> delete_rows(store::Database& database, EditionId edition, SubscriberId first,
                         SubscriberId last) {
  auto attempts = database.prepare(
      "DELETE FROM attempts WHERE edition_id = :edition AND subscriber_id BETWEEN :first AND :last");
  TIDINGS_TRY(attempts.bind(":edition", edition).bind(":first", first).bind(":last", last).run());
  auto rows = database.prepare(R"sql(
    DELETE FROM deliveries WHERE edition_id = :edition AND subscriber_id BETWEEN :first AND :last
      AND state IN (5, 6, 7, 8) /* sent, failed, suppressed, bounced */)sql");
  return rows.bind(":edition", edition).bind(":first", first).bind(":last", last).run();
}

std::optional<UtcTime> minute_of(std::string_view name) {
  std::int64_t minute = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), minute);
  if (error != std::errc{} || minute < 0 || minute > 4'000'000'000) return std::nullopt;
  return UtcTime{minutes{minute}};
}

}  // namespace

Result<Sums> DeliverySums::of(EditionId edition) {
  Sums out;
  auto head =
      database_.prepare("SELECT since_ms, last_answer_ms FROM summed_editions WHERE edition_id = :edition");
  TIDINGS_LET(const bool found, head.bind(":edition", edition).step());
  if (!found) return out;
  out.since = head.time(0);
  out.last_answer = head.optional_time(1);
  auto rows = database_.prepare(
      "SELECT kind, name, state, count FROM delivery_sums WHERE edition_id = :edition ORDER BY kind, name, "
      "state");
  rows.bind(":edition", edition);
  TIDINGS_TRY(rows.each([&](const store::Statement& row) {
    const auto kind = row.view(0);
    const auto state = static_cast<DeliveryState>(row.integer(2));
    const auto number = row.integer(3);
    auto name = row.text(1);
    if (kind == "domain") {
      count(out.domains[name], state, number);
    } else if (kind == "relay") {
      count(out.relays[name], state, number);
    } else if (kind == "reason") {
      out.reasons.push_back({.state = state, .reason = std::move(name), .count = number});
    } else if (kind == "minute") {
      if (const auto minute = minute_of(name)) out.minutes[*minute] += number;
    } else if (kind == "retried") {
      out.retried += number;
    } else if (kind == "left") {
      out.left.emplace_back(std::move(name), number);
    }
  }));
  return out;
}

Result<bool> DeliverySums::is_final(EditionId edition) {
  auto query = database_.prepare(R"sql(
    SELECT 1 FROM all_deliveries WHERE edition_id = :edition AND state IN (1, 2, 3, 4) /* planned, claimed, deferred, in_doubt */
    LIMIT 1)sql");
  TIDINGS_LET(const bool open, query.bind(":edition", edition).step());
  return !open;
}

Result<bool> DeliverySums::has_rows(EditionId edition) {
  auto query = database_.prepare("SELECT 1 FROM deliveries WHERE edition_id = :edition LIMIT 1");
  return query.bind(":edition", edition).step();
}

Result<void> DeliverySums::begin(EditionId edition,
                                 const std::vector<std::pair<std::string, std::int64_t>>& left) {
  auto known = database_.prepare("SELECT 1 FROM summed_editions WHERE edition_id = :edition");
  TIDINGS_LET(const bool begun, known.bind(":edition", edition).step());
  known.reset();
  if (begun) return {};
  Summed sums;
  for (const auto& [how, number] : left) sums[{"left", how, static_cast<int>(DeliveryState::sent)}] = number;
  TIDINGS_LET(auto transaction, database_.begin());
  auto head = database_.prepare("INSERT INTO summed_editions (edition_id, since_ms) VALUES (:edition, :now)");
  TIDINGS_TRY(head.bind(":edition", edition).bind(":now", clock_.now()).run());
  TIDINGS_TRY(store_sums(database_, edition, sums));
  return transaction.commit();
}

Result<int> DeliverySums::add_up(EditionId edition, const std::set<std::string>& domains, int limit) {
  TIDINGS_LET(auto transaction, database_.begin());
  TIDINGS_LET(const auto rows, settled_rows(database_, edition, domains, limit));
  if (rows.empty()) return 0;
  Summed sums;
  std::optional<UtcTime> last;
  for (const auto& row : rows) {
    add(sums, row);
    if (row.settled && row.state != DeliveryState::bounced)
      last = std::max(last.value_or(*row.settled), *row.settled);
  }
  TIDINGS_TRY(store_sums(database_, edition, sums));
  auto head = database_.prepare(R"(
    UPDATE summed_editions SET last_answer_ms = :last
    WHERE edition_id = :edition AND (last_answer_ms IS NULL OR last_answer_ms < :last))");
  TIDINGS_TRY(head.bind(":last", last).bind(":edition", edition).run());
  TIDINGS_TRY(delete_rows(database_, edition, rows.front().subscriber, rows.back().subscriber));
  TIDINGS_TRY(transaction.commit());
  return static_cast<int>(rows.size());
}

Result<int> DeliverySums::drop_attempts(UtcTime before, int limit) {
  auto drop = database_.prepare(R"sql(
    DELETE FROM attempts WHERE id IN (
      SELECT a.id FROM attempts a
      WHERE a.at_ms < :before
        AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.edition_id = a.edition_id AND d.subscriber_id = a.subscriber_id
                        AND d.state IN (1, 2, 3, 4) /* planned, claimed, deferred, in_doubt */)
      ORDER BY a.id LIMIT :limit))sql");
  TIDINGS_TRY(drop.bind(":before", before).bind(":limit", limit).run());
  return static_cast<int>(database_.changes());
}

}  // namespace tidings::delivery
