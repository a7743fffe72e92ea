#include "year/world.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "year/blog.hpp"
#include "year/dice.hpp"
#include "year/letters.hpp"
#include "year/people.hpp"
#include "year/record.hpp"
#include "year/secrets.hpp"

namespace year {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> run_until(std::int64_t ms) {
  const std::time_t time = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {"run", "--until", text.data()};
}

class World : People {
 public:
  using People::People;

  void live() {
    write("config.toml", config_text(script_, now_));
    meet();
    play();
    calm();
    look_back();
  }

 private:
  void meet() {
    choose_weather();
    import();
  }

  void edit_posts() {
    Dice dice{script_.seed, "edits", static_cast<std::uint64_t>(jobs_)};
    if (!knobs_.has(Fault::edits) || !dice.chance(15)) return;
    std::vector<Post*> visible;
    for (auto& post : script_.posts) {
      if (post.appears_ms <= now_ && post.appears_ms > now_ - 10 * day) visible.push_back(&post);
    }
    if (visible.empty()) return;
    auto& post = *visible[static_cast<std::size_t>(dice.below(static_cast<int>(visible.size())))];
    ++post.edits;
    note(Entry{"edit"}.add("t", now_).add("number", post.number));
  }

  void ingest() {
    choose_weather();
    auto faults = choose_faults();
    for (int tries = 0; tries < 3; ++tries) {
      if (run({"bounce", "ingest"}, faults).status != death_status) return;
      faults = {};
      now_ += minute;
    }
  }

  void send(const std::vector<std::string>& words = {"send", "--due"}) {
    write("config.toml", config_text(script_, now_));  // a source may have come to it
    choose_weather();
    const auto ended = run(words, choose_faults());
    if (ended.status != death_status) usual_seams_ = std::max(usual_seams_ * 3 / 4, ended.seams);
    if (ended.errors.find("--late") != std::string::npos) run({"send", "--due", "--late"});
    if (now_ < script_.ends_ms) act_while_deferred();
    for (const auto& digest : script_.digests) {
      if (digest.review) approve_drafts(digest.name);
    }
  }

  /// For some hours the program stays, and is not called by cron.
  bool serves() {
    return knobs_.has(Fault::service) &&
           Dice{script_.seed, "service", static_cast<std::uint64_t>(jobs_)}.chance(8);
  }

  void play() {
    std::size_t next = 0;
    Dice dice{script_.seed, "pace"};
    while (now_ < script_.ends_ms) {
      auto step = dice.between(30, 13 * 60) * minute;
      if (knobs_.has(Fault::host) && dice.chance(3)) step = dice.between(8, 28) * hour;  // the machine is off
      const auto target = now_ + step;
      while (next < script_.acts.size() && script_.acts[next].at_ms <= target) {
        now_ = std::max(now_, script_.acts[next].at_ms);
        choose_weather();
        do_act(script_.acts[next++]);
      }
      join_by_hand(target);
      now_ = std::max(now_, target);
      edit_posts();
      confirm_those_who_wait();
      if (dice.chance(30)) ingest();
      serves() ? send(run_until(now_ + step)) : send();
    }
  }

  /// No more trouble: whatever is owed must come now.
  void calm() {
    note(Entry{"calm"}.add("t", now_));
    import();  // over all who have left by now
    for (auto& source : script_.sources) source.outages.clear();
    weather_until_ = {};
    while (now_ < script_.calm_ms) {
      confirm_those_who_wait();
      if (!fs::is_empty("returned/new")) ingest();
      send();
      now_ += (now_ < script_.ends_ms + 3 * day ? 7 : 23) * hour;
    }
  }

  /// What the program believes, for the judge to compare.
  void look_back() {
    note(Entry{"end"}.add("t", now_));
    const std::vector<std::vector<std::string>> questions = {
        {"db", "check"},
        {"edition", "list", "--limit", "1000", "--json"},
        {"delivery", "list", "--limit", "100000", "--json"},
        {"subscriber", "list", "--limit", "10000", "--json"},
        {"suppression", "list", "--json"},
        {"status", "--json"},
        {"post", "list", "--limit", "10000", "--json"}};
    for (const auto& words : questions) {
      const auto ended = run(words);
      if (words[0] == "delivery") deliveries_ = ended.out;
      note(Entry{"told"}.list("words", words).add("status", ended.status).add("out", ended.out));
    }
    for (const auto& edition : failed_editions()) {
      const auto ended = run({"edition", "show", edition, "--json"});
      note(Entry{"edition"}.add("name", edition).add("out", ended.out));
    }
    search_for_erased();
    if (script_.secret) note(Entry{"secrets"}.list("files", files_with_secrets()));
    note(Entry{"open"}.list("files", files_for_others()));
    note(Entry{"over"});
  }

  /// Those that somebody did not get, by what the program says.
  std::set<std::string> failed_editions() const {
    std::set<std::string> names;
    std::string_view rest = deliveries_;
    while (!rest.empty()) {
      const auto end = std::min(rest.find('\n'), rest.size());
      const auto line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const auto state = text_in(line, "state");
      if (state == "failed" || state == "in_doubt") names.insert(text_in(line, "edition"));
    }
    return names;
  }

  void search_for_erased() {
    std::string all;
    for (const auto& file : fs::recursive_directory_iterator("subscribers")) {
      if (!file.is_regular_file()) continue;
      std::ifstream in{file.path(), std::ios::binary};
      all.append(std::istreambuf_iterator<char>{in}, {});
    }
    std::vector<std::string> found;
    for (const auto& reader : script_.readers) {
      for (const auto& address : {reader.address, address_of(reader)}) {
        if (all.find(address) != std::string::npos) found.push_back(address);
      }
    }
    note(Entry{"files"}.list("addresses", found).add("bytes", all.size()));
  }

  std::string deliveries_;
};

}  // namespace

std::string live(std::uint64_t seed, const Knobs& knobs) {
  warm_up();
  std::string folder = "/dev/shm/tidings-year-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error{"mkdtemp"};
  const auto before = fs::current_path();
  fs::current_path(folder);
  World{seed, knobs}.live();
  fs::current_path(before);
  if (std::getenv("YEAR_KEEP") == nullptr) fs::remove_all(folder);
  return {shared().bytes, shared().size};
}

}  // namespace year
