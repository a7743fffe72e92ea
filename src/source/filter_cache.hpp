// What [[filter]] programs have answered: the filter_answers table, of which this is the only writer.
//
// A program is asked once for each post and version of it; later readings of the same feed get the answer
// from here. An answer that nobody has asked for in `kept_for` is forgotten. Any call may fail as
// store/database.hpp says.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace tidings::source {

class FilterCache {
 public:
  explicit FilterCache(store::Database& database) : database_(database) {}

  static constexpr std::chrono::hours kept_for{24 * 90};

  /// Nothing if the question is new.
  [[nodiscard]] Result<std::optional<std::string>> find(std::string_view key, UtcTime now);
  [[nodiscard]] Result<void> keep(std::string_view key, std::string_view answer, UtcTime now);
  [[nodiscard]] Result<void> forget_old(UtcTime now);

 private:
  store::Database& database_;
};

}  // namespace tidings::source
