#include "subscriber/notice_table.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"

namespace tidings::subscriber {
namespace {

constexpr std::int64_t max_waiting_sign_ups = 100'000;
constexpr std::size_t max_error_bytes = 300;
/// No notice is put off further than this; what is due later was put off by a clock that was ahead, and is
/// due now.
constexpr std::chrono::hours longest_wait{96};
constexpr std::array all_kinds{NoticeKind::confirm, NoticeKind::already, NoticeKind::welcome,
                               NoticeKind::goodbye};

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto line : split(text, '\n')) {
    if (!line.empty()) lines.emplace_back(line);
  }
  return lines;
}

}  // namespace

std::string_view name_of(NoticeKind kind) {
  switch (kind) {
    case NoticeKind::confirm: return "confirm";
    case NoticeKind::already: return "already";
    case NoticeKind::welcome: return "welcome";
    case NoticeKind::goodbye: return "goodbye";
  }
  return "";
}

Result<void> forget_notices(store::Database& database, SubscriberId subscriber) {
  auto statement = database.prepare("DELETE FROM notices WHERE subscriber_id = :id");
  return statement.bind(":id", subscriber).run();
}

Result<bool> NoticeTable::take_sign_up(const SignUpRequest& request) {
  auto insert = database_.prepare(R"(
      INSERT INTO sign_ups (address, name, language, digests, topics, detail, created_ms)
      SELECT :address, :name, :language, :digests, :topics, :detail, :now
      WHERE (SELECT count(*) FROM sign_ups) < :most)");
  TIDINGS_TRY(insert.bind(":address", request.address.text())
                  .bind(":name", request.name)
                  .bind(":language", request.language)
                  .bind(":digests", join(request.digests, "\n"))
                  .bind(":topics", join(request.topics, "\n"))
                  .bind(":detail", request.detail)
                  .bind(":now", clock_.now())
                  .bind(":most", max_waiting_sign_ups)
                  .run());
  return database_.changes() > 0;
}

Result<std::optional<SignUpRequest>> NoticeTable::next_sign_up() {
  for (;;) {
    auto query = database_.prepare(
        "SELECT id, address, name, language, digests, topics, detail FROM sign_ups ORDER BY id LIMIT 1");
    TIDINGS_LET(const bool row, query.step());
    if (!row) return std::nullopt;
    const auto id = query.integer(0);
    if (auto address = parse_mail_address(query.text(1))) {
      return SignUpRequest{.id = id,
                           .address = *std::move(address),
                           .name = query.text(2),
                           .language = query.text(3),
                           .digests = lines_of(query.view(4)),
                           .topics = lines_of(query.view(5)),
                           .detail = query.text(6)};
    } else {
      // No form writes such a row, so nobody waits for an answer; those behind it do.
      log::error(fmt::format("sign-up {} is dropped: {}", id, address.error().line()));
    }
    query.reset();
    TIDINGS_TRY(drop_sign_up(id));
  }
}

Result<void> NoticeTable::drop_sign_up(std::int64_t id) {
  auto statement = database_.prepare("DELETE FROM sign_ups WHERE id = :id");
  return statement.bind(":id", id).run();
}

Result<void> NoticeTable::forget_sign_ups(std::string_view address_key) {
  std::vector<std::int64_t> found;
  auto query = database_.prepare("SELECT id, address FROM sign_ups");
  TIDINGS_TRY(query.each([&](const store::Statement& row) {
    if (stored_address(row.view(1)).key() == address_key) found.push_back(row.integer(0));
  }));
  for (const auto id : found) TIDINGS_TRY(drop_sign_up(id));
  return {};
}

Result<bool> NoticeTable::add(SubscriberId subscriber, NoticeKind kind,
                              const std::vector<std::string>& digests) {
  using namespace std::chrono_literals;
  const auto now = clock_.now();
  if (kind == NoticeKind::confirm || kind == NoticeKind::already) {
    auto query = database_.prepare(R"(
        SELECT count(*) FROM notices
        WHERE subscriber_id = :id AND kind = :kind AND created_ms > :day)");
    query.bind(":id", subscriber).bind(":kind", name_of(kind)).bind(":day", now - 24h);
    TIDINGS_LET([[maybe_unused]] const bool row, query.step());
    const int most = kind == NoticeKind::confirm ? 3 : 1;
    if (query.integer(0) >= most) return false;
  }
  auto insert = database_.prepare(R"(
      INSERT INTO notices (subscriber_id, kind, digests, created_ms, due_ms) VALUES (:id, :kind, :digests, :now, :now))");
  TIDINGS_TRY(insert.bind(":id", subscriber)
                  .bind(":kind", name_of(kind))
                  .bind(":digests", join(digests, "\n"))
                  .bind(":now", now)
                  .run());
  return true;
}

Result<std::optional<Notice>> NoticeTable::claim() {
  const auto now = clock_.now();
  // Looked for without the write lock first: this is asked every few seconds.
  auto due = database_.prepare(
      "SELECT id FROM notices WHERE done_ms IS NULL AND (due_ms <= :now OR due_ms > :latest) "
      "ORDER BY attempts, id LIMIT 1");
  due.bind(":now", now).bind(":latest", now + longest_wait);
  TIDINGS_LET(const bool any, due.step());
  if (!any) return std::nullopt;
  const auto id = due.integer(0);
  due.reset();
  auto take = database_.prepare(R"(
      UPDATE notices SET due_ms = :lease, attempts = attempts + 1 WHERE id = :id AND done_ms IS NULL AND (due_ms <= :now OR due_ms > :latest)
      RETURNING subscriber_id, kind, digests, created_ms, attempts)");
  take.bind(":lease", now + notice_lease)
      .bind(":id", id)
      .bind(":now", now)
      .bind(":latest", now + longest_wait);
  TIDINGS_LET(const bool taken, take.step());
  if (!taken) return std::nullopt;
  Notice notice{.id = id,
                .subscriber = take.id<SubscriberId>(0),
                .digests = lines_of(take.view(2)),
                .created = take.time(3),
                .attempts = static_cast<int>(take.integer(4))};
  for (const auto kind : all_kinds) {
    if (take.view(1) == name_of(kind)) notice.kind = kind;
  }
  TIDINGS_TRY(take.step());
  return notice;
}

Result<void> NoticeTable::finish(std::int64_t id, std::string_view error) {
  auto statement = database_.prepare("UPDATE notices SET done_ms = :now, last_error = :error WHERE id = :id");
  return statement.bind(":now", clock_.now())
      .bind(":error", truncate_utf8(error, max_error_bytes))
      .bind(":id", id)
      .run();
}

Result<void> NoticeTable::postpone(const Notice& notice, std::string_view error) {
  using namespace std::chrono_literals;
  static constexpr std::array<std::chrono::minutes, 6> waits{1min, 5min, 15min, 60min, 120min, 240min};
  const auto now = clock_.now();
  if (now - notice.created >= notice_give_up) return finish(notice.id, error);
  const auto index = std::min(waits.size() - 1, static_cast<std::size_t>(std::max(0, notice.attempts - 1)));
  auto statement = database_.prepare("UPDATE notices SET due_ms = :due, last_error = :error WHERE id = :id");
  return statement.bind(":due", now + waits.at(index))
      .bind(":error", truncate_utf8(error, max_error_bytes))
      .bind(":id", notice.id)
      .run();
}

Result<std::int64_t> NoticeTable::open() {
  auto query = database_.prepare(
      "SELECT (SELECT count(*) FROM notices WHERE done_ms IS NULL) + (SELECT count(*) FROM sign_ups)");
  TIDINGS_LET([[maybe_unused]] const bool row, query.step());
  return query.integer(0);
}

Result<NoticeTrouble> NoticeTable::trouble() {
  auto query = database_.prepare(R"(
      SELECT count(*), min(due_ms) FROM notices WHERE done_ms IS NULL AND last_error <> '')");
  TIDINGS_LET([[maybe_unused]] const bool row, query.step());
  NoticeTrouble trouble{.failing = query.integer(0), .next_try = query.optional_time(1)};
  query.reset();
  auto last = database_.prepare(R"(
      SELECT last_error FROM notices WHERE done_ms IS NULL AND last_error <> '' ORDER BY due_ms DESC, id DESC LIMIT 1)");
  TIDINGS_LET(const bool any, last.step());
  if (any) trouble.last_error = last.text(0);
  return trouble;
}

Result<void> NoticeTable::sweep() {
  auto statement =
      database_.prepare("DELETE FROM notices WHERE done_ms IS NOT NULL AND created_ms < :before");
  return statement.bind(":before", clock_.now() - std::chrono::hours{24}).run();
}

}  // namespace tidings::subscriber
