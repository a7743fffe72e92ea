#include "year/script.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "year/dice.hpp"

namespace year {
namespace {

constexpr std::int64_t first_day_ms = 1'767'225'600'000;  // 2026-01-01

template <class List>
const auto& one_of(Dice& dice, const List& list) {
  return list[static_cast<std::size_t>(dice.below(static_cast<int>(std::size(list))))];
}

std::string clock_time(Dice& dice) {
  // Some that a change of the clocks skips or brings twice.
  constexpr std::array<const char*, 8> times = {"07:30", "08:00", "02:30", "03:30",
                                                "00:00", "23:50", "12:15", "01:30"};
  return one_of(dice, times);
}

/// The publisher thinks of a better time.
void write_schedule_change(Script& script, Digest& digest, Dice dice) {
  if (!dice.chance(25)) return;
  digest.changes_ms = script.begins_ms + dice.between(2 * 24 * 60, 12 * 24 * 60) * minute;
  digest.later = digest.schedule.substr(0, digest.schedule.rfind(' ') + 1) + clock_time(dice);
}

void write_digests(Script& script, const Knobs& knobs) {
  Dice dice{script.seed, "digests"};
  constexpr std::array<const char*, 7> days = {"monday", "tuesday",  "wednesday", "thursday",
                                               "friday", "saturday", "sunday"};
  script.digests.push_back(
      {.name = "daily", .schedule = "daily " + clock_time(dice), .more = {}, .review = false});
  script.digests.push_back({.name = "weekly",
                            .schedule = std::string{"weekly "} + one_of(dice, days) + " " + clock_time(dice),
                            .more = {},
                            .review = false});
  if (dice.chance(25))
    script.digests.push_back(
        {.name = "monthly",
         .schedule = "monthly " + std::to_string(dice.between(1, 28)) + " " + clock_time(dice),
         .more = {},
         .review = false});
  for (auto& digest : script.digests) {
    const bool daily = digest.name == "daily";
    if (dice.chance(20) && digest.name != "monthly")
      digest.more +=
          "max_posts = " + std::to_string(daily ? dice.between(5, 10) : dice.between(30, 60)) + "\n";
    if (digest.name == "monthly") digest.more += "max_posts = \"none\"\n";
    if (dice.chance(15)) digest.more += "min_posts = 2\n";
    if (dice.chance(20)) digest.more += "group_by = \"topic\"\n";
    if (dice.chance(20)) digest.more += "content = \"full\"\n";
    if (dice.chance(15)) digest.more += "max_age = \"14d\"\n";
    digest.review = dice.chance(10);
    if (digest.review) digest.more += "review = true\n";
    if (knobs.has(Fault::config)) write_schedule_change(script, digest, Dice{script.seed, digest.name});
  }
}

void write_outages(Script& script, Source& source, Dice dice) {
  constexpr std::array<int, 6> statuses = {500, 503, 404, 403, 429, 502};
  auto at = script.begins_ms + day;
  for (;;) {
    at += dice.between(24, 400) * hour;
    if (at >= script.ends_ms) return;
    const auto long_one = dice.chance(15);
    const auto until =
        std::min(script.ends_ms, at + (long_one ? dice.between(30, 130) : dice.between(1, 20)) * hour);
    source.outages.push_back({.from_ms = at,
                              .until_ms = until,
                              .kind = static_cast<Outage::Kind>(dice.below(6)),
                              .status = one_of(dice, statuses)});
    at = until;
  }
}

void write_sources(Script& script, const Knobs& knobs) {
  Dice dice{script.seed, "sources"};
  const int count = dice.between(1, 3);
  for (int i = 0; i < count; ++i) {
    Source source;
    source.name = "blog" + std::to_string(i + 1);
    source.format = static_cast<Format>(dice.below(3));
    source.shown = dice.between(12, 40);
    if (i > 0 && dice.chance(25)) source.added_ms = script.begins_ms + dice.between(1, 15) * day;
    source.validators = dice.chance(80);
    source.local = dice.chance(15);
    if (dice.chance(15)) source.moves_ms = script.begins_ms + dice.between(2, 25) * day;
    if (knobs.has(Fault::sources) && !source.local) {
      write_outages(script, source, Dice{script.seed, "outages", static_cast<std::uint64_t>(i)});
    } else {
      source.moves_ms.reset();
    }
    script.sources.push_back(std::move(source));
  }
}

std::string some_words(Dice& dice) {
  constexpr std::array<const char*, 40> words = {
      "harbour", "ferry",   "council", "bridge",  "market",  "school",  "winter",   "garden",
      "library", "station", "fishing", "museum",  "storm",   "bakery",  "choir",    "island",
      "budget",  "lantern", "theatre", "orchard", "railway", "summer",  "festival", "meadow",
      "quarry",  "beacon",  "village", "lagoon",  "timber",  "compass", "printer",  "walnut",
      "saddle",  "copper",  "violin",  "kettle",  "marble",  "ribbon",  "cellar",   "anchor"};
  std::string out;
  const int count = dice.between(3, 7);
  for (int i = 0; i < count; ++i) out += (i > 0 ? " " : "") + std::string{one_of(dice, words)};
  out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

void write_posts(Script& script) {
  Dice dice{script.seed, "posts"};
  constexpr std::array<const char*, 4> topics = {"art", "bay", "", ""};
  const int pace = dice.between(6, 36);
  auto at = script.begins_ms - 12 * day;
  for (int number = 1; at < script.ends_ms + day && number < 9999; ++number) {
    Post post;
    post.number = number;
    post.source = dice.below(static_cast<int>(script.sources.size()));
    post.appears_ms = at;
    const int age = dice.below(20);
    if (age == 0) {
      post.published_ms.reset();
    } else if (age == 1) {
      post.published_ms = at - dice.between(1, 60) * day;  // back-dated
    } else if (age == 2) {
      post.published_ms = at + dice.between(1, 48) * hour;  // from the future
    } else {
      post.published_ms = at - dice.below(6) * 20 * minute;
    }
    if (post.published_ms) *post.published_ms -= *post.published_ms % second;
    post.topic = one_of(dice, topics);
    post.words = some_words(dice);
    script.posts.push_back(post);
    if (dice.chance(8)) continue;  // the next one comes in the same moment
    at += dice.between(1, 2 * pace) * hour / static_cast<std::int64_t>(script.sources.size()) +
          dice.below(3600) * second;
  }
}

std::string number_word(int number) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "r%03d", number);
  return text.data();
}

const char* domain_of(Dice& dice) {
  const int die = dice.below(100);
  if (die < 60) return "mild.example";
  if (die < 75) return "other.example";
  if (die < 85) return "grey.example";
  if (die < 92) return "full.example";
  return "gone.example";
}

void write_readers(Script& script, const Knobs& knobs) {
  Dice dice{script.seed, "readers"};
  const int wanted = dice.chance(10) ? dice.between(60, 200) : dice.between(5, 40);
  const int count = std::min(wanted, knobs.readers);
  for (int number = 1; number <= count; ++number) {
    Dice own{script.seed, "reader", static_cast<std::uint64_t>(number)};
    Reader reader;
    reader.number = number;
    reader.steady = number <= static_cast<int>(script.digests.size());
    reader.digest = script
                        .digests[static_cast<std::size_t>(
                            reader.steady ? number - 1 : own.below(static_cast<int>(script.digests.size())))]
                        .name;
    reader.address = number_word(number) + "@" + (reader.steady ? "mild.example" : domain_of(own));
    if (!reader.steady && own.chance(20)) reader.topics = {own.chance(50) ? "art" : "bay"};
    if (!reader.steady && own.chance(30)) reader.joins_ms = script.begins_ms + own.between(1, 30 * 24) * hour;
    reader.by_page = reader.joins_ms > 0 && own.chance(60);
    if (reader.by_page) reader.topics.clear();
    script.readers.push_back(std::move(reader));
  }
}

/// What is rare among the acts, and teaches most.
void write_more_acts(Script& script) {
  constexpr std::array<Act::Kind, 6> kinds = {Act::Kind::erase,       Act::Kind::hard_bounce,
                                              Act::Kind::complain,    Act::Kind::change,
                                              Act::Kind::soft_bounce, Act::Kind::export_one};
  for (std::size_t i = 0; i < script.readers.size(); ++i) {
    const auto& reader = script.readers[i];
    Dice dice{script.seed, "more acts", static_cast<std::uint64_t>(reader.number)};
    const auto at = std::max(reader.joins_ms, script.begins_ms) + dice.between(24 * 60, 8 * 24 * 60) * minute;
    if (reader.steady || !dice.chance(30) || at >= script.ends_ms) continue;
    script.acts.push_back({.at_ms = at,
                           .kind = one_of(dice, kinds),
                           .reader = static_cast<int>(i),
                           .digest = one_of(dice, script.digests).name});
  }
  constexpr std::array<Act::Kind, 4> chores = {Act::Kind::hide, Act::Kind::hide, Act::Kind::typo,
                                               Act::Kind::clock_behind};
  Dice dice{script.seed, "more chores"};
  for (auto at = script.begins_ms + 2 * day; (at += dice.between(20, 150) * hour) < script.ends_ms;)
    script.acts.push_back({.at_ms = at, .kind = one_of(dice, chores), .reader = -1, .digest = {}});
}

/// What readers steer by themselves.
void write_wishes(Script& script) {
  constexpr std::array<Act::Kind, 7> kinds = {
      Act::Kind::pause,    Act::Kind::pause,      Act::Kind::pause_page,  Act::Kind::move_page,
      Act::Kind::download, Act::Kind::erase_page, Act::Kind::move_address};
  for (std::size_t i = 0; i < script.readers.size(); ++i) {
    const auto& reader = script.readers[i];
    Dice dice{script.seed, "wishes", static_cast<std::uint64_t>(reader.number)};
    auto at = std::max(reader.joins_ms, script.begins_ms) + dice.between(24 * 60, 10 * 24 * 60) * minute;
    while (!reader.steady && at < script.ends_ms && dice.chance(35)) {
      script.acts.push_back(
          {.at_ms = at, .kind = one_of(dice, kinds), .reader = static_cast<int>(i), .digest = {}});
      at += dice.between(6, 10 * 24) * hour;
    }
  }
}

/// In some worlds the store is lost once, and the last copy is old.
void write_copies(Script& script) {
  Dice dice{script.seed, "copies"};
  if (!dice.chance(15)) return;
  const auto kept = script.begins_ms + dice.between(24 * 60, 15 * 24 * 60) * minute;
  const auto lost = kept + dice.between(3 * 60, 4 * 24 * 60) * minute;
  if (lost >= script.ends_ms) return;
  script.acts.push_back({.at_ms = kept, .kind = Act::Kind::keep_copy, .reader = -1, .digest = {}});
  script.acts.push_back({.at_ms = lost, .kind = Act::Kind::restore_old_copy, .reader = -1, .digest = {}});
}

/// In some the clock of the host runs ahead once.
void write_clocks(Script& script) {
  Dice dice{script.seed, "clocks"};
  if (!dice.chance(15)) return;
  const auto at = script.begins_ms + dice.between(24 * 60, 15 * 24 * 60) * minute;
  if (at < script.ends_ms)
    script.acts.push_back({.at_ms = at, .kind = Act::Kind::clock_ahead, .reader = -1, .digest = {}});
}

void write_acts(Script& script, const Knobs& knobs) {
  if (!knobs.has(Fault::people)) return;
  constexpr std::array<Act::Kind, 14> kinds = {
      Act::Kind::change,     Act::Kind::change,       Act::Kind::change,      Act::Kind::change,
      Act::Kind::leave_link, Act::Kind::leave_link,   Act::Kind::leave_mail,  Act::Kind::leave_wish,
      Act::Kind::erase,      Act::Kind::complain,     Act::Kind::hard_bounce, Act::Kind::soft_bounce,
      Act::Kind::suppress,   Act::Kind::forged_bounce};
  for (std::size_t i = 0; i < script.readers.size(); ++i) {
    const auto& reader = script.readers[i];
    Dice dice{script.seed, "acts", static_cast<std::uint64_t>(reader.number)};
    auto at = std::max(reader.joins_ms, script.begins_ms) + dice.between(1, 20 * 24) * hour;
    if (reader.by_page) {
      const auto kind = dice.chance(80) ? Act::Kind::sign_up : Act::Kind::sign_up_only;
      script.acts.push_back(
          {.at_ms = reader.joins_ms, .kind = kind, .reader = static_cast<int>(i), .digest = reader.digest});
    }
    while (!reader.steady && at < script.ends_ms && dice.chance(45)) {
      const auto kind = one_of(dice, kinds);
      script.acts.push_back({.at_ms = at + dice.below(3600) * second,
                             .kind = kind,
                             .reader = static_cast<int>(i),
                             .digest = one_of(dice, script.digests).name});
      at += dice.between(1, 10 * 24) * hour;
    }
  }
  if (knobs.has(Fault::rare)) write_more_acts(script);
  if (knobs.has(Fault::wishes)) write_wishes(script);
  if (knobs.has(Fault::copies)) write_copies(script);
  if (knobs.has(Fault::ahead)) write_clocks(script);
  constexpr std::array<Act::Kind, 7> chores = {Act::Kind::import,   Act::Kind::import,     Act::Kind::rotate,
                                               Act::Kind::nonsense, Act::Kind::second_run, Act::Kind::restore,
                                               Act::Kind::move_host};
  Dice dice{script.seed, "chores"};
  for (auto at = script.begins_ms; (at += dice.between(20, 200) * hour) < script.ends_ms;)
    script.acts.push_back({.at_ms = at, .kind = one_of(dice, chores), .reader = -1, .digest = {}});
  std::stable_sort(script.acts.begin(), script.acts.end(),
                   [](const Act& a, const Act& b) { return a.at_ms < b.at_ms; });
}

}  // namespace

const char* name_of(Fault fault) {
  constexpr std::array<const char*, fault_count> names = {
      "kills", "power",  "disk",   "sources", "relays", "people",  "edits",     "host",   "config",
      "rare",  "timing", "wishes", "copies",  "ahead",  "service", "meanwhile", "secrets"};
  return names[static_cast<std::size_t>(fault)];
}

const char* name_of(Act::Kind kind) {
  constexpr std::array<const char*, 31> names = {
      "change",       "leave_link",  "leave_mail",    "leave_wish",   "erase",        "complain",
      "hard_bounce",  "soft_bounce", "forged_bounce", "sign_up",      "sign_up_only", "import",
      "suppress",     "rotate",      "nonsense",      "second_run",   "restore",      "move_host",
      "hide",         "export_one",  "typo",          "clock_behind", "pause",        "pause_page",
      "move_address", "move_page",   "download",      "erase_page",   "keep_copy",    "restore_old_copy",
      "clock_ahead"};
  return names[static_cast<std::size_t>(kind)];
}

Script write_script(std::uint64_t seed, const Knobs& knobs) {
  constexpr std::array<const char*, 6> zones = {"Europe/Athens", "America/New_York", "Australia/Lord_Howe",
                                                "UTC",           "Asia/Kolkata",     "Pacific/Apia"};
  Script script;
  script.seed = seed;
  Dice dice{seed, "script"};
  script.zone = one_of(dice, zones);
  script.begins_ms = first_day_ms + dice.below(700) * day + dice.below(24 * 60) * minute;
  script.ends_ms = script.begins_ms + knobs.days * day;
  write_digests(script, knobs);
  script.calm_ms = script.ends_ms + (script.digests.size() > 2 ? 33 : 9) * day;
  script.connections = dice.between(1, 3);
  script.window = dice.between(1, 4);
  script.relays = dice.chance(30) ? 2 : 1;
  script.hold = dice.chance(25);
  script.secret = knobs.has(Fault::secrets) && Dice{seed, "secrets"}.chance(30);
  write_sources(script, knobs);
  write_posts(script);
  write_readers(script, knobs);
  write_acts(script, knobs);
  return script;
}

}  // namespace year
