// What workers on the same relays tell each other while they send: the pauses of a relay, and everybody's
// part of the rates. The run (run.cpp) carries it between the store and the transport, once a second.
#pragma once

#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "delivery/relay_health.hpp"

namespace tidings::delivery {

/// Any thread.
class SharedRelays {
 public:
  struct News {
    double share = 1;                   ///< of each rate; 0: not yet
    std::vector<RelayMemory> relays{};  ///< as others may have left them
    UtcTime now{};
  };

  /// To the transport, which takes it at its next turn.
  void tell(News news) {
    const std::lock_guard lock{mutex_};
    news_ = std::move(news);
  }
  /// From the transport: its relays as they were at its last turn.
  [[nodiscard]] std::vector<RelayMemory> seen() const {
    const std::lock_guard lock{mutex_};
    return seen_;
  }

  /// The transport's side.
  [[nodiscard]] std::optional<News> take() {
    const std::lock_guard lock{mutex_};
    return std::exchange(news_, std::nullopt);
  }
  void show(std::vector<RelayMemory> relays) {
    const std::lock_guard lock{mutex_};
    seen_ = std::move(relays);
  }

 private:
  mutable std::mutex mutex_;
  std::optional<News> news_;
  std::vector<RelayMemory> seen_;
};

/// A transport with rates and pauses; a folder or a program has none.
class SharesRelays {
 public:
  [[nodiscard]] virtual SharedRelays& shared_relays() = 0;

 protected:
  ~SharesRelays() = default;
};

}  // namespace tidings::delivery
