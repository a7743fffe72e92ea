// The brake: what a run does about a relay that refuses nearly everybody alike. The ledger's side of
// RefusalWatch.
//
// The transport says when to brake; lists too short for that are judged when the run ends. Then the refusals
// of this run in those words, and unjudged ones of an earlier run that died, become deferred again; later
// refusals of the kind are deferred at once. A run's refusals suppress nobody until it has ended without a
// brake. Pure; not thread-safe.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "delivery/journal.hpp"
#include "delivery/ledger.hpp"

namespace tidings::delivery {

class Brake {
 public:
  /// If at least this many, and nearly all, are refused alike, the whole list is refused. One is enough if
  /// the relay has never taken anything and its words are not about a mailbox.
  static constexpr std::size_t fewest = 3;

  explicit Brake(std::span<const RelayMemory> relays);

  /// Unjudged refusals of an earlier run.
  void recall(std::span<const Refusal> refusals);
  /// Before they are settled: what a braked relay says no longer fails anybody, and what a working relay says
  /// of one recipient does not wait for ever, unless it is said to everybody (our quota, our login).
  void soften(std::vector<Settled>& answers) const;
  void recorded(std::span<const Settled> answers);

  /// The relay refuses nearly everybody in these words: returns what to take back.
  [[nodiscard]] std::vector<AttemptKey> pull(const std::string& relay, const std::string& words);

  struct Found {
    std::string relay{};
    std::string words{};  ///< empty: everybody was refused because of us
    Outcome outcome{};
  };
  /// When the run is over: relays that took nothing and refused all. It also sees retries, which RefusalWatch
  /// passes over: those of a relay that has served others count if they are many, over several domains. Those
  /// with words are to be pulled.
  [[nodiscard]] std::vector<Found> at_end() const;
  /// Whether it answered anybody in this run.
  [[nodiscard]] bool was_asked(const std::string& relay) const;
  [[nodiscard]] bool is_pulled(const std::string& relay) const;

 private:
  struct Alike {
    std::vector<AttemptKey> keys{};
    std::set<std::string, std::less<>> domains{};
    Outcome outcome{};
    void add(const Claim& claim, const Outcome& refusal);
  };
  struct Relay {
    bool works = false;
    bool braked_before = false;
    std::size_t answers = 0;
    std::size_t taken = 0;
    std::size_t about_us = 0;  ///< 5yz
    Outcome last_about_us{};
    std::map<std::string, Alike> refused{};
  };
  std::map<std::string, Relay> relays_;
  std::set<std::pair<std::string, std::string>> pulled_;  ///< relay, words
};

}  // namespace tidings::delivery
