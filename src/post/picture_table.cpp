#include "post/picture_table.hpp"

namespace tidings::post {
namespace {

constexpr std::chrono::hours look_again_after{24};

}  // namespace

Result<std::optional<PictureSize>> PictureTable::size(const std::string& url) {
  auto query = database_.prepare(
      "SELECT width, height FROM picture_sizes WHERE url = :url AND width IS NOT NULL AND height IS NOT "
      "NULL");
  TIDINGS_LET(const bool found, query.bind(":url", url).step());
  if (!found) return std::optional<PictureSize>{};
  return std::optional{
      PictureSize{.width = static_cast<int>(query.integer(0)), .height = static_cast<int>(query.integer(1))}};
}

Result<bool> PictureTable::wants_look(const std::string& url, UtcTime now) {
  auto query = database_.prepare(
      "SELECT 1 FROM picture_sizes WHERE url = :url AND (width IS NOT NULL OR looked_ms BETWEEN :since AND "
      ":now)");
  query.bind(":url", url).bind(":since", now - look_again_after).bind(":now", now);
  TIDINGS_LET(const bool found, query.step());
  return !found;
}

Result<void> PictureTable::record(const std::string& url, std::optional<PictureSize> size, UtcTime now) {
  auto insert = database_.prepare(
      "INSERT INTO picture_sizes (url, width, height, looked_ms) VALUES (:url, :width, :height, :now) "
      "ON CONFLICT (url) DO UPDATE SET width = excluded.width, height = excluded.height, looked_ms = "
      "excluded.looked_ms");
  insert.bind(":url", url).bind(":now", now);
  if (size) {
    insert.bind(":width", std::int64_t{size->width}).bind(":height", std::int64_t{size->height});
  } else {
    insert.bind_null(":width").bind_null(":height");
  }
  return insert.run();
}

Result<void> PictureTable::forget_before(UtcTime before) {
  auto drop = database_.prepare("DELETE FROM picture_sizes WHERE looked_ms < :before");
  return drop.bind(":before", before).run();
}

}  // namespace tidings::post
