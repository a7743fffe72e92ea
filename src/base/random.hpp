// Replaceable randomness, so that tests can compare whole messages byte for byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace tidings {

class Random {
 public:
  Random() = default;
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;
  virtual ~Random() = default;

  virtual void fill(std::span<std::uint8_t> out) = 0;

  /// `size` bytes as a string.
  [[nodiscard]] std::string bytes(std::size_t size);

  /// Uniform in [0, bound); bound > 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);
};

/// The kernel's generator (getrandom). Aborts on failure: there is no safe fallback. Thread-safe.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

/// A fixed sequence per seed (SplitMix64), for tests and rehearsals only. Not thread-safe.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::uint64_t state_;
};

}  // namespace tidings
