#include "source/calendar.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/stopwatch.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "source/calendar_zones.hpp"
#include "source/encoding.hpp"
#include "source/html_text.hpp"

namespace tidings::source {
namespace {

constexpr std::size_t deepest = 8;
constexpr std::size_t most_event_bytes = 256 << 10;
constexpr std::size_t most_title_bytes = 300;
constexpr std::size_t most_text_bytes = 4'000;
constexpr std::size_t most_categories = 50;
constexpr std::size_t most_warnings = 20;
constexpr int most_steps = 200'000;        // of all series together
constexpr int most_series_steps = 20'000;  // 54 years of days
constexpr std::size_t most_of_a_series = 1'000;
constexpr std::chrono::seconds most_processor_time{5};

// ---- the file in parts ----

/// The texts of its VEVENTs and VTIMEZONEs, unfolded, and what it says of itself.
struct Parts {
  std::vector<std::string> events;
  std::vector<std::string> zones;
  std::string title;
  bool is_cancelled = false;  ///< METHOD:CANCEL
  std::size_t too_long = 0;
  std::size_t too_many = 0;
};

/// RFC 5545 section 3.1: a line that begins with a blank goes on with the one before.
std::string unfolded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool folds =
        text[at] == '\n' && at + 1 < text.size() && (text[at + 1] == ' ' || text[at + 1] == '\t');
    if (folds) {
      ++at;
    } else {
      out += text[at];
    }
  }
  return out;
}

/// "VEVENT" of "BEGIN:VEVENT"; empty if the line is another one.
std::string_view name_behind(std::string_view line, std::string_view word) {
  if (line.size() <= word.size() || !ascii_iequals(line.substr(0, word.size()), word)) return {};
  return trim(line.substr(word.size()));
}

class PartReader {
 public:
  Result<Parts> read(std::string_view text) {
    int number = 0;
    for (const auto raw : split(text, '\n')) {
      ++number;
      const auto line = trim(raw);
      if (line.empty()) continue;
      if (const auto begun = name_behind(line, "BEGIN:"); !begun.empty()) {
        open_.emplace_back(ascii_lower(begun));
        if (open_.size() > deepest)
          return fail(Errc::bad_data,
                      fmt::format("{}: components nested more than {} deep", number, deepest));
        begin(line);
      } else if (const auto ended = name_behind(line, "END:"); !ended.empty()) {
        if (open_.empty() || open_.back() != ascii_lower(ended))
          return fail(Errc::bad_data, fmt::format("{}: END:{} without its BEGIN", number, line.substr(4)));
        end(line);
      } else {
        add(line);
      }
    }
    if (!open_.empty()) return fail(Errc::bad_data, "the calendar is cut off");
    return std::move(parts_);
  }

 private:
  [[nodiscard]] bool is_in(std::size_t depth, std::string_view name) const {
    return open_.size() >= depth && open_[depth - 1] == name;
  }
  /// An alarm inside an event says nothing to readers; the parts of a zone are the zone.
  [[nodiscard]] bool is_wanted() const {
    return is_in(1, "vcalendar") &&
           ((is_in(2, "vevent") && open_.size() == 2) || (is_in(2, "vtimezone") && open_.size() <= 3));
  }
  void keep(std::string_view line) {
    if (!is_wanted() || part_.size() > most_event_bytes) return;
    part_ += line;
    part_ += "\r\n";
  }
  void begin(std::string_view line) {
    if (open_.size() == 2) part_.clear();
    keep(line);
  }
  void end(std::string_view line) {
    keep(line);
    if (open_.size() == 2 && is_wanted()) {
      const bool is_event = open_.back() == "vevent";
      if (part_.size() > most_event_bytes) {
        ++parts_.too_long;
      } else if (!is_event) {
        parts_.zones.push_back(std::move(part_));
      } else if (parts_.events.size() == most_calendar_events) {
        ++parts_.too_many;
      } else {
        parts_.events.push_back(std::move(part_));
      }
      part_.clear();
    }
    open_.pop_back();
  }
  void add(std::string_view line) {
    keep(line);
    if (open_.size() != 1) return;
    if (const auto title = name_behind(line, "X-WR-CALNAME:"); !title.empty())
      parts_.title = collapse_blanks(replace_all(title, "\\", ""));
    if (ascii_iequals(name_behind(line, "METHOD:"), "CANCEL")) parts_.is_cancelled = true;
  }

  Parts parts_;
  std::vector<std::string> open_;
  std::string part_;
};

// ---- one event ----

icalproperty* first(icalcomponent* component, icalproperty_kind kind) {
  return icalcomponent_get_first_property(component, kind);
}

std::string value_of(icalcomponent* component, icalproperty_kind kind) {
  auto* const property = first(component, kind);
  const char* const text = property == nullptr ? nullptr : icalproperty_get_value_as_string(property);
  return text == nullptr ? std::string{} : clean_utf8(text);
}

/// Without the escapes of a TEXT value.
std::string text_of(icalproperty* property) {
  auto* const value = property == nullptr ? nullptr : icalproperty_get_value(property);
  if (value == nullptr) return {};
  const bool is_text = icalvalue_isa(value) == ICAL_TEXT_VALUE;
  const char* const text = is_text ? icalvalue_get_text(value) : icalproperty_get_value_as_string(property);
  return text == nullptr ? std::string{} : clean_utf8(text);
}

std::string line_of(icalcomponent* component, icalproperty_kind kind) {
  return std::string{truncate_utf8(collapse_blanks(replace_all(text_of(first(component, kind)), "\n", " ")),
                                   most_title_bytes)};
}

std::string tzid_of(icalproperty* property) {
  auto* const parameter = icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
  const char* const name = parameter == nullptr ? nullptr : icalparameter_get_tzid(parameter);
  return name == nullptr ? std::string{} : std::string{name};
}

/// A VEVENT as it stands in the file.
struct Item {
  IcalComponent component{};
  Event event{};  ///< with the times of its own DTSTART
  icaltimetype start{};
  std::string tzid{};
  std::string recurrence{};  ///< of RECURRENCE-ID: the instant, or the day; empty for a whole series
  int sequence = 0;
  std::string stamp{};
  bool is_cancelled = false;
};

/// A time by which one of a series is named: the instant, or the day.
std::string key_of(UtcTime time) { return format_rfc3339(time); }
std::string key_of_day(const icaltimetype& time) {
  return fmt::format("{:04}-{:02}-{:02}", time.year, time.month, time.day);
}

class CalendarReader {
 public:
  explicit CalendarReader(const CalendarOptions& options)
      : options_(options), zones_(options.zone), until_(options.until) {}

  Feed read(Parts parts) {
    for (const auto& zone : parts.zones) zones_.define(zone);
    for (const auto& text : parts.events) take(text, parts.is_cancelled);
    parts.events.clear();
    tell_count(parts.too_long, fmt::format("longer than {} KiB", most_event_bytes >> 10));
    tell_count(parts.too_many, fmt::format("beyond the first {}", most_calendar_events));
    for (auto& [uid, items] : series_) expand(items);
    for (const auto& [why, count] : left_out_) tell_count(count, why);
    Feed feed;
    feed.format = Format::ical;
    feed.title = std::move(parts.title);
    keep_soonest();
    feed.left_out = later_;
    feed.events = std::move(events_);
    feed.events_until = until_;
    feed.warnings = std::move(warnings_);
    if (untold_ > 0) feed.warnings.push_back(fmt::format("and {} more", plural(untold_, "warning")));
    return feed;
  }

 private:
  void tell(std::string line) {
    if (warnings_.size() >= most_warnings) {
      ++untold_;
    } else if (std::ranges::find(warnings_, line) == warnings_.end()) {
      warnings_.push_back(std::move(line));
    }
  }
  void tell_count(std::size_t count, std::string_view why) {
    if (count > 0) tell(fmt::format("{} left out: {}", plural(static_cast<long long>(count), "event"), why));
  }

  /// Reads one VEVENT into its series.
  void take(const std::string& text, bool is_cancelled) {
    Item item{.component = IcalComponent{icalparser_parse_string(text.c_str())}};
    auto* const component = item.component.get();
    if (component == nullptr || icalcomponent_isa(component) != ICAL_VEVENT_COMPONENT)
      return leave_out("they make no sense");
    const auto access = ascii_lower(value_of(component, ICAL_CLASS_PROPERTY));
    if (access == "private" || access == "confidential") return leave_out("they are private");
    auto& event = item.event;
    event.title = line_of(component, ICAL_SUMMARY_PROPERTY);
    item.is_cancelled = is_cancelled || ascii_iequals(value_of(component, ICAL_STATUS_PROPERTY), "CANCELLED");
    if (event.title.empty() && !item.is_cancelled) return leave_out("they have no title");
    if (!read_times(item)) return leave_out("they have no date, or one out of range");
    event.place = line_of(component, ICAL_LOCATION_PROPERTY);
    event.url = url_of(component);
    event.text = description_of(component);
    for (auto* each = first(component, ICAL_CATEGORIES_PROPERTY); each != nullptr;
         each = icalcomponent_get_next_property(component, ICAL_CATEGORIES_PROPERTY)) {
      auto name = collapse_blanks(text_of(each));
      if (!name.empty() && event.categories.size() < most_categories)
        event.categories.push_back(std::move(name));
    }
    item.sequence = icalcomponent_get_sequence(component);
    item.stamp = value_of(component, ICAL_DTSTAMP_PROPERTY);
    event.id = std::string{truncate_utf8(value_of(component, ICAL_UID_PROPERTY), most_title_bytes)};
    if (event.id.empty()) event.id = fmt::format("{} {}", key_of(event.start), event.title);
    series_[event.id].push_back(std::move(item));
  }

  void leave_out(std::string_view why) { ++left_out_[std::string{why}]; }

  [[nodiscard]] std::string url_of(icalcomponent* component) const {
    const auto url = std::string{trim(value_of(component, ICAL_URL_PROPERTY))};
    if (url.empty()) return {};
    auto absolute = resolve_url(options_.base_url, url).value_or(url);
    return is_web_url(absolute) && parse_url(absolute) ? absolute : std::string{};
  }

  static std::string description_of(icalcomponent* component) {
    const auto text = text_of(first(component, ICAL_DESCRIPTION_PROPERTY));
    const auto cut = truncate_utf8(text, most_text_bytes);
    return looks_like_html(cut) ? plain_text_of_html(cut) : std::string{trim(cut)};
  }

  bool read_times(Item& item) {
    auto* const component = item.component.get();
    auto* const start = first(component, ICAL_DTSTART_PROPERTY);
    if (start == nullptr) return false;
    item.start = icalproperty_get_dtstart(start);
    item.tzid = tzid_of(start);
    if (!CalendarZones::is_in_range(item.start)) return false;
    if (!item.tzid.empty() && item.start.is_date == 0 && !zones_.knows(item.tzid))
      tell(fmt::format("time zone \"{}\" is not known: its times are taken as {}", clean_utf8(item.tzid),
                       options_.zone.name()));
    auto& event = item.event;
    event.all_day = item.start.is_date != 0;
    event.start = zones_.instant(item.start, item.tzid);
    event.end = end_of(item);
    if (auto* const of = first(component, ICAL_RECURRENCEID_PROPERTY); of != nullptr) {
      const auto time = icalproperty_get_recurrenceid(of);
      if (!CalendarZones::is_in_range(time)) return false;
      item.recurrence = time.is_date != 0 ? key_of_day(time) : key_of(zones_.instant(time, tzid_of(of)));
      if (icalproperty_get_first_parameter(of, ICAL_RANGE_PARAMETER) != nullptr)
        tell(fmt::format(
            "\"{}\" changes all later ones of a series at once: only the first of them is changed",
            item.event.title));
    }
    return true;
  }

  UtcTime end_of(const Item& item) {
    auto* const component = item.component.get();
    const auto start = item.event.start;
    auto end = item.event.all_day ? start + std::chrono::hours{24} : start;
    if (auto* const property = first(component, ICAL_DTEND_PROPERTY); property != nullptr) {
      const auto time = icalproperty_get_dtend(property);
      if (CalendarZones::is_in_range(time)) end = zones_.instant(time, tzid_of(property));
    } else if (auto* const length = first(component, ICAL_DURATION_PROPERTY); length != nullptr) {
      const auto duration = icalproperty_get_duration(length);
      if (icaldurationtype_is_bad_duration(duration) == 0)
        end = start + std::chrono::seconds{icaldurationtype_as_int(duration)};
    }
    constexpr auto longest = std::chrono::hours{24 * 366};
    return std::clamp(end, start, start + longest);
  }

  // ---- a series ----

  /// All that the file says of one UID. Of several versions the one with the highest SEQUENCE counts.
  void expand(std::vector<Item>& items) {
    std::map<std::string, const Item*> newest;
    for (const auto& item : items) {
      auto& known = newest[item.recurrence];
      const auto rank = [](const Item& each) { return std::pair{each.sequence, each.stamp}; };
      if (known == nullptr || rank(*known) <= rank(item)) known = &item;
    }
    std::set<std::string> replaced;
    for (const auto& [key, item] : newest) {
      if (key.empty()) continue;
      replaced.insert(key);
      if (item->is_cancelled) continue;
      auto event = item->event;
      event.occurrence = key;
      add(std::move(event));
    }
    const auto whole = newest.find("");
    if (whole == newest.end() || whole->second->is_cancelled) return;
    add_series(*whole->second, std::move(replaced));
  }

  /// Never many more than are wanted at a time, however long their texts are.
  void add(Event event) {
    if (event.start <= options_.now || event.start >= options_.until) return;
    if (event.start >= until_) {
      ++later_;
      return;
    }
    events_.push_back(std::move(event));
    if (events_.size() >= 2 * options_.most + 1'000) keep_soonest();
  }

  void keep_soonest() {
    std::ranges::stable_sort(events_, {}, &Event::start);
    if (events_.size() <= options_.most) return;
    later_ += events_.size() - options_.most;
    until_ = std::min(until_, events_[options_.most].start);
    events_.resize(options_.most);
  }

  void add_series(const Item& item, std::set<std::string> left_out) {
    auto* const component = item.component.get();
    const bool repeats =
        first(component, ICAL_RRULE_PROPERTY) != nullptr || first(component, ICAL_RDATE_PROPERTY) != nullptr;
    for (auto* each = first(component, ICAL_EXDATE_PROPERTY); each != nullptr;
         each = icalcomponent_get_next_property(component, ICAL_EXDATE_PROPERTY)) {
      const auto time = icalproperty_get_exdate(each);
      if (!CalendarZones::is_in_range(time)) continue;
      left_out.insert(time.is_date != 0 ? key_of_day(time) : key_of(zones_.instant(time, tzid_of(each))));
    }
    std::map<UtcTime, icaltimetype> times{{item.event.start, item.start}};
    for (auto* rule = first(component, ICAL_RRULE_PROPERTY); rule != nullptr;
         rule = icalcomponent_get_next_property(component, ICAL_RRULE_PROPERTY)) {
      follow(item, icalproperty_get_rrule(rule), times);
    }
    for (auto* each = first(component, ICAL_RDATE_PROPERTY); each != nullptr;
         each = icalcomponent_get_next_property(component, ICAL_RDATE_PROPERTY)) {
      const auto date = icalproperty_get_rdate(each);
      const auto time = icaltime_is_null_time(date.time) != 0 ? date.period.start : date.time;
      if (CalendarZones::is_in_range(time)) times.emplace(zones_.instant(time, tzid_of(each)), time);
    }
    for (const auto& [start, wall] : times) {
      if (left_out.contains(key_of(start)) || left_out.contains(key_of_day(wall))) continue;
      auto event = item.event;
      event.start = start;
      event.end = start + (item.event.end - item.event.start);
      if (repeats) event.occurrence = key_of(start);
      add(std::move(event));
    }
  }

  /// The times of a rule within the window.
  void follow(const Item& item, icalrecurrencetype rule, std::map<UtcTime, icaltimetype>& times) {
    const auto refuse = [&](std::string_view why) {
      tell(fmt::format("\"{}\": only its first time is read: {}", item.event.title, why));
    };
    if (rule.freq == ICAL_NO_RECURRENCE) return refuse("its rule of repetition makes no sense");
    if (rule.freq < ICAL_DAILY_RECURRENCE || repeats_within_a_day(rule))
      return refuse("it repeats more than once a day");
    if (rule.rscale != nullptr && !ascii_iequals(rule.rscale, "GREGORIAN"))
      return refuse("it repeats by another calendar than the Gregorian");
    if (steps_ >= most_steps || watch_.processor() > most_processor_time)
      return refuse("there are too many repetitions");
    // UNTIL is compared as an instant, so that its zone does not matter.
    const auto last = std::exchange(rule.until, icaltime_null_time());
    const bool has_last = icaltime_is_null_time(last) == 0;
    if (has_last && !CalendarZones::is_in_range(last))
      return refuse("the end of its repetition makes no sense");
    auto first_time = item.start;
    first_time.zone = nullptr;
    const std::unique_ptr<icalrecur_iterator, void (*)(icalrecur_iterator*)> iterator{
        icalrecur_iterator_new(rule, first_time), icalrecur_iterator_free};
    if (!iterator) return refuse("its rule of repetition makes no sense");
    skip_past(item, rule, iterator.get());
    std::size_t found = 0;
    for (int step = 0;; ++step, ++steps_) {
      if (step >= most_series_steps || steps_ >= most_steps) return cut(item, times);
      const auto next = icalrecur_iterator_next(iterator.get());
      if (icaltime_is_null_time(next) != 0 || !CalendarZones::is_in_range(next)) return;
      const auto start = zones_.instant(next, icaltime_is_utc(item.start) != 0 ? "UTC" : item.tzid);
      if (start >= until_ || (has_last && is_after(next, start, last, item))) return;
      if (start <= options_.now) continue;
      times.emplace(start, next);
      if (++found >= most_of_a_series) return cut(item, times);
    }
  }

  static bool repeats_within_a_day(const icalrecurrencetype& rule) {
    const auto is_list = [](const short* values) {
      return values[0] != ICAL_RECURRENCE_ARRAY_MAX && values[1] != ICAL_RECURRENCE_ARRAY_MAX;
    };
    return is_list(static_cast<const short*>(rule.by_second)) ||
           is_list(static_cast<const short*>(rule.by_minute));
  }

  /// A series that began long ago starts near the window, where its rule allows it.
  void skip_past(const Item& item, const icalrecurrencetype& rule, icalrecur_iterator* iterator) const {
    if (rule.count != 0 || item.event.start > options_.now) return;
    const auto before = std::chrono::floor<std::chrono::seconds>(options_.now - std::chrono::hours{72});
    auto from = icaltime_from_timet_with_zone(before.time_since_epoch().count(), item.start.is_date, nullptr);
    if (icaltime_compare(from, item.start) <= 0) return;
    if (item.start.is_date == 0) {
      from.hour = item.start.hour;
      from.minute = item.start.minute;
      from.second = item.start.second;
    }
    static_cast<void>(icalrecur_iterator_set_start(iterator, from));
  }

  /// Whether a time is behind UNTIL: the same day counts if that is a day.
  bool is_after(const icaltimetype& wall, UtcTime start, const icaltimetype& last, const Item& item) {
    if (last.is_date != 0 || item.start.is_date != 0) return key_of_day(wall) > key_of_day(last);
    return start > zones_.instant(last, item.tzid);
  }

  void cut(const Item& item, const std::map<UtcTime, icaltimetype>& times) {
    tell(fmt::format("\"{}\": later ones of the series are not read: there are too many", item.event.title));
    if (!times.empty() && times.rbegin()->first > options_.now)
      until_ = std::min(until_, times.rbegin()->first + std::chrono::milliseconds{1});
  }

  const CalendarOptions& options_;
  CalendarZones zones_;
  UtcTime until_;
  Stopwatch watch_;
  std::map<std::string, std::vector<Item>> series_;
  std::vector<Event> events_;
  std::size_t later_ = 0;
  std::vector<std::string> warnings_;
  std::map<std::string, std::size_t> left_out_;
  long long untold_ = 0;
  int steps_ = 0;
};

}  // namespace

bool looks_like_calendar(std::string_view bytes) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  const auto start = trim(bytes.substr(0, 512));
  constexpr std::string_view opening = "BEGIN:VCALENDAR";
  return start.size() >= opening.size() && ascii_iequals(start.substr(0, opening.size()), opening);
}

Result<Feed> read_calendar(std::string_view bytes, const CalendarOptions& options) {
  auto decoded = decode_bytes(bytes, options.content_type);
  if (!looks_like_calendar(decoded.text))
    return fail(Errc::bad_data, trim(decoded.text).empty() ? "no calendar: empty" : "no calendar",
                "a calendar begins with BEGIN:VCALENDAR");
  icalerror_set_errors_are_fatal(false);
  TIDINGS_LET(auto parts, PartReader{}.read(unfolded(decoded.text)));
  auto feed = CalendarReader{options}.read(std::move(parts));
  feed.warnings.insert(feed.warnings.begin(), decoded.warnings.begin(), decoded.warnings.end());
  return feed;
}

}  // namespace tidings::source
