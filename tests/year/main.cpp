// year --seeds A-B [--days N]: lives many worlds and lets the oracle judge them. See docs/testing.md.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "year/world.hpp"

int main(int argc, char** argv) {
  year::Knobs knobs;
  std::uint64_t first = 1, last = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name{argv[i]};
    const std::string value{argv[i + 1]};
    if (name == "--seeds") {
      first = std::strtoull(value.c_str(), nullptr, 10);
      const auto dash = value.find('-');
      last = dash == std::string::npos ? first : std::strtoull(value.c_str() + dash + 1, nullptr, 10);
    }
    if (name == "--days") knobs.days = std::atoi(value.c_str());
    if (name == "--readers") knobs.readers = std::atoi(value.c_str());
    if (name == "--without") knobs.without = static_cast<unsigned>(std::atoi(value.c_str()));
  }
  for (auto seed = first; seed <= last; ++seed) {
    const auto journal = year::live(seed, knobs);
    std::fwrite(journal.data(), 1, journal.size(), stdout);
    std::fflush(stdout);
  }
  return 0;
}
