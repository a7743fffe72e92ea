#include "year/world.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
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
#include "year/host.hpp"
#include "year/letters.hpp"
#include "year/record.hpp"

namespace year {
namespace {

namespace fs = std::filesystem;

class World : Host {
 public:
  using Host::Host;

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

  void import() {
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

  /// Somebody does something by a command, and tries again if the machine dies over it.
  Ended act(const std::string& kind, const std::string& address, std::vector<std::string> words,
            std::string input = {}, std::vector<std::pair<std::string, std::string>> environment = {}) {
    Dice dice{script_.seed, "act faults", static_cast<std::uint64_t>(jobs_)};
    Faults faults;
    if (now_ < script_.ends_ms && now_ > script_.begins_ms && dice.chance(10) && knobs_.has(Fault::kills))
      faults = {.death = dice.chance(50) && knobs_.has(Fault::power) ? Death::power : Death::kill,
                .dies_at = dice.between(1, 40)};
    for (;;) {
      const auto begun = now_;
      auto ended = run(words, faults, input, environment);
      note(Entry{"act"}
               .add("kind", kind)
               .add("address", address)
               .add("begun", begun)
               .add("t", now_)
               .add("status", ended.status)
               .add("job", jobs_)
               .list("words", words));
      if (ended.status != death_status) return ended;
      faults = {};
      now_ += minute;
    }
  }

  Ended ask(const std::string& method, const std::string& path, const std::string& body,
            const std::string& kind, const std::string& address) {
    const std::vector<std::pair<std::string, std::string>> environment = {
        {"REQUEST_METHOD", method},
        {"PATH_INFO", path},
        {"CONTENT_LENGTH", std::to_string(body.size())},
        {"CONTENT_TYPE", "application/x-www-form-urlencoded"},
        {"REMOTE_ADDR", "192.0.2." + std::to_string(jobs_ % 250)}};
    return act(kind, address, {"cgi"}, body, environment);
  }

  /// Into the mailbox that the program reads.
  void deliver_mail(const std::string& kind, const std::string& address, const std::string& text) {
    const auto name =
        "returned/new/" + std::to_string(now_ / 1000) + ".M" + std::to_string(++mails_) + ".host";
    write(name, text);
    note(Entry{"returned"}.add("t", now_).add("kind", kind).add("address", address).add("name", name));
  }

  void report(const Act& what, const Reader& reader) {
    const auto& got = got_[reader.address];
    const bool forged = what.kind == Act::Kind::forged_bounce;
    if (got.from.empty() && !forged) return;
    const auto text = report_text(what.kind, forged ? bounce_address : got.from, reader.address, mails_);
    deliver_mail(name_of(what.kind), reader.address, text);
    if (Dice{script_.seed, "doubled", static_cast<std::uint64_t>(mails_)}.chance(20))
      deliver_mail(name_of(what.kind), reader.address, text);
  }

  void leave_by_wish(const Reader& reader) {
    act("leave", reader.address, {"subscriber", "unsubscribe", reader.address});
  }

  /// By the last mail they have, though it may be of a digest that they have changed from since.
  void leave_by_link(const Reader& reader) {
    const auto& leave = got_[reader.address].leave;
    const auto at = leave.find("/u/");
    if (at == std::string::npos) return leave_by_wish(reader);
    ask("POST", leave.substr(at, leave.find('>', at) - at), "List-Unsubscribe=One-Click", "leave",
        reader.address);
  }

  void leave_by_mail(const Reader& reader) {
    const auto text = leave_text(got_[reader.address].leave, reader.address, mails_);
    if (text.empty()) return leave_by_wish(reader);
    deliver_mail("leave_mail", reader.address, text);
  }

  void sign_up(const Act& what, const Reader& reader) {
    const auto form = ask("GET", "/subscribe", "", "look", "");
    const auto at = form.out.find("name=\"stamp\" value=\"");
    if (at == std::string::npos) return;
    const auto stamp = form.out.substr(at + 20, form.out.find('"', at + 20) - at - 20);
    now_ += minute;
    got_[reader.address].confirm.clear();
    ask("POST", "/subscribe", "email=" + reader.address + "&digest=" + reader.digest + "&stamp=" + stamp,
        "sign_up", reader.address);
    if (what.kind == Act::Kind::sign_up_only) return;
    waiting_.push_back({.address = reader.address, .digest = reader.digest});
  }

  /// Whoever has signed up confirms once the mail is there.
  void confirm_those_who_wait() {
    for (auto& each : waiting_) {
      const auto& link = got_[each.address].confirm;
      const auto at = link.find("/c/");
      if (each.done || at == std::string::npos) continue;
      ask("POST", link.substr(at), "", "confirm", each.address);
      on_list_.insert(each.address);
      each.done = true;
    }
  }

  void second_run() {
    const int fd = ::open((std::string{store_path} + ".lock").c_str(), O_RDWR | O_CREAT, 0600);
    ::flock(fd, LOCK_EX);
    act("second_run", "", {"send", "--due"});
    ::close(fd);
  }

  /// The disk is new, the copy is of a minute ago. It sends nothing before somebody has said that it may.
  void restore() {
    if (run({"db", "backup", "copy.db"}).status != 0) return;
    for (const auto* const rest : {"", "-wal", "-shm", ".lock"}) fs::remove(std::string{store_path} + rest);
    const auto restored = run({"db", "restore", "copy.db"});
    fs::remove("copy.db");
    if (restored.status != 0) return;
    act("guarded", "", {"send", "--due"});
    act("adopt", "", {"db", "adopt"});
  }

  void move_host() {
    move();
    act("guarded", "", {"send", "--due"});
    act("adopt", "", {"db", "adopt"});
  }

  /// The editor does not want one of the newest posts.
  void hide() {
    const auto list = run({"post", "list", "--limit", "3", "--json"});
    const auto line = std::string_view{list.out}.substr(0, list.out.find('\n'));
    const auto title = text_in(line, "title");
    const auto bracket = title.rfind('[');
    if (!line.starts_with("{\"id\":") || bracket == std::string::npos) return;
    act("hide", title.substr(bracket + 1, 4),
        {"post", "hide", std::string{line.substr(6, line.find(',') - 6)}});
  }

  void typo() {
    const auto right = config_text(script_, now_);
    write("config.toml", right + "[delivry]\nwindow = 1\n");
    act("typo", "", {"send", "--due"});
    write("config.toml", right);
  }

  /// A machine without a battery: its clock stands where it stood when the power went, until it is set.
  void clock_behind() {
    Dice dice{script_.seed, "behind", static_cast<std::uint64_t>(jobs_)};
    write("config.toml", config_text(script_, now_));
    behind_ms_ = dice.between(10, 3 * 24 * 60) * minute;
    run({"send", "--due"}, choose_faults());
    behind_ms_ = 0;
  }

  void nonsense() {
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

  void do_act(const Act& what) {
    const Reader* const reader =
        what.reader >= 0 ? &script_.readers[static_cast<std::size_t>(what.reader)] : nullptr;
    using Kind = Act::Kind;
    const bool signs_up = what.kind == Kind::sign_up || what.kind == Kind::sign_up_only;
    if (reader != nullptr && !signs_up &&
        (gone_.contains(reader->address) || !on_list_.contains(reader->address)))
      return;
    switch (what.kind) {
      case Kind::change:
        act("change", reader->address, {"subscriber", "set", reader->address, "--cadence", what.digest});
        break;
      case Kind::leave_link: leave_by_link(*reader); break;
      case Kind::leave_mail: leave_by_mail(*reader); break;
      case Kind::leave_wish: leave_by_wish(*reader); break;
      case Kind::erase:
        act("erase", reader->address, {"subscriber", "erase", reader->address});
        erased_.insert(reader->address);
        break;
      case Kind::complain:
      case Kind::hard_bounce:
      case Kind::soft_bounce:
      case Kind::forged_bounce: report(what, *reader); break;
      case Kind::sign_up:
      case Kind::sign_up_only: sign_up(what, *reader); break;
      case Kind::import: import(); break;
      case Kind::suppress: act("suppress", reader->address, {"suppression", "add", reader->address}); break;
      case Kind::rotate: act("rotate", "", {"keys", "rotate"}); break;
      case Kind::nonsense: nonsense(); break;
      case Kind::second_run: second_run(); break;
      case Kind::restore: restore(); break;
      case Kind::move_host: move_host(); break;
      case Kind::hide: hide(); break;
      case Kind::export_one:
        act("export", reader->address, {"subscriber", "export", "--one", reader->address});
        break;
      case Kind::typo: typo(); break;
      case Kind::clock_behind: clock_behind(); break;
    }
    const bool leaves = what.kind != Kind::change && what.kind != Kind::export_one &&
                        what.kind != Kind::soft_bounce && what.kind != Kind::forged_bounce && !signs_up;
    if (reader != nullptr && leaves) gone_.insert(reader->address);
  }

  void join_by_hand(std::int64_t until) {
    for (const auto& reader : script_.readers) {
      if (reader.joins_ms == 0 || reader.by_page || reader.joins_ms > until ||
          joined_.contains(reader.number))
        continue;
      joined_.insert({reader.number, true});
      std::vector<std::string> words = {"subscriber", "add",         reader.address,
                                        "--digest",   reader.digest, "--confirmed"};
      for (const auto& topic : reader.topics) words.insert(words.end(), {"--topic", topic});
      now_ = std::max(now_, reader.joins_ms);
      act("join", reader.address, words);
      on_list_.insert(reader.address);
    }
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

  void send() {
    write("config.toml", config_text(script_, now_));  // a source may have come to it
    choose_weather();
    const auto ended = run({"send", "--due"}, choose_faults());
    if (ended.status != death_status) usual_seams_ = std::max(usual_seams_ * 3 / 4, ended.seams);
    if (ended.errors.find("--late") != std::string::npos) run({"send", "--due", "--late"});
    for (const auto& digest : script_.digests) {
      if (digest.review) approve_drafts(digest.name);
    }
  }

  /// The editor says yes to what waits.
  void approve_drafts(const std::string& digest) {
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
      send();
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
      if (now_ < script_.ends_ms + 3 * day) ingest();
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
      if (all.find(reader.address) != std::string::npos) found.push_back(reader.address);
    }
    note(Entry{"files"}.list("addresses", found).add("bytes", all.size()));
  }

  struct Waiting {
    std::string address;
    std::string digest;
    bool done = false;
  };

  int mails_ = 0;
  std::map<int, bool> joined_;
  std::set<std::string> on_list_;
  std::set<std::string> gone_;
  std::set<std::string> erased_;
  std::vector<Waiting> waiting_;
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
