#include "source/filter_cache.hpp"

namespace tidings::source {

Result<std::optional<std::string>> FilterCache::find(std::string_view key, UtcTime now) {
  auto row = database_.prepare("SELECT answer, used_ms FROM filter_answers WHERE key = :key");
  row.bind(":key", key);
  TIDINGS_LET(const bool found, row.step());
  if (!found) return std::nullopt;
  auto answer = row.text(0);
  const auto used = row.time(1);
  row.reset();
  // Once a day is often enough.
  if (now - used > std::chrono::hours{24}) {
    auto touch = database_.prepare("UPDATE filter_answers SET used_ms = :now WHERE key = :key");
    TIDINGS_TRY(touch.bind(":now", now).bind(":key", key).run());
  }
  return std::optional{std::move(answer)};
}

Result<void> FilterCache::keep(std::string_view key, std::string_view answer, UtcTime now) {
  auto row = database_.prepare(R"(
    INSERT INTO filter_answers (key, answer, used_ms) VALUES (:key, :answer, :now)
    ON CONFLICT (key) DO UPDATE SET answer = excluded.answer, used_ms = excluded.used_ms)");
  return row.bind(":key", key).bind(":answer", answer).bind(":now", now).run();
}

Result<void> FilterCache::forget_old(UtcTime now) {
  auto row = database_.prepare("DELETE FROM filter_answers WHERE used_ms < :oldest");
  return row.bind(":oldest", now - kept_for).run();
}

}  // namespace tidings::source
