// year --seeds A-B [--days N]: lives many worlds and lets the oracle judge them. See docs/testing.md.
//
// Each worker is a process that lives one world after another and asks an oracle of its own. What fails is
// made smaller as long as it goes on to break the same rule, and told in words.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "year/world.hpp"

namespace year {
namespace {

struct Options {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
  int workers = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 16U));
  bool journal = false;  ///< print it, judge nothing
  bool story = false;
  bool quick = false;  ///< end at the first failure, make nothing smaller
  bool plain = false;  ///< make nothing smaller
  std::string list;    ///< of seeds, instead of first to last
  std::string oracle = YEAR_ORACLE;
  Knobs knobs;
};

constexpr const char* usage =
    "year --seeds A-B [--days N] [--readers N] [--without FAULT,...] [--workers N] [--story] [--journal] "
    "[--first] [--plain]\n"
    "Lives a world for each seed and judges it. Exit 1 if any breaks a promise.\n"
    "  --story    tell what happened, day by day (one seed)\n"
    "  --journal  print the journal of the world instead\n"
    "  --plain    make no failing world smaller\n"
    "  --first    end at the first failure, as it is\n"
    "  --oracle FILE  another judge than the one of the source tree\n"
    "  --list FILE  the worlds of a file instead: seed, days, without which faults, and why, a line each\n"
    "FAULT: kills power disk sources relays people edits host config rare timing wishes copies ahead "
    "service meanwhile secrets\n";

[[noreturn]] void fail_usage() {
  std::fputs(usage, stderr);
  std::exit(64);
}

unsigned faults_named(std::string_view names) {
  unsigned bits = 0;
  while (!names.empty()) {
    const auto end = std::min(names.find(','), names.size());
    const auto name = names.substr(0, end);
    names.remove_prefix(std::min(end + 1, names.size()));
    int index = 0;
    while (index < fault_count && name != name_of(static_cast<Fault>(index))) ++index;
    if (index == fault_count) fail_usage();
    bits |= 1U << static_cast<unsigned>(index);
  }
  return bits;
}

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name{argv[i]};
    if (name == "--journal") {
      options.journal = true;
    } else if (name == "--story") {
      options.story = true;
    } else if (name == "--first") {
      options.quick = true;
    } else if (name == "--plain") {
      options.plain = true;
    } else if (++i >= argc) {
      fail_usage();
    } else if (const char* const value = argv[i]; name == "--seeds") {
      options.first = std::strtoull(value, nullptr, 10);
      const char* const dash = std::strchr(value, '-');
      options.last = dash == nullptr ? options.first : std::strtoull(dash + 1, nullptr, 10);
    } else if (name == "--list") {
      options.list = value;
    } else if (name == "--oracle") {
      options.oracle = value;
    } else if (name == "--days") {
      options.knobs.days = std::atoi(value);
    } else if (name == "--readers") {
      options.knobs.readers = std::atoi(value);
    } else if (name == "--without") {
      options.knobs.without = faults_named(value);
    } else if (name == "--workers") {
      options.workers = std::max(1, std::atoi(value));
    } else {
      fail_usage();
    }
  }
  return options;
}

/// The judge, a Python program at the other end of two pipes.
class Oracle {
 public:
  explicit Oracle(const std::string& program, const char* mode = nullptr) {
    std::array<int, 2> in{}, out{};
    if (::pipe(in.data()) != 0 || ::pipe(out.data()) != 0) throw std::runtime_error{"pipe"};
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(in[0], STDIN_FILENO);
      ::dup2(out[1], STDOUT_FILENO);
      for (const int fd : {in[0], in[1], out[0], out[1]}) ::close(fd);
      ::execlp(YEAR_PYTHON, YEAR_PYTHON, "-B", program.c_str(), mode, nullptr);
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    to_ = ::fdopen(in[1], "w");
    from_ = ::fdopen(out[0], "r");
  }
  ~Oracle() {
    std::fclose(to_);
    std::fclose(from_);
    ::waitpid(child_, nullptr, 0);
  }
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;

  /// One line of JSON for a world that kept its promises: an empty text.
  std::string judge(const std::string& journal) {
    std::fwrite(journal.data(), 1, journal.size(), to_);
    std::fflush(to_);
    auto line = read_line();
    if (line.empty()) throw std::runtime_error{"the oracle gave no answer"};
    return line.ends_with("\"wrong\": []}") ? std::string{} : line;
  }

  std::string read_line() {
    std::string line;
    for (int c = 0; (c = std::fgetc(from_)) != EOF && c != '\n';) line += static_cast<char>(c);
    return line;
  }

 private:
  pid_t child_ = -1;
  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
};

/// The first rule that a verdict names.
std::string rule_of(const std::string& verdict) {
  const auto at = verdict.find("[[\"");
  return at == std::string::npos ? std::string{} : verdict.substr(at + 3, verdict.find('"', at + 3) - at - 3);
}

std::string command_for(std::uint64_t seed, const Knobs& knobs) {
  std::string out = "year --seeds " + std::to_string(seed) + " --days " + std::to_string(knobs.days);
  if (knobs.readers < 1000) out += " --readers " + std::to_string(knobs.readers);
  std::string without;
  for (int i = 0; i < fault_count; ++i) {
    if (!knobs.has(static_cast<Fault>(i)))
      without += (without.empty() ? "" : ",") + std::string{name_of(static_cast<Fault>(i))};
  }
  return without.empty() ? out : out + " --without " + without;
}

/// The smallest world that still breaks the rule.
Knobs smaller(std::uint64_t seed, Knobs knobs, const std::string& rule, Oracle& oracle) {
  const auto still = [&](const Knobs& tried) { return rule_of(oracle.judge(live(seed, tried))) == rule; };
  for (int i = 0; i < fault_count; ++i) {
    auto tried = knobs;
    tried.without |= 1U << static_cast<unsigned>(i);
    if (tried.without != knobs.without && still(tried)) knobs = tried;
  }
  for (int readers = 2; readers < std::min(knobs.readers, 100); readers *= 2) {
    auto tried = knobs;
    tried.readers = readers;
    if (still(tried)) {
      knobs = tried;
      break;
    }
  }
  for (int days = 1; days < knobs.days; days = days * 3 / 2 + 1) {
    auto tried = knobs;
    tried.days = days;
    if (still(tried)) {
      knobs = tried;
      break;
    }
  }
  return knobs;
}

/// What the workers share.
struct Tally {
  std::uint64_t next = 0;
  std::uint64_t lived = 0;
  std::uint64_t days = 0;
  std::uint64_t failed = 0;
  bool over = false;
};

struct Wanted {
  std::uint64_t seed = 0;
  Knobs knobs;
};

std::vector<Wanted> wanted_worlds(const Options& options) {
  std::vector<Wanted> worlds;
  if (options.list.empty()) {
    for (auto seed = options.first; seed <= options.last; ++seed)
      worlds.push_back({.seed = seed, .knobs = options.knobs});
    return worlds;
  }
  std::ifstream in{options.list};
  for (std::string line; std::getline(in, line);) {
    Wanted world{.seed = 0, .knobs = options.knobs};
    std::istringstream words{line};
    if (!(words >> world.seed >> world.knobs.days)) continue;
    if (std::string word; words >> word && word == "without" && words >> word)
      world.knobs.without = faults_named(word);
    worlds.push_back(world);
  }
  return worlds;
}

void work(const Options& options, std::span<const Wanted> worlds, Tally& tally) {
  Oracle oracle{options.oracle};
  for (;;) {
    const auto next = __atomic_fetch_add(&tally.next, 1, __ATOMIC_SEQ_CST);
    if (next >= worlds.size() || tally.over) return;
    const auto& [seed, all] = worlds[next];
    const auto journal = live(seed, all);
    auto verdict = oracle.judge(journal);
    // The first lives twice: a world that goes another way the second time is no use to anybody.
    if (next == 0 && verdict.empty() && live(seed, all) != journal)
      verdict = "{\"wrong\": [[\"chance\", \"the world is not the same when it lives again\"]]}";
    const auto lived = __atomic_add_fetch(&tally.lived, 1, __ATOMIC_SEQ_CST);
    if (lived % 100 == 0)
      std::fprintf(stderr, "%s worlds, %s failed\n", std::to_string(lived).c_str(),
                   std::to_string(tally.failed).c_str());
    __atomic_fetch_add(&tally.days, static_cast<std::uint64_t>(all.days), __ATOMIC_SEQ_CST);
    if (verdict.empty()) continue;
    __atomic_fetch_add(&tally.failed, 1, __ATOMIC_SEQ_CST);
    if (options.quick) {
      tally.over = true;
    } else if (!options.plain) {
      const auto knobs = smaller(seed, all, rule_of(verdict), oracle);
      verdict = oracle.judge(live(seed, knobs));
      verdict = command_for(seed, knobs) + " --story\n  " + verdict;
    }
    std::printf("seed %s: %s\n", std::to_string(seed).c_str(), verdict.c_str());
    std::fflush(stdout);
  }
}

int tell(const Options& options) {
  const auto journal = live(options.first, options.knobs);
  if (options.journal) {
    std::fwrite(journal.data(), 1, journal.size(), stdout);
    return 0;
  }
  Oracle oracle{options.oracle, "--story"};
  const auto verdict = oracle.judge(journal);
  for (auto line = oracle.read_line(); line != "."; line = oracle.read_line()) std::puts(line.c_str());
  std::puts(verdict.empty() ? "All promises were kept." : verdict.c_str());
  return verdict.empty() ? 0 : 1;
}

int run(const Options& options) {
  const auto begin = std::chrono::steady_clock::now();
  void* const memory =
      ::mmap(nullptr, sizeof(Tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error{"mmap"};
  auto& tally = *new (memory) Tally{};
  const auto worlds = wanted_worlds(options);
  if (worlds.empty()) fail_usage();
  std::vector<pid_t> children;
  for (int i = 0; i < options.workers; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      work(options, worlds, tally);
      std::fflush(stdout);
      ::_exit(0);
    }
    children.push_back(child);
  }
  bool broken = false;
  for (const auto child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    broken = broken || status != 0;
  }
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("%llu worlds (%.1f years) in %.0f s: %llu failed%s\n",
              static_cast<unsigned long long>(tally.lived), static_cast<double>(tally.days) / 365.25, seconds,
              static_cast<unsigned long long>(tally.failed), broken ? "; a worker has died" : "");
  return tally.failed > 0 || broken ? 1 : 0;
}

}  // namespace
}  // namespace year

int main(int argc, char** argv) {
  const auto options = year::read_options(argc, argv);
  return options.journal || options.story ? year::tell(options) : year::run(options);
}
