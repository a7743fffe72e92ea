// Mail from people that waits to be forwarded to the editor: the only writer of `forwards`.
//
// A mail is stored in the transaction that counts it as read, so a crash loses none. It is claimed for ten
// minutes before it is sent, and done when the relay accepts it: a crash between the two sends it again. Once
// it is done, its text is deleted. Any call may fail with the store's errors.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace tidings::bounce {

struct Forward {
  std::int64_t id = 0;
  std::string bytes{};
  UtcTime created{};
  int attempts = 0;  ///< including this one
};

inline constexpr std::chrono::minutes forward_lease{10};
inline constexpr std::chrono::hours forward_give_up{48};

class ForwardTable {
 public:
  ForwardTable(store::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  /// Within the caller's transaction. False if this writer has had ten within a day, or 200 mails or 50 MiB
  /// wait: then nothing was written.
  [[nodiscard]] Result<bool> add(std::string_view writer, std::string_view bytes);

  /// The one that is due first; nothing if none is, or if `per_hour` were forwarded within the last hour.
  [[nodiscard]] Result<std::optional<Forward>> claim(int per_hour);
  [[nodiscard]] Result<void> postpone(const Forward& forward, std::string_view error);
  /// Sent, or given up with `error`.
  [[nodiscard]] Result<void> finish(std::int64_t id, std::string_view error);

  /// Drops those that contain the address, whoever wrote them: the person is erased. Within the caller's
  /// transaction.
  [[nodiscard]] Result<void> forget(std::string_view address);

  [[nodiscard]] Result<std::int64_t> waiting();
  /// Deletes those done a day ago.
  [[nodiscard]] Result<void> sweep();

 private:
  store::Database& database_;
  const Clock& clock_;
};

}  // namespace tidings::bounce
