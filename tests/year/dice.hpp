// Randomness of the simulated world: every choice is a function of the seed and of what it is for, so that a
// world with fewer readers, days or faults makes the same choices for those that are left.
#pragma once

#include <cstdint>
#include <string_view>

namespace year {

inline std::uint64_t mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31U);
}

inline std::uint64_t mix(std::uint64_t x, std::string_view word) {
  for (const char c : word) x = mix(x ^ static_cast<unsigned char>(c));
  return x;
}

/// One stream of choices (splitmix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(mix(seed)) {}
  /// The stream of `purpose` number `index`, whatever other streams have drawn.
  Dice(std::uint64_t seed, std::string_view purpose, std::uint64_t index = 0)
      : state_(mix(mix(seed, purpose) + index * 0x632BE59BD9B4E019U)) {}

  std::uint64_t next() { return mix(state_ += 0x9E3779B97F4A7C15U); }
  /// 0 up to `end`, without it.
  int below(int end) { return end <= 1 ? 0 : static_cast<int>(next() % static_cast<std::uint64_t>(end)); }
  int between(int low, int high) { return low + below(high - low + 1); }
  bool chance(int percent) { return below(100) < percent; }
  /// A number of 1 to `most`, small ones as likely as large ones of each order of magnitude.
  int spread(int most) {
    int top = 1;
    while (top < most && chance(85)) top *= 2;
    return between(1, top < most ? top : most);
  }

 private:
  std::uint64_t state_;
};

}  // namespace year
