#include "year/admin.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "year/dice.hpp"
#include "year/letters.hpp"
#include "year/record.hpp"

namespace year {

namespace fs = std::filesystem;

int page_status(const std::string& out) {
  int status = 0;
  constexpr std::string_view field = "Status: ";
  if (out.starts_with(field)) std::from_chars(out.data() + field.size(), out.data() + out.size(), status);
  return status;
}

namespace {

void remove_store() {
  for (const auto* const rest : {"", "-wal", "-shm", ".lock"}) fs::remove(std::string{store_path} + rest);
}

constexpr const char* old_copy = "old-copy.db";

}  // namespace

Ended Admin::act(const std::string& kind, const std::string& address, std::vector<std::string> words,
                 std::string input, std::vector<std::pair<std::string, std::string>> environment) {
  Dice dice{script_.seed, "act faults", static_cast<std::uint64_t>(jobs_)};
  Faults faults;
  if (now_ < script_.ends_ms && now_ > script_.begins_ms && dice.chance(10) && knobs_.has(Fault::kills) &&
      !is_halted_)
    faults = {.death = dice.chance(50) && knobs_.has(Fault::power) ? Death::power : Death::kill,
              .dies_at = dice.between(1, 40)};
  for (;;) {
    const auto begun = now_;
    auto ended = run(words, faults, input, environment);
    Entry entry{"act"};
    entry.add("kind", kind)
        .add("address", address)
        .add("begun", begun)
        .add("t", now_)
        .add("status", ended.status)
        .add("job", jobs_)
        .list("words", words);
    if (const int page = page_status(ended.out); page != 0) entry.add("page", page);
    note(entry);
    if (ended.status != death_status) return ended;
    faults = {};
    now_ += minute;
  }
}

void Admin::import() {
  std::string text = "email,name,digests,topics\n";
  for (const auto& reader : script_.readers) {
    if (reader.joins_ms > 0 || erased_.contains(reader.address)) continue;
    text += reader.address + ",Reader " + std::to_string(reader.number) + "," + reader.digest + "," +
            (reader.topics.empty() ? "" : reader.topics[0]) + "\n";
  }
  write("list.csv", text);
  for (const auto& reader : script_.readers) {
    if (reader.joins_ms == 0) on_list_.insert(reader.address);
  }
  act("import", "", {"subscriber", "import", "list.csv", "--confirmed"});
}

void Admin::approve_drafts(const std::string& digest) {
  const auto list = run({"edition", "list", "--digest", digest, "--limit", "4", "--json"});
  std::string_view rest = list.out;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto at = line.find("\"number\":");
    if (at == std::string_view::npos || text_in(line, "state") != "draft") continue;
    const auto number = std::string{line.substr(at + 9, line.find(',', at) - at - 9)};
    now_ += 5 * minute;
    act("approve", digest, {"edition", "approve", digest + "#" + number});
  }
}

void Admin::second_run() {
  const int fd = ::open((std::string{store_path} + ".lock").c_str(), O_RDWR | O_CREAT, 0600);
  ::flock(fd, LOCK_EX);
  act("second_run", "", {"send", "--due"});
  ::close(fd);
}

void Admin::restore() {
  if (run({"db", "backup", "copy.db"}).status != 0) return;
  remove_store();
  const auto restored = run({"db", "restore", "copy.db"});
  fs::remove("copy.db");
  if (restored.status != 0) return;
  act("guarded", "", {"send", "--due"});
  act("adopt", "", {"db", "adopt"});
}

void Admin::move_host() {
  move();
  act("guarded", "", {"send", "--due"});
  act("adopt", "", {"db", "adopt"});
}

void Admin::hide() {
  const auto list = run({"post", "list", "--limit", "3", "--json"});
  const auto line = std::string_view{list.out}.substr(0, list.out.find('\n'));
  const auto title = text_in(line, "title");
  const auto bracket = title.rfind('[');
  if (!line.starts_with("{\"id\":") || bracket == std::string::npos) return;
  act("hide", title.substr(bracket + 1, 4),
      {"post", "hide", std::string{line.substr(6, line.find(',') - 6)}});
}

void Admin::typo() {
  const auto right = config_text(script_, now_);
  write("config.toml", right + "[delivry]\nwindow = 1\n");
  act("typo", "", {"send", "--due"});
  write("config.toml", right);
}

void Admin::clock_behind() {
  Dice dice{script_.seed, "behind", static_cast<std::uint64_t>(jobs_)};
  write("config.toml", config_text(script_, now_));
  clock_off_ms_ = -dice.between(10, 3 * 24 * 60) * minute;
  run({"send", "--due"}, choose_faults());
  clock_off_ms_ = 0;
}

void Admin::nonsense() {
  constexpr std::array<std::array<const char*, 3>, 6> mistakes = {{{"send", "--dew", ""},
                                                                   {"subscriber", "add", "not an address"},
                                                                   {"edition", "show", "weekly#999"},
                                                                   {"deliver", "nothing#1", ""},
                                                                   {"subscriber", "import", "absent.csv"},
                                                                   {"sned", "", ""}}};
  std::vector<std::string> words;
  for (const auto* const word : mistakes[static_cast<std::size_t>(
           Dice{script_.seed, "mistake", static_cast<std::uint64_t>(jobs_)}.below(6))]) {
    if (*word != '\0') words.emplace_back(word);
  }
  act("nonsense", "", words);
}

std::string Admin::address_of(const Reader& reader) const {
  const auto moved = moved_.find(reader.address);
  return moved == moved_.end() ? reader.address : moved->second;
}

/// A machine whose clock runs ahead for one run. The admin sees it a while later, and mends the dates.
void Admin::clock_ahead() {
  Dice dice{script_.seed, "ahead", static_cast<std::uint64_t>(jobs_)};
  write("config.toml", config_text(script_, now_));
  clock_off_ms_ = (dice.chance(70) ? dice.between(2, 20 * 24) : 400 * 24) * hour;
  run({"send", "--due"}, choose_faults());
  clock_off_ms_ = 0;
  const int runs = dice.below(3);
  for (int i = 0; i < runs; ++i) {
    now_ += dice.between(1, 9) * hour;
    run({"send", "--due"}, choose_faults());
  }
  now_ += minute;
  act("mend", "", {"db", "check", "--mend"});
}

/// To be put in the place of the store some day.
void Admin::keep_copy() {
  fs::remove(old_copy);
  const auto at = now_;
  if (run({"db", "backup", old_copy}).status == 0) copied_ms_ = at;
}

/// The disk is new, and the last copy is days old: what happened since then the program does not know.
void Admin::restore_old_copy() {
  if (!copied_ms_) return;
  const auto since = *copied_ms_;
  copied_ms_.reset();
  remove_store();
  const auto restored = run({"db", "restore", old_copy});
  fs::remove(old_copy);
  note(Entry{"undone"}.add("since", since).add("t", now_).add("status", restored.status));
  act("guarded", "", {"send", "--due"});
  act("check", "", {"db", "check"});
  read_again();
  tell_again_who_left(since);
  act("adopt", "", {"db", "adopt"});
}

/// Mail that was read once is passed over in the mailbox, but not when it is piped.
void Admin::read_again() {
  run({"bounce", "ingest"});
  std::set<fs::path> mails;
  for (const auto& file : fs::directory_iterator{"returned/cur"}) mails.insert(file.path());
  for (const auto& mail : mails) {
    std::ifstream in{mail, std::ios::binary};
    run({"bounce", "ingest"}, {}, {std::istreambuf_iterator<char>{in}, {}});
  }
}

/// The admin remembers who has left since the copy was made, and whom he has added.
void Admin::tell_again_who_left(std::int64_t since) {
  const auto done = done_;
  for (const auto& each : done) {
    if (each.at_ms <= since || each.reader == nullptr) continue;
    const auto& first = each.reader->address;
    const auto present = address_of(*each.reader);
    if (each.kind == "move") {
      moved_.erase(first);
    } else if (each.kind == "join") {
      on_list_.erase(first);
      joined_.erase(each.reader->number);
    } else if (each.kind == "erase") {
      act("again_erase", first, {"subscriber", "erase", first});
      if (present != first) act("again_erase", first, {"subscriber", "erase", present});
    } else if (each.kind == "suppress") {
      act("again_suppress", first, {"suppression", "add", first});
    } else {
      act("again_leave", first, {"subscriber", "unsubscribe", first});
    }
  }
}

void Admin::do_chore(const Act& what) {
  using Kind = Act::Kind;
  switch (what.kind) {
    case Kind::import: return import();
    case Kind::rotate: act("rotate", "", {"keys", "rotate"}); return;
    case Kind::nonsense: return nonsense();
    case Kind::second_run: return second_run();
    case Kind::restore: return restore();
    case Kind::move_host: return move_host();
    case Kind::hide: return hide();
    case Kind::typo: return typo();
    case Kind::clock_behind: return clock_behind();
    case Kind::clock_ahead: return clock_ahead();
    case Kind::keep_copy: return keep_copy();
    case Kind::restore_old_copy: return restore_old_copy();
    default: return;
  }
}

}  // namespace year
