// Nouns of the source room: where posts come from, and what a parser returns.
//
// Everything in Feed and Entry is valid clean UTF-8 (base/text.hpp), but not yet safe: HTML is as the source
// wrote it, links are absolute but of any scheme. post/ turns entries into posts.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"

namespace tidings::source {

enum class Kind { automatic, feed, page, markdown, command, manual, ical };

/// A [[source]] of the configuration.
struct SourceSpec {
  std::string name;
  std::string url;  ///< http(s)://... or file:...; config/config makes a relative file: path absolute.
                    ///< Of a command its words, of a manual source nothing but "manual:": what is fetched by
                    ///< no URL still has one, for a change of it to be seen
  Kind kind = Kind::automatic;
  std::string settings{};  ///< everything else in its configuration that decides what is read; a change
                           ///< resets the fetch state
};

/// How much of a source is read at a time.
struct Limits {
  std::size_t entries = 2'000;  ///< the newest ones; Feed::left_out counts the rest
  std::size_t categories = 50;  ///< of one entry, its first
};

/// The fetch state of a source as stored.
struct Source {
  SourceId id;
  std::string name;
  std::string url;
  std::optional<std::string> moved_to;
  std::string etag;
  std::string last_modified;
  std::string title;
  std::string site_url;
  std::optional<UtcTime> last_attempt;
  std::optional<UtcTime> last_good;
  std::optional<UtcTime> next_fetch;
  int error_streak = 0;
  std::string last_error;
  bool gone = false;
  std::string settings;    ///< SourceSpec::settings at the last reading
  int limited_streak = 0;  ///< consecutive answers that asked us to wait
  int left_out = 0;        ///< entries of the last reading beyond Limits::entries
  int dropped = 0;         ///< entries of the last reading rejected by include or exclude
};

struct Enclosure {
  std::string url;  ///< absolute
  std::string type;
  std::int64_t length_bytes = 0;     ///< 0: unknown
  std::chrono::seconds duration{0};  ///< of audio or video; 0: unknown

  bool operator==(const Enclosure&) const = default;
};

/// One time at which something happens; of a series each is an Event. All texts are clean UTF-8.
struct Event {
  std::string id{};          ///< the same for as long as it is the same event: its UID, or its page
  std::string occurrence{};  ///< of a series, when this one was to begin at first (RFC 3339); else empty
  std::string title{};       ///< one line; not empty
  std::string place{};       ///< one line; may be empty
  std::string url{};         ///< absolute http(s); may be empty
  std::string text{};        ///< plain; may be empty
  std::vector<std::string> categories{};
  UtcTime start{};
  UtcTime end{};         ///< exclusive; `start` if it is not known
  bool all_day = false;  ///< start and end are midnights of the newsletter's zone
  std::string page{};    ///< the post's page that tells it; empty: the source itself

  bool operator==(const Event&) const = default;
};

/// An item as parsed.
struct Entry {
  std::string id{};     ///< guid or atom:id as written; empty if there is none
  std::string title{};  ///< plain text, entities decoded, blanks collapsed
  std::string link{};   ///< absolute; empty if there is none
  std::string author{};
  std::optional<UtcTime> published{};
  std::optional<UtcTime> updated{};
  std::string summary_html{};  ///< unsafe HTML; plain text has been escaped
  std::string content_html{};
  std::string base_url{};  ///< base of relative links inside the HTML
  std::string language{};  ///< BCP 47 as written; empty if unknown
  std::vector<std::string> categories{};
  std::vector<Enclosure> enclosures{};
  std::string image{};  ///< absolute; the image that the format gives the entry; empty if there is none
  std::string image_alt{};
  std::string dropped{};  ///< the rule of include or exclude that keeps it out; empty if none
  bool pinned = false;    ///< by a [[rule]] or [[filter]]

  /// What its page gave, in place of content_html and image; not part of what was received.
  struct FromPage {
    std::string html{};      ///< the article, unsafe; empty: only the rest is known
    std::string base_url{};  ///< of its links
    std::string image{};     ///< absolute; empty if there is none
    std::string image_alt{};
    std::vector<Event> events{};  ///< that the page describes

    bool operator==(const FromPage&) const = default;
  };
  std::optional<FromPage> from_page{};

  bool operator==(const Entry&) const = default;
};

enum class Format { rss, atom, rdf, json, html, ical };

struct Feed {
  Format format = Format::rss;
  std::string title;  ///< plain text
  std::string link;   ///< the site, absolute
  std::string language;
  std::optional<std::chrono::minutes> ttl;
  std::vector<Entry> entries;                ///< in document order
  std::vector<Event> events = {};            ///< that are to come, by start
  std::optional<UtcTime> events_until = {};  ///< of a calendar: those that begin later are not among them
  std::size_t dropped_events = 0;            ///< rejected by a rule
  std::size_t left_out = 0;                  ///< older entries of the document beyond Limits::entries
  std::vector<std::string> warnings;         ///< what was repaired or could not be read; single lines
  std::vector<std::string>
      broken;  ///< the warnings that cost a post: files of a folder that could not be read
};

/// "rss", "atom", "rdf", "json", "html" or "ical".
[[nodiscard]] std::string_view name_of(Format format);

}  // namespace tidings::source
