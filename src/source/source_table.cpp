#include "source/source_table.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include "base/text.hpp"

namespace tidings::source {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds longest_freshness = 1h;  // a due digest must not miss posts of its last hours
constexpr std::chrono::seconds first_wait = 5min;
constexpr std::chrono::seconds longest_wait = 12h;
constexpr std::chrono::seconds longest_retry_after = 24h;
constexpr std::chrono::seconds patience_with_a_move =
    72h;  // a weekend's outage of the new place is no reason to abandon it
constexpr int patience_with_limits = 3;

constexpr const char* select_by_name = R"(
  SELECT id, name, url, moved_to, etag, last_modified, title, site_url, last_attempt_ms, last_good_ms, next_fetch_ms,
         error_streak, last_error, gone, settings, limited_streak, left_out, dropped
  FROM sources WHERE name = :name)";

constexpr const char* select_by_id = R"(
  SELECT id, name, url, moved_to, etag, last_modified, title, site_url, last_attempt_ms, last_good_ms, next_fetch_ms,
         error_streak, last_error, gone, settings, limited_streak, left_out, dropped
  FROM sources WHERE id = :id)";

constexpr const char* select_all = R"(
  SELECT id, name, url, moved_to, etag, last_modified, title, site_url, last_attempt_ms, last_good_ms, next_fetch_ms,
         error_streak, last_error, gone, settings, limited_streak, left_out, dropped
  FROM sources ORDER BY name)";

Source read_row(const store::Statement& row) {
  return {.id = row.id<SourceId>(0),
          .name = row.text(1),
          .url = row.text(2),
          .moved_to = row.optional_text(3),
          .etag = row.text(4),
          .last_modified = row.text(5),
          .title = row.text(6),
          .site_url = row.text(7),
          .last_attempt = row.optional_time(8),
          .last_good = row.optional_time(9),
          .next_fetch = row.optional_time(10),
          .error_streak = static_cast<int>(row.integer(11)),
          .last_error = row.text(12),
          .gone = row.integer(13) != 0,
          .settings = row.text(14),
          .limited_streak = static_cast<int>(row.integer(15)),
          .left_out = static_cast<int>(row.integer(16)),
          .dropped = static_cast<int>(row.integer(17))};
}

std::optional<UtcTime> fresh_until(std::optional<std::chrono::seconds> max_age, std::chrono::seconds ttl,
                                   UtcTime now) {
  const auto asked = std::max(max_age.value_or(0s), ttl);
  if (asked <= 0s) return std::nullopt;
  return now + std::min(asked, longest_freshness);
}

}  // namespace

Result<Source> SourceTable::ensure(const SourceSpec& spec) {
  TIDINGS_LET(auto known, find(spec.name));
  if (known && known->url == spec.url && known->settings == spec.settings) return *std::move(known);
  auto write = database_.prepare(R"(
    INSERT INTO sources (name, url, settings) VALUES (:name, :url, :settings)
    ON CONFLICT (name) DO UPDATE SET url = excluded.url, settings = excluded.settings, moved_to = NULL, etag = '', last_modified = '',
      next_fetch_ms = NULL, error_streak = 0, limited_streak = 0, last_error = '', gone = 0)");
  TIDINGS_TRY(write.bind(":name", spec.name).bind(":url", spec.url).bind(":settings", spec.settings).run());
  TIDINGS_LET(auto stored, find(spec.name));
  if (!stored) return fail(Errc::io, "source " + spec.name + " is not stored");
  return *std::move(stored);
}

Result<std::vector<Source>> SourceTable::list() {
  auto query = database_.prepare(select_all);
  return query.list(read_row);
}

Result<std::optional<Source>> SourceTable::find(std::string_view name) {
  auto query = database_.prepare(select_by_name);
  query.bind(":name", name);
  TIDINGS_LET(const bool found, query.step());
  return found ? std::optional{read_row(query)} : std::nullopt;
}

Result<void> SourceTable::good(SourceId id, const Fetched& fetched, const Feed& feed, UtcTime now,
                               int dropped) {
  auto write = database_.prepare(R"(
    UPDATE sources SET etag = :etag, last_modified = :last_modified, moved_to = coalesce(:moved_to, moved_to),
      title = :title, site_url = :site_url, last_attempt_ms = :now, last_good_ms = :now, next_fetch_ms = :next,
      error_streak = 0, limited_streak = 0, last_error = '', gone = 0, left_out = :left_out, dropped = :dropped
    WHERE id = :id)");
  return write.bind(":etag", fetched.etag)
      .bind(":last_modified", fetched.last_modified)
      .bind(":moved_to", fetched.moved_to)
      .bind(":title", feed.title)
      .bind(":site_url", feed.link)
      .bind(":now", now)
      .bind(":next", fresh_until(fetched.max_age, feed.ttl.value_or(0min), now))
      .bind(":left_out", static_cast<std::int64_t>(feed.left_out))
      .bind(":dropped", dropped)
      .bind(":id", id)
      .run();
}

Result<void> SourceTable::not_modified(SourceId id, const NotModified& answer, UtcTime now) {
  auto write = database_.prepare(R"(
    UPDATE sources SET moved_to = coalesce(:moved_to, moved_to), last_attempt_ms = :now, last_good_ms = :now,
      next_fetch_ms = :next, error_streak = 0, limited_streak = 0, last_error = '', gone = 0
    WHERE id = :id)");
  return write.bind(":moved_to", answer.moved_to)
      .bind(":now", now)
      .bind(":next", fresh_until(answer.max_age, 0s, now))
      .bind(":id", id)
      .run();
}

namespace {

/// The target of a permanent redirect is gone: the configured URL must give a new one.
bool is_move_over(const Source& source, const FetchFailure& failure, UtcTime now) {
  if (!source.moved_to) return false;
  return failure.gone || (source.last_good && now - *source.last_good >= patience_with_a_move);
}

}  // namespace

Result<void> SourceTable::failed(SourceId id, const FetchFailure& failure, UtcTime now) {
  auto query = database_.prepare(select_by_id);
  query.bind(":id", id);
  TIDINGS_LET(const bool found, query.step());
  if (!found) return fail(Errc::no_input, "there is no source with id " + std::to_string(id.value));
  const auto before = read_row(query);
  const bool over = is_move_over(before, failure, now);
  const int limited = failure.limited ? before.limited_streak + 1 : 0;
  const bool counts = !failure.limited || limited >= patience_with_limits;
  const int streak = before.error_streak + (counts ? 1 : 0);
  std::chrono::seconds wait = first_wait;
  for (int i = 1; i < streak && wait < longest_wait; ++i) wait *= 2;
  wait = std::min(wait, longest_wait);
  if (failure.retry_after)
    wait = std::clamp(*failure.retry_after, std::chrono::seconds{0}, longest_retry_after);
  if (over) wait = 0s;
  auto write = database_.prepare(R"(
    UPDATE sources SET last_attempt_ms = :now, next_fetch_ms = :next, error_streak = :streak, limited_streak = :limited,
      last_error = :error, gone = :gone, moved_to = CASE WHEN :over = 1 THEN NULL ELSE moved_to END,
      etag = CASE WHEN :over = 1 THEN '' ELSE etag END, last_modified = CASE WHEN :over = 1 THEN '' ELSE last_modified END
    WHERE id = :id)");
  return write.bind(":now", now)
      .bind(":next", now + wait)
      .bind(":streak", streak)
      .bind(":limited", limited)
      .bind(":error", failure.what)
      .bind(":gone", failure.gone && !over ? 1 : 0)
      .bind(":over", over ? 1 : 0)
      .bind(":id", id)
      .run();
}

Result<void> SourceTable::unreadable(SourceId id, const Error& error, UtcTime now) {
  return failed(id, FetchFailure{.what = error.line()}, now);
}

Result<void> SourceTable::forget_future(UtcTime now) {
  auto write = database_.prepare(R"(
    UPDATE sources SET next_fetch_ms = NULL,
      last_attempt_ms = CASE WHEN last_attempt_ms > :now THEN :now ELSE last_attempt_ms END,
      last_good_ms = CASE WHEN last_good_ms > :now THEN :now ELSE last_good_ms END
    WHERE id = :id)");
  TIDINGS_LET(const auto sources, list());
  for (const auto& source : sources) {
    if (is_from_future(source, now)) TIDINGS_TRY(write.bind(":now", now).bind(":id", source.id).run());
  }
  return {};
}

Result<SourceCounts> SourceTable::counts() {
  auto query = database_.prepare(
      "SELECT count(*), count(*) FILTER (WHERE error_streak > 0), count(*) FILTER (WHERE gone = 1) FROM "
      "sources");
  TIDINGS_TRY(query.step());
  return SourceCounts{.total = static_cast<int>(query.integer(0)),
                      .failing = static_cast<int>(query.integer(1)),
                      .gone = static_cast<int>(query.integer(2))};
}

bool is_due(const Source& source, UtcTime now) {
  return !source.gone && (!source.next_fetch || *source.next_fetch <= now || is_from_future(source, now));
}

bool is_from_future(const Source& source, UtcTime now) {
  const auto attempted = source.last_attempt.value_or(now);
  return attempted > now + clock_slack ||
         source.next_fetch.value_or(now) > now + longest_retry_after + clock_slack;
}

FetchRequest request_for(const Source& source, Reach reach) {
  return {.url = source.moved_to.value_or(source.url),
          .etag = source.etag,
          .last_modified = source.last_modified,
          .reach = reach};
}

}  // namespace tidings::source
