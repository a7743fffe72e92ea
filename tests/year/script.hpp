// What the seed decides beforehand: who publishes what and when, who reads it, what people do, and the
// weather.
//
// Each part has dice of its own, so a world with fewer readers, days or faults is the same world with less in
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace year {

inline constexpr std::int64_t second = 1000;
inline constexpr std::int64_t minute = 60 * second;
inline constexpr std::int64_t hour = 60 * minute;
inline constexpr std::int64_t day = 24 * hour;

/// What can be switched off when a failure is made smaller; bits of Knobs::without.
enum class Fault : unsigned {
  kills,
  power,
  disk,
  sources,
  relays,
  people,
  edits,
  host,
  config,
  rare,
  timing,     ///< two dull events at once: somebody acts while their mail is deferred, or by an old link
  wishes,     ///< pauses, other addresses, data and erasure by the reader's own page
  copies,     ///< a copy of days ago in the place of the store
  ahead,      ///< a clock that runs ahead
  service,    ///< `run` for some hours instead of `send --due`
  meanwhile,  ///< people act while a run is going on
  secrets,    ///< a relay that wants a login, a source too; signed mail
};
inline constexpr int fault_count = 17;
[[nodiscard]] const char* name_of(Fault fault);

struct Knobs {
  int days = 30;
  int readers = 1000;  ///< at most
  unsigned without = 0;
  [[nodiscard]] bool has(Fault fault) const { return (without >> static_cast<unsigned>(fault) & 1U) == 0; }
};

struct Post {
  int number = 0;
  int source = 0;
  std::int64_t appears_ms = 0;
  std::optional<std::int64_t> published_ms;
  std::string topic;  ///< empty: none
  std::string words;
  int edits = 0;
};

enum class Format { rss, atom, json };

/// An answer of the source that is not its feed, for a while.
struct Outage {
  enum class Kind { status, refused, lost, cut, garbage, empty, gone_quiet };
  std::int64_t from_ms = 0;
  std::int64_t until_ms = 0;
  Kind kind = Kind::status;
  int status = 500;
};

struct Source {
  std::string name;
  Format format = Format::rss;
  int shown = 20;             ///< the feed has so many posts
  bool validators = true;     ///< answers 304
  bool local = false;         ///< a file
  std::int64_t added_ms = 0;  ///< to config.toml
  std::vector<Outage> outages;
  std::optional<std::int64_t> moves_ms;  ///< from then on the old address answers 301
};

struct Digest {
  std::string name;
  std::string schedule;
  std::string more;  ///< further lines of its [[digest]]
  bool review = false;
  std::int64_t changes_ms = 0;  ///< from then on, if not 0, the schedule is `later`
  std::string later{};
};

struct Act {
  enum class Kind {
    change,      ///< another cadence
    leave_link,  ///< one click
    leave_mail,  ///< mailto
    leave_wish,  ///< asks the admin, who runs `unsubscribe`
    erase,
    complain,     ///< a feedback report
    hard_bounce,  ///< of a mail that was accepted
    soft_bounce,
    forged_bounce,
    sign_up,       ///< by the page, and confirms
    sign_up_only,  ///< and never confirms
    import,        ///< the admin imports the first list once more
    suppress,      ///< the admin does
    rotate,        ///< the admin makes new keys
    nonsense,      ///< the admin types something wrong
    second_run,    ///< while another process holds the lock
    restore,       ///< the store from a copy
    move_host,     ///< the folder goes to another machine
    hide,          ///< the editor keeps a post out
    export_one,    ///< somebody asks what is known of them
    typo,          ///< config.toml is saved with a mistake in it
    clock_behind,  ///< one run on a host that has woken up in the past
    pause,
    pause_page,
    move_address,
    move_page,
    download,    ///< somebody asks what is known of them, by their own page
    erase_page,  ///< or that it be forgotten
    keep_copy,
    restore_old_copy,  ///< the store from that copy, days later
    clock_ahead,       ///< runs on a host whose clock is ahead
  };
  std::int64_t at_ms = 0;
  Kind kind = Kind::change;
  int reader = 0;  ///< index; -1: the admin's own
  std::string digest;
};
[[nodiscard]] const char* name_of(Act::Kind kind);

struct Reader {
  int number = 0;
  std::string address;
  std::string digest;
  std::vector<std::string> topics;
  std::int64_t joins_ms = 0;  ///< 0: with the first list
  bool by_page = false;
  bool steady = false;
};

struct Script {
  std::uint64_t seed = 0;
  std::string zone;
  std::int64_t begins_ms = 0;
  std::int64_t ends_ms = 0;  ///< of the weather; then a calm in which everything must come right
  std::int64_t calm_ms = 0;
  int relays = 1;
  int connections = 1;
  int window = 1;
  bool hold = false;    ///< in_doubt = "hold"
  bool secret = false;  ///< the first relay and the first source want a login, and mails are signed
  std::vector<Digest> digests;
  std::vector<Source> sources;
  std::vector<Post> posts;  ///< by appears_ms
  std::vector<Reader> readers;
  std::vector<Act> acts;  ///< by at_ms
};

[[nodiscard]] Script write_script(std::uint64_t seed, const Knobs& knobs);

}  // namespace year
