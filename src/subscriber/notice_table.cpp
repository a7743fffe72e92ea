#include "subscriber/notice_table.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "subscriber/field.hpp"

namespace tidings::subscriber {
namespace {

constexpr std::int64_t max_waiting_sign_ups = 100'000;
constexpr std::size_t max_error_bytes = 300;
/// No notice is postponed further than this; a later due time was set by a clock that was ahead, and counts
/// as due now.
constexpr std::chrono::hours longest_wait{96};
constexpr std::array all_kinds{NoticeKind::confirm,  NoticeKind::already, NoticeKind::welcome,
                               NoticeKind::goodbye,  NoticeKind::move,    NoticeKind::moved,
                               NoticeKind::reconfirm};

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
    case NoticeKind::move: return "move";
    case NoticeKind::moved: return "moved";
    case NoticeKind::reconfirm: return "reconfirm";
  }
  return "";
}

Result<void> forget_notices(store::Database& database, SubscriberId subscriber) {
  auto statement = database.prepare("DELETE FROM notices WHERE subscriber_id = :id");
  return statement.bind(":id", subscriber).run();
}

Result<bool> NoticeTable::take_sign_up(const SignUpRequest& request) {
  auto insert = database_.prepare(R"(
      INSERT INTO sign_ups (address, name, language, timezone, digests, topics, fields, detail, created_ms)
      SELECT :address, :name, :language, :timezone, :digests, :topics, :fields, :detail, :now
      WHERE (SELECT count(*) FROM sign_ups) < :most)");
  TIDINGS_TRY(
      insert.bind(":address", request.address.text())
          .bind(":name", request.name)
          .bind(":language", request.language)
          .bind(":timezone", request.timezone.empty() ? std::nullopt : std::optional{request.timezone})
          .bind(":digests", join(request.digests, "\n"))
          .bind(":topics", join(request.topics, "\n"))
          .bind(":fields", lines_of_fields(request.fields))
          .bind(":detail", request.detail)
          .bind(":now", clock_.now())
          .bind(":most", max_waiting_sign_ups)
          .run());
  return database_.changes() > 0;
}

Result<std::optional<SignUpRequest>> NoticeTable::next_sign_up() {
  for (;;) {
    auto query = database_.prepare(
        "SELECT id, address, name, language, digests, topics, detail, fields, timezone FROM sign_ups ORDER "
        "BY id LIMIT "
        "1");
    TIDINGS_LET(const bool row, query.step());
    if (!row) return std::nullopt;
    const auto id = query.integer(0);
    auto address = parse_mail_address(query.text(1));
    if (address) {
      return SignUpRequest{.id = id,
                           .address = *std::move(address),
                           .name = query.text(2),
                           .language = query.text(3),
                           .timezone = query.is_null(8) ? std::string{} : query.text(8),
                           .digests = lines_of(query.view(4)),
                           .topics = lines_of(query.view(5)),
                           .fields = fields_in_lines(query.view(7)),
                           .detail = query.text(6)};
    }
    // No form writes such a row, so nobody waits for its answer; the ones after it do.
    log::error(fmt::format("sign-up {} is dropped: {}", id, address.error().line()));
    query.reset();
    TIDINGS_TRY(drop_sign_up(id));
  }
}

Result<void> NoticeTable::drop_sign_up(std::int64_t id) {
  auto statement = database_.prepare("DELETE FROM sign_ups WHERE id = :id");
  return statement.bind(":id", id).run();
}

Result<void> NoticeTable::forget_address(std::string_view address_key) {
  std::vector<std::int64_t> sign_ups;
  std::vector<std::int64_t> notices;
  const auto take = [&](std::vector<std::int64_t>& found) {
    return [&](const store::Statement& row) {
      if (stored_address(row.view(1)).key() == address_key) found.push_back(row.integer(0));
    };
  };
  auto query = database_.prepare("SELECT id, address FROM sign_ups");
  TIDINGS_TRY(query.each(take(sign_ups)));
  auto elsewhere = database_.prepare("SELECT id, address FROM notices WHERE address <> ''");
  TIDINGS_TRY(elsewhere.each(take(notices)));
  for (const auto id : sign_ups) TIDINGS_TRY(drop_sign_up(id));
  for (const auto id : notices) {
    auto drop = database_.prepare("DELETE FROM notices WHERE id = :id");
    TIDINGS_TRY(drop.bind(":id", id).run());
  }
  return {};
}

Result<bool> NoticeTable::add(SubscriberId subscriber, NoticeKind kind,
                              const std::vector<std::string>& digests, std::string_view address) {
  using namespace std::chrono_literals;
  const auto now = clock_.now();
  if (kind == NoticeKind::confirm || kind == NoticeKind::already || kind == NoticeKind::move) {
    auto query = database_.prepare(R"(
        SELECT count(*) FROM notices
        WHERE subscriber_id = :id AND kind = :kind AND created_ms > :day)");
    query.bind(":id", subscriber).bind(":kind", name_of(kind)).bind(":day", now - 24h);
    TIDINGS_LET([[maybe_unused]] const bool row, query.step());
    const int most = kind == NoticeKind::already ? 1 : 3;
    if (query.integer(0) >= most) return false;
  }
  if (kind == NoticeKind::move) {
    auto query = database_.prepare(
        "SELECT count(*) FROM notices WHERE kind = 'move' AND address = :address AND created_ms > :day");
    query.bind(":address", address).bind(":day", now - 24h);
    TIDINGS_LET([[maybe_unused]] const bool row, query.step());
    if (query.integer(0) >= 3) return false;
  }
  auto insert = database_.prepare(R"(
      INSERT INTO notices (subscriber_id, kind, digests, address, created_ms, due_ms)
      VALUES (:id, :kind, :digests, :address, :now, :now))");
  TIDINGS_TRY(insert.bind(":id", subscriber)
                  .bind(":kind", name_of(kind))
                  .bind(":digests", join(digests, "\n"))
                  .bind(":address", address)
                  .bind(":now", now)
                  .run());
  return true;
}

Result<std::int64_t> NoticeTable::ask_again(UtcTime confirmed_before, std::span<const std::string> digests) {
  auto query = database_.prepare(R"(
      SELECT p.subscriber_id, p.digest FROM subscriptions p
      WHERE p.state = 'confirmed' AND p.confirmed_ms < :before AND p.answer_by_ms IS NULL
        AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.subscriber_id = p.subscriber_id
                        AND n.kind = 'reconfirm' AND n.done_ms IS NULL)
        AND NOT EXISTS (SELECT 1 FROM subscribers s JOIN suppressions x ON x.address_key IN
                        (s.address_key, '@' || substr(s.address_key, instr(s.address_key, '@') + 1))
                        WHERE s.id = p.subscriber_id)
      ORDER BY p.subscriber_id, p.digest)");
  query.bind(":before", confirmed_before);
  // Gathered first: what is inserted on the way would be found.
  std::vector<std::pair<SubscriberId, std::vector<std::string>>> asked;
  TIDINGS_TRY(query.each([&](const store::Statement& row) {
    const auto id = row.id<SubscriberId>(0);
    const auto digest = row.text(1);
    if (!digests.empty() && std::ranges::find(digests, digest) == digests.end()) return;
    if (asked.empty() || asked.back().first != id) asked.emplace_back(id, std::vector<std::string>{});
    asked.back().second.push_back(digest);
  }));
  for (const auto& [id, wanted] : asked) {
    TIDINGS_LET([[maybe_unused]] const bool added, add(id, NoticeKind::reconfirm, wanted));
  }
  return static_cast<std::int64_t>(asked.size());
}

Result<std::optional<Notice>> NoticeTable::claim() {
  const auto now = clock_.now();
  // Checked without the write lock first, since it is called every few seconds.
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
      RETURNING subscriber_id, kind, digests, created_ms, attempts, address)");
  take.bind(":lease", now + notice_lease)
      .bind(":id", id)
      .bind(":now", now)
      .bind(":latest", now + longest_wait);
  TIDINGS_LET(const bool taken, take.step());
  if (!taken) return std::nullopt;
  Notice notice{.id = id,
                .subscriber = take.id<SubscriberId>(0),
                .digests = lines_of(take.view(2)),
                .address = take.text(5),
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
