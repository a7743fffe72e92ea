// What is wrong at present, remembered from run to run, so that a hook is told of it once and a mail once a
// day. The only writer of `troubles`.
//
// A trouble is known by what it concerns. It begins when it is met, ends when it is mended, and begins anew
// if it comes back. Words that look like an address are left out: no file but the list's own holds a
// subscriber. Any call may fail as store/database.hpp says.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace tidings::app {

struct Trouble {
  std::string about;  ///< "source harbour", "relay mail.example.org:587", "send"
  std::string what;   ///< one line
  std::string hint{};
};

/// One as the next mail tells it.
struct StandingTrouble {
  Trouble trouble;
  std::int64_t times = 1;
  UtcTime began{};
  UtcTime last{};
  std::optional<UtcTime> ended{};
};

class TroubleTable {
 public:
  TroubleTable(store::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  /// True if it begins with this.
  [[nodiscard]] Result<bool> met(const Trouble& trouble);
  [[nodiscard]] Result<void> mended(std::string_view about);

  /// What was met since the last mail told of it, in the order in which it began; empty if that mail left
  /// less than `pause` ago.
  [[nodiscard]] Result<std::vector<StandingTrouble>> to_tell(std::chrono::milliseconds pause);
  /// A mail has told of all that was met until now. What ended long ago is forgotten.
  [[nodiscard]] Result<void> told();

 private:
  store::Database& database_;
  const Clock& clock_;
};

}  // namespace tidings::app
