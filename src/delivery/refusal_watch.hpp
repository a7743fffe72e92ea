// Whether a relay refuses this recipient, or nearly everybody. Watches its last answers. Pure.
//
// | the last answers to first attempts | finding |
// |---|---|
// | the first ten of a relay that has accepted nothing of the edition, all 5yz about us | about_us |
// | 18 of the last 20 about us, 4yz and 5yz alike | about_us |
// | 18 of the last 20 permanently refused in the same words, over several domains | alike |
// | the same for one domain, if no other domain was seen | alike |
//
// Later attempts prove nothing: whoever was refused yesterday is tried first today, and must not hold up the
// others.
#pragma once

#include <deque>
#include <set>
#include <string>
#include <string_view>

#include "delivery/outcome.hpp"

namespace tidings::delivery {

/// What makes two refusals equal: the code and the words, without addresses, numbers and queue ids.
[[nodiscard]] std::string words_of_refusal(const Outcome& outcome);

class RefusalWatch {
 public:
  static constexpr std::size_t window = 20;
  static constexpr std::size_t nearly_all = 18;
  static constexpr std::size_t first_answers = 10;

  enum class Finding { nothing, about_us, alike };

  /// At the start of a run. `works`: it has accepted mail of this edition before.
  void begin_run(bool works);
  /// An answer to a first attempt. `alike` is reported once.
  [[nodiscard]] Finding note(const Outcome& outcome, std::string_view domain);
  /// The words of `alike`.
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
