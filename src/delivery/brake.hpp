// The brake: what a run does about a relay that refuses nearly everybody alike. The ledger's side of
// RefusalWatch.
//
// The transport says when to brake; lists too short for that are looked at when the run ends. Then the
// refusals of this run in those words, and those of an earlier run that died before they were judged, go back
// to deferred; what is refused so afterwards is deferred at once. The refusals of a run suppress nobody
// before it has ended without a brake. Pure; not thread-safe.
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
  /// A list on which so many, and nearly all, are refused alike is refused as a whole.
  static constexpr std::size_t fewest = 3;

  explicit Brake(std::span<const RelayMemory> relays);

  /// Refusals of an earlier run that nobody has judged.
  void recall(std::span<const Refusal> refusals);
  /// Before they are settled: what a braked relay says no longer fails anybody, and what a working relay says
  /// of one recipient does not wait for ever, unless it is said to everybody (our quota, our login).
  void soften(std::vector<Settled>& answers) const;
  void recorded(std::span<const Settled> answers);

  /// The relay refuses nearly everybody in these words: what is to be taken back.
  [[nodiscard]] std::vector<AttemptKey> pull(const std::string& relay, const std::string& words);

  struct Found {
    std::string relay{};
    std::string words{};  ///< empty: everybody was refused because of us
    Outcome outcome{};
  };
  /// When the run is over: relays that took nothing and refused all. Those with words are to be pulled.
  [[nodiscard]] std::vector<Found> at_end() const;
  /// It answered somebody in this run.
  [[nodiscard]] bool was_asked(const std::string& relay) const;
  [[nodiscard]] bool is_pulled(const std::string& relay) const;

 private:
  struct Alike {
    std::vector<AttemptKey> keys{};
    Outcome outcome{};
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
