// Does a relay refuse this recipient, or nearly everybody? Watches its last answers. Pure.
//
// | the last answers to first attempts | found |
// |---|---|
// | the first ten of a relay that has taken nothing of the edition, all 5yz about us | about_us |
// | 18 of the last 20 about us, 4yz and 5yz alike | about_us |
// | 18 of the last 20 refused for good in the same words, over several domains | alike |
// | the same, of one domain, and no other domain was seen | alike |
// Later attempts are no evidence: whoever was refused yesterday comes first today, and must not keep the
// others waiting.
#pragma once

#include <deque>
#include <set>
#include <string>
#include <string_view>

#include "delivery/outcome.hpp"

namespace tidings::delivery {

/// What makes two refusals the same: the code and the words, without addresses, numbers and queue ids.
[[nodiscard]] std::string words_of_refusal(const Outcome& outcome);

class RefusalWatch {
 public:
  static constexpr std::size_t window = 20;
  static constexpr std::size_t nearly_all = 18;
  static constexpr std::size_t first_answers = 10;

  enum class Finding { nothing, about_us, alike };

  /// At the start of a run. `works`: it has taken mail of this edition before.
  void begin_run(bool works);
  /// An answer to a first attempt. `alike` is found once.
  [[nodiscard]] Finding note(const Outcome& outcome, std::string_view domain);
  /// Of `alike`: in which words.
  [[nodiscard]] const std::string& words() const { return words_; }

 private:
  struct Seen {
    enum class Kind { taken, about_us, refused, other } kind = Kind::other;
    std::string words{};
    std::string domain{};
  };
  [[nodiscard]] bool all_about_us() const;
  [[nodiscard]] bool all_alike(const Seen& newest) const;

  std::deque<Seen> last_;
  std::set<std::string, std::less<>> domains_;  ///< at most two: one, or several
  std::size_t answers_ = 0;
  std::size_t refusals_of_us_ = 0;  ///< 5yz
  bool works_ = false;
  std::string words_;
};

}  // namespace tidings::delivery
