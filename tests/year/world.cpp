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
#include "year/job.hpp"
#include "year/mail.hpp"
#include "year/record.hpp"
#include "year/relay.hpp"

namespace year {
namespace {

namespace fs = std::filesystem;

constexpr int first_relay_port = 2601;
constexpr const char* store_path = "subscribers/tidings.db";

void write(const fs::path& path, const std::string& text) {
  if (path.has_parent_path()) fs::create_directories(path.parent_path());
  std::ofstream{path, std::ios::binary} << text;
}

/// The value of a text in a line of the journal.
std::string text_in(std::string_view line, const std::string& name) {
  const auto key = "\"" + name + "\":\"";
  auto at = line.find(key);
  if (at == std::string_view::npos) return {};
  std::string value;
  for (at += key.size(); at < line.size() && line[at] != '"'; ++at) {
    if (line[at] == '\\') ++at;
    value += line[at];
  }
  return value;
}

/// The last mail that somebody got.
struct Got {
  std::string from;
  std::string id;
  std::string leave;
  std::string confirm;
};

class World {
 public:
  World(std::uint64_t seed, const Knobs& knobs)
      : script_(write_script(seed, knobs)), knobs_(knobs), now_(script_.begins_ms) {}

  void live() {
    shared().size = 0;
    shared().accepted = 0;
    std::fill_n(&shared().met[0][0], 2 * (most_readers + 1), Met{});
    write("host/boot_id", "boot-1\n");
    write("host/machine_id", "m1\n");
    for (const auto* const folder : {"returned/new", "returned/cur", "returned/tmp", "subscribers"})
      fs::create_directories(folder);
    write_config();
    note_script();
    meet();
    play();
    calm();
    look_back();
  }

 private:
  // ---- what the world is

  void write_config() {
    std::string text =
        "[newsletter]\nname = \"Harbour News\"\nfrom = \"Harbour News <news@example.org>\"\n"
        "public_url = \"https://news.example.org\"\npostal_address = \"1 Quay Street\"\nlanguage = \"en\"\n"
        "timezone = \"" +
        script_.zone + "\"\n[store]\npath = \"" + store_path +
        "\"\n"
        "[bounce]\naddress = \"bounces@news.example.org\"\nmaildir = \"returned\"\n";
    for (int i = 0; i < script_.relays; ++i) {
      text += i == 0 ? "[smtp]\n" : "[[relay]]\n";
      text += "url = \"smtp://127.0.0.1:" + std::to_string(first_relay_port + i) +
              "\"\ntls = \"off\"\nconnections = " + std::to_string(script_.connections) +
              "\nwindow = " + std::to_string(script_.window) + "\n";
    }
    for (std::size_t i = 0; i < script_.sources.size(); ++i) {
      const auto& source = script_.sources[i];
      text += "[[source]]\nname = \"" + source.name + "\"\n";
      text += source.local
                  ? "url = \"file:" + source.name + ".feed\"\n"
                  : "allow_private_address = true\nurl = \"http://127.0.0.1:" +
                        std::to_string(first_blog_port + static_cast<int>(i)) + "/" + source.name + "\"\n";
    }
    for (const auto& digest : script_.digests)
      text += "[[digest]]\nname = \"" + digest.name + "\"\nschedule = \"" + digest.schedule + "\"\n" +
              digest.more;
    if (script_.hold) text += "[delivery]\nin_doubt = \"hold\"\n";
    write("config.toml", text);
  }

  void note_script() {
    Entry world{"world"};
    world.add("seed", script_.seed)
        .add("zone", script_.zone)
        .add("begins", script_.begins_ms)
        .add("ends", script_.ends_ms)
        .add("calm", script_.calm_ms);
    world.add("connections", script_.connections)
        .add("window", script_.window)
        .add("relays", script_.relays)
        .add("hold", script_.hold);
    std::string digests = "[", sources = "[";
    for (const auto& digest : script_.digests) {
      digests += (digests.size() > 1 ? "," : "") + std::string{"{\"name\":"} + json_text(digest.name) +
                 ",\"schedule\":" + json_text(digest.schedule) + ",\"more\":" + json_text(digest.more) + "}";
    }
    for (const auto& source : script_.sources)
      sources += (sources.size() > 1 ? "," : "") + std::string{"{\"name\":"} + json_text(source.name) +
                 ",\"shown\":" + std::to_string(source.shown) +
                 ",\"local\":" + (source.local ? "true" : "false") + "}";
    note(world.raw("digests", digests + "]").raw("sources", sources + "]"));
    for (const auto& post : script_.posts) {
      Entry entry{"post"};
      entry.add("number", post.number)
          .add("source", script_.sources[static_cast<std::size_t>(post.source)].name)
          .add("appears", post.appears_ms);
      if (post.published_ms) entry.add("published", *post.published_ms);
      note(entry.add("topic", post.topic));
    }
    for (const auto& reader : script_.readers) {
      Entry entry{"reader"};
      entry.add("address", reader.address)
          .add("digest", reader.digest)
          .add("steady", reader.steady)
          .add("first", reader.joins_ms == 0);
      note(entry.list("topics", reader.topics));
    }
  }

  // ---- jobs

  Ended run(std::vector<std::string> words, Faults faults = {}, std::string input = {},
            std::vector<std::pair<std::string, std::string>> environment = {}) {
    ++jobs_;
    Command command{.words = std::move(words),
                    .input = std::move(input),
                    .environment = std::move(environment),
                    .setting = {}};
    command.setting = {.dice = mix(script_.seed * 1'000'003 + static_cast<std::uint64_t>(jobs_)),
                       .now_ms = now_,
                       .process_id = 1000 + jobs_,
                       .boot_id = {},
                       .machine_id = "m1",
                       .faults = faults};
    for (std::size_t i = 0; i < script_.sources.size(); ++i) {
      if (script_.sources[i].local) write_local(static_cast<int>(i));
    }
    Entry begins{"begins"};
    begins.add("job", jobs_).add("t", now_).list("words", command.words);
    if (faults.death != Death::none)
      begins.add("death", faults.death == Death::kill ? "kill" : "power").add("dies_at", faults.dies_at);
    if (faults.disk_full_from > 0) begins.add("disk_full_from", faults.disk_full_from);
    if (faults.io_error_at > 0) begins.add("io_error_at", faults.io_error_at);
    begins.add("mood", name_of(weather_[0].mood)).add("mood2", name_of(weather_[1].mood));
    note(begins);
    const auto begin = shared().size;
    auto ended = run_job(command);
    read_journal(begin);
    note(Entry{"ends"}
             .add("job", jobs_)
             .add("t", ended.ended_ms)
             .add("status", ended.status)
             .add("signal", ended.by_signal)
             .add("seams", ended.seams)
             .add("out", cut(ended.out))
             .add("errors", cut(ended.errors)));
    if (ended.status == death_status && faults.death == Death::power) lose_power();
    now_ = std::max(now_, ended.ended_ms);
    return ended;
  }

  /// The world's folder has another name each time.
  static std::string cut(std::string text) {
    const auto here = fs::current_path().string();
    for (auto at = text.find(here); at != std::string::npos; at = text.find(here))
      text.replace(at, here.size(), "HOME");
    return text.size() > 4000 ? text.substr(0, 4000) : text;
  }

  void lose_power() { write("host/boot_id", "boot-" + std::to_string(++boots_) + "\n"); }

  void write_local(int source) {
    const auto& facts = script_.sources[static_cast<std::size_t>(source)];
    std::vector<int> shown;
    const auto text = feed_of(script_, source, now_, &shown);
    auto& last = local_[source];
    if (last == text) return;
    last = text;
    write(facts.name + ".feed", text);
    // The time of the file is the world's.
    const std::array<timespec, 2> times = {timespec{.tv_sec = now_ / 1000, .tv_nsec = 0},
                                           timespec{.tv_sec = now_ / 1000, .tv_nsec = 0}};
    ::utimensat(AT_FDCWD, (facts.name + ".feed").c_str(), times.data(), 0);
    note(Entry{"file"}.add("t", now_).add("source", facts.name).list("posts", shown));
  }

  /// What people got in the job that has just ended.
  void read_journal(std::size_t begin) {
    std::string_view rest{shared().bytes + begin, shared().size - begin};
    while (!rest.empty()) {
      const auto end = std::min(rest.find('\n'), rest.size());
      const auto line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (!line.starts_with("{\"k\":\"mail\"")) continue;
      auto& got = got_[text_in(line, "to")];
      if (auto confirm = text_in(line, "confirm"); !confirm.empty()) got.confirm = std::move(confirm);
      if (auto leave = text_in(line, "leave"); !leave.empty()) {
        got.leave = std::move(leave);
        got.from = text_in(line, "from");
        got.id = text_in(line, "id");
      }
    }
  }

  // ---- the weather

  void choose_weather() {
    for (int i = 0; i < script_.relays; ++i) {
      auto& weather = weather_[static_cast<std::size_t>(i)];
      Dice dice{script_.seed, "relay weather", static_cast<std::uint64_t>(jobs_ * 2 + i)};
      Dice relay{script_.seed, "relay", static_cast<std::uint64_t>(i)};
      if (weather_until_[static_cast<std::size_t>(i)] <= now_) {
        weather = {};
        if (knobs_.has(Fault::relays) && now_ < script_.ends_ms && dice.chance(25)) {
          weather.mood = static_cast<Mood>(dice.between(1, mood_count - 1));
          weather_until_[static_cast<std::size_t>(i)] = now_ + dice.between(1, 14) * hour;
        }
      }
      weather.after = dice.chance(50) ? dice.below(10) : 0;
      weather.stage = static_cast<Stage>(dice.below(7));
      weather.pipelining = relay.chance(75);
      weather.chunking = relay.chance(60);
    }
    set_routes([this](int port) -> Route {
      if (port >= first_blog_port && port < first_blog_port + static_cast<int>(script_.sources.size()))
        return route_to_blog(script_, port - first_blog_port);
      Route route;
      const int number = port - first_relay_port;
      if (number < 0 || number >= script_.relays) return route;
      const auto& weather = weather_[static_cast<std::size_t>(number)];
      route.reach = weather.mood == Mood::refused ? Reach::refused
                    : weather.mood == Mood::lost  ? Reach::lost
                                                  : Reach::open;
      if (route.reach == Reach::open) route.peer = make_relay(number, weather, script_.seed);
      return route;
    });
  }

  Faults choose_faults() {
    Faults faults;
    Dice dice{script_.seed, "faults", static_cast<std::uint64_t>(jobs_)};
    const int die = dice.below(100);
    const auto at = dice.chance(50)
                        ? dice.between(1, static_cast<int>(std::max<std::int64_t>(usual_seams_, 20)))
                        : dice.spread(static_cast<int>(std::max<std::int64_t>(usual_seams_, 20)));
    if (now_ >= script_.ends_ms) return faults;
    if (die < 8 && knobs_.has(Fault::kills)) {
      faults = {.death = Death::kill, .dies_at = at};
    } else if (die >= 8 && die < 14 && knobs_.has(Fault::power)) {
      faults = {.death = Death::power, .dies_at = at};
    } else if (die >= 14 && die < 17 && knobs_.has(Fault::disk)) {
      faults.disk_full_from = at;
    } else if (die >= 17 && die < 20 && knobs_.has(Fault::disk)) {
      faults.io_error_at = at;
    }
    return faults;
  }

  // ---- life

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

  void report(const Act& what, const Reader& reader, bool forged) {
    const auto& got = got_[reader.address];
    if (got.from.empty() && !forged) return;
    const auto to = forged ? "bounces@news.example.org" : got.from;
    const bool soft = what.kind == Act::Kind::soft_bounce;
    const bool complaint = what.kind == Act::Kind::complain;
    std::string text = "Return-Path: <>\nDelivered-To: " + to + "\nFrom: MAILER-DAEMON@mx.example\nTo: <" +
                       to + ">\nSubject: Report\nMessage-ID: <report-" + std::to_string(mails_) +
                       "@mx.example>\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=" +
                       (complaint ? "feedback-report" : "delivery-status") +
                       "; boundary=q\n\n--q\nContent-Type: text/plain\n\nA report.\n\n--q\n";
    text += complaint ? "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: "
                        "Loop/1\nVersion: 1\n"
                      : "Content-Type: message/delivery-status\n\nReporting-MTA: dns; "
                        "mx.example\n\nFinal-Recipient: rfc822; " +
                            reader.address + "\nAction: failed\nStatus: " +
                            (soft ? "4.2.2\nDiagnostic-Code: smtp; 452 4.2.2 mailbox full\n"
                                  : "5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n");
    text += "\n--q--\n";
    deliver_mail(name_of(what.kind), reader.address, text);
    if (Dice{script_.seed, "doubled", static_cast<std::uint64_t>(mails_)}.chance(20))
      deliver_mail(name_of(what.kind), reader.address, text);
  }

  void leave_by_link(const Reader& reader) {
    const auto& leave = got_[reader.address].leave;
    const auto at = leave.find("/u/");
    if (at == std::string::npos) return;
    ask("POST", leave.substr(at, leave.find('>', at) - at), "List-Unsubscribe=One-Click", "leave",
        reader.address);
  }

  void leave_by_mail(const Reader& reader) {
    const auto& leave = got_[reader.address].leave;
    const auto at = leave.find("<mailto:");
    const auto subject = leave.find("?subject=", at);
    if (at == std::string::npos || subject == std::string::npos) return;
    const auto to = leave.substr(at + 8, subject - at - 8);
    auto words = leave.substr(subject + 9, leave.find('>', subject) - subject - 9);
    if (const auto blank = words.find("%20"); blank != std::string::npos) words.replace(blank, 3, " ");
    deliver_mail("leave_mail", reader.address,
                 "Return-Path: <" + reader.address + ">\nFrom: " + reader.address + "\nTo: " + to +
                     "\nSubject: " + words + "\nMessage-ID: <leave-" + std::to_string(mails_) +
                     "@x.example>\n\n\n");
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
      case Kind::leave_wish:
        act("leave", reader->address, {"subscriber", "unsubscribe", reader->address});
        break;
      case Kind::erase:
        act("erase", reader->address, {"subscriber", "erase", reader->address});
        erased_.insert(reader->address);
        break;
      case Kind::complain:
      case Kind::hard_bounce:
      case Kind::soft_bounce: report(what, *reader, false); break;
      case Kind::forged_bounce: report(what, *reader, true); break;
      case Kind::sign_up:
      case Kind::sign_up_only: sign_up(what, *reader); break;
      case Kind::import: import(); break;
      case Kind::suppress: act("suppress", reader->address, {"suppression", "add", reader->address}); break;
      case Kind::rotate: act("rotate", "", {"keys", "rotate"}); break;
      case Kind::nonsense: nonsense(); break;
      case Kind::second_run: second_run(); break;
    }
    const bool leaves = what.kind != Kind::change && what.kind != Kind::soft_bounce &&
                        what.kind != Kind::forged_bounce && !signs_up;
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
    choose_weather();
    const auto ended = run({"send", "--due"}, choose_faults());
    if (ended.status != death_status) usual_seams_ = std::max(usual_seams_ * 3 / 4, ended.seams);
    if (ended.errors.find("--late") != std::string::npos) run({"send", "--due", "--late"});
    for (const auto& digest : script_.digests) {
      if (digest.review && ended.out.find("edition approve " + digest.name) != std::string::npos)
        approve(digest.name);
    }
  }

  /// The editor says yes to what waits.
  void approve(const std::string& digest) {
    now_ += 5 * minute;
    act("approve", digest, {"edition", "approve", digest});
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

  Script script_;
  Knobs knobs_;
  std::int64_t now_;
  int jobs_ = 0;
  int boots_ = 1;
  int mails_ = 0;
  std::int64_t usual_seams_ = 0;
  std::array<RelayWeather, 2> weather_{};
  std::array<std::int64_t, 2> weather_until_{};
  std::map<int, std::string> local_;
  std::map<std::string, Got> got_;
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
