#include "year/host.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>

#include "year/blog.hpp"
#include "year/dice.hpp"
#include "year/letters.hpp"
#include "year/record.hpp"
#include "year/secrets.hpp"

namespace year {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) {
  if (path.has_parent_path()) fs::create_directories(path.parent_path());
  std::ofstream{path, std::ios::binary} << text;
}

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

namespace {

/// Octets of what a job says.
constexpr std::size_t most_noted = 4000;

/// The world's folder has another name each time.
std::string at_home(std::string text) {
  const auto here = fs::current_path().string();
  for (auto at = text.find(here); at != std::string::npos; at = text.find(here))
    text.replace(at, here.size(), "HOME");
  return text;
}

}  // namespace

Host::Host(std::uint64_t seed, const Knobs& knobs)
    : script_(write_script(seed, knobs)), knobs_(knobs), now_(script_.begins_ms) {
  shared().size = 0;
  shared().accepted = 0;
  std::fill_n(&shared().met[0][0], 2 * (most_readers + 1), Met{});
  write("host/boot_id", "boot-1\n");
  write("host/machine_id", machine_ + "\n");
  for (const auto* const folder : {"returned/new", "returned/cur", "returned/tmp", "subscribers"})
    fs::create_directories(folder);
  if (script_.secret) write_secrets();
  note_script();
}

void Host::move() {
  machine_ = "m" + std::to_string(++machines_);
  write("host/machine_id", machine_ + "\n");
}

Ended Host::run(std::vector<std::string> words, Faults faults, std::string input,
                std::vector<std::pair<std::string, std::string>> environment) {
  const int number = ++jobs_;
  Command command{.words = std::move(words),
                  .input = std::move(input),
                  .environment = std::move(environment),
                  .setting = {}};
  command.setting = {.dice = mix(script_.seed * 1'000'003 + static_cast<std::uint64_t>(jobs_)),
                     .now_ms = now_,
                     .clock_off_ms = clock_off_ms_,
                     .process_id = 1000 + jobs_,
                     .boot_id = {},
                     .machine_id = machine_,
                     .faults = faults};
  for (std::size_t i = 0; i < script_.sources.size(); ++i) {
    if (script_.sources[i].local && !is_halted_) write_local(static_cast<int>(i));
  }
  Entry begins{"begins"};
  begins.add("job", number).add("t", now_).list("words", command.words);
  if (faults.death != Death::none)
    begins.add("death", faults.death == Death::kill ? "kill" : "power").add("dies_at", faults.dies_at);
  if (faults.disk_full_from > 0) begins.add("disk_full_from", faults.disk_full_from);
  if (faults.io_error_at > 0) begins.add("io_error_at", faults.io_error_at);
  if (clock_off_ms_ < 0) begins.add("behind", -clock_off_ms_);
  if (clock_off_ms_ > 0) begins.add("ahead", clock_off_ms_);
  if (is_halted_) begins.add("meanwhile", true);
  begins.add("mood", name_of(weather_[0].mood)).add("mood2", name_of(weather_[1].mood));
  note(begins);
  const auto begin = shared().size;
  auto ended = run_job(command, [this](std::int64_t now) {
    now_ = std::max(now_, now);
    is_halted_ = true;
    act_meanwhile();
    is_halted_ = false;
    return now_;
  });
  ended.out = at_home(std::move(ended.out));
  ended.errors = at_home(std::move(ended.errors));
  read_journal(begin);
  note(Entry{"ends"}
           .add("job", number)
           .add("t", ended.ended_ms)
           .add("status", ended.status)
           .add("signal", ended.by_signal)
           .add("seams", ended.seams)
           .add("out", ended.out.substr(0, most_noted))
           .add("errors", ended.errors.substr(0, most_noted)));
  if (ended.status == death_status && faults.death == Death::power) lose_power();
  now_ = std::max(now_, ended.ended_ms);
  return ended;
}

void Host::lose_power() { write("host/boot_id", "boot-" + std::to_string(++boots_) + "\n"); }

void Host::write_local(int source) {
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
void Host::read_journal(std::size_t begin) {
  deferred_.clear();
  std::string_view rest{shared().bytes + begin, shared().size - begin};
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.starts_with("{\"k\":\"refused\"") && text_in(line, "said").starts_with("4"))
      deferred_.push_back(text_in(line, "to"));
    if (!line.starts_with("{\"k\":\"mail\"")) continue;
    auto& got = got_[text_in(line, "to")];
    if (auto confirm = text_in(line, "confirm"); !confirm.empty()) got.confirm = std::move(confirm);
    if (auto link = text_in(line, "preferences"); !link.empty()) got.preferences = std::move(link);
    if (auto leave = text_in(line, "leave"); !leave.empty()) {
      got.leave = std::move(leave);
      got.from = text_in(line, "from");
      got.id = text_in(line, "id");
      got.list = text_in(line, "list");
    }
  }
}

void Host::choose_weather() {
  for (int i = 0; i < script_.relays; ++i) {
    auto& weather = weather_[static_cast<std::size_t>(i)];
    Dice dice{script_.seed, "relay weather", static_cast<std::uint64_t>(jobs_ * 2 + i)};
    Dice relay{script_.seed, "relay", static_cast<std::uint64_t>(i)};
    if (weather_until_[static_cast<std::size_t>(i)] <= now_) {
      weather = {};
      if (knobs_.has(Fault::relays) && now_ < script_.ends_ms && dice.chance(25)) {
        // A line that breaks is what most is to be learned from.
        weather.mood = dice.chance(30) ? (dice.chance(70) ? Mood::cut : Mood::silent)
                                       : static_cast<Mood>(dice.between(1, mood_count - 1));
        weather_until_[static_cast<std::size_t>(i)] = now_ + dice.between(1, 14) * hour;
      }
    }
    weather.after = dice.chance(50) ? dice.below(10) : 0;
    weather.stage = dice.chance(50) ? (dice.chance(50) ? Stage::dot : Stage::answered)
                                    : static_cast<Stage>(dice.below(7));
    weather.calm = now_ >= script_.ends_ms;
    weather.pipelining = relay.chance(75);
    weather.chunking = relay.chance(60);
    if (script_.secret && i == 0) weather.login = relay_login();
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

Faults Host::choose_faults() {
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
  if (faults.death != Death::power && knobs_.has(Fault::meanwhile) && !is_halted_ &&
      Dice{script_.seed, "halts", static_cast<std::uint64_t>(jobs_)}.chance(20))
    faults.halts_at = Dice{script_.seed, "halts at", static_cast<std::uint64_t>(jobs_)}.between(
        1, static_cast<int>(std::max<std::int64_t>(usual_seams_, 20)));
  return faults;
}

void Host::note_script() {
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
  if (script_.secret) world.list("secrets", secret_words());
  std::string digests = "[", sources = "[";
  for (const auto& digest : script_.digests) {
    digests += (digests.size() > 1 ? "," : "") + std::string{"{\"name\":"} + json_text(digest.name) +
               ",\"schedule\":" + json_text(digest.schedule) + ",\"more\":" + json_text(digest.more) +
               ",\"changes\":" + std::to_string(digest.changes_ms) + ",\"later\":" + json_text(digest.later) +
               "}";
  }
  for (const auto& source : script_.sources)
    sources += (sources.size() > 1 ? "," : "") + std::string{"{\"name\":"} + json_text(source.name) +
               ",\"shown\":" + std::to_string(source.shown) +
               ",\"added\":" + std::to_string(source.added_ms) + "}";
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

}  // namespace year
