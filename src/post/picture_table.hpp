// What the pictures of posts measure, so that a mail can say it: read once, kept for all editions.
//
// Failures are those of the store (database.hpp).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "post/excerpt.hpp"
#include "store/database.hpp"

namespace tidings::post {

class PictureTable {
 public:
  explicit PictureTable(store::Database& database) : database_(database) {}

  /// Nothing if it is not known, or could not be read.
  [[nodiscard]] Result<std::optional<PictureSize>> size(const std::string& url);

  /// Whether nobody has looked yet, or in vain and more than a day ago.
  [[nodiscard]] Result<bool> wants_look(const std::string& url, UtcTime now);

  /// Nothing: it could not be read.
  [[nodiscard]] Result<void> record(const std::string& url, std::optional<PictureSize> size, UtcTime now);

  /// Those that were looked at before.
  [[nodiscard]] Result<void> forget_before(UtcTime before);

 private:
  store::Database& database_;
};

}  // namespace tidings::post
