#include "edition/calendar_file.hpp"

#include <chrono>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"

namespace tidings::edition {
namespace {

/// A TEXT value (section 3.3.11).
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == ';' || c == ',') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) out += c;
  }
  return out;
}

/// A content line, folded at 75 octets and never inside a character (section 3.1).
void add_line(std::string& out, std::string_view line) {
  constexpr std::size_t most = 75;
  for (std::size_t room = most; !line.empty(); room = most - 1) {
    const auto piece = truncate_utf8(line, room);
    out += piece;
    line.remove_prefix(piece.size());
    out += line.empty() ? "\r\n" : "\r\n ";
  }
}

std::string day_text(UtcTime time, const Zone& zone) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(zone.to_local(time))};
  return fmt::format("{:04}{:02}{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

/// 20260105T080000Z
std::string instant_text(UtcTime time) {
  auto text = format_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

void add_event(std::string& out, const digest::AnnouncedEvent& each, const config::Config& config,
               const std::string& stamp) {
  const auto& event = each.event;
  const auto& zone = config.newsletter.zone;
  const auto uid = hex_encode(sha256(each.source + "\n" + event.id + "\n" + event.occurrence)).substr(0, 32);
  add_line(out, "BEGIN:VEVENT");
  add_line(out, fmt::format("UID:{}@{}", uid, config.newsletter.from.address.domain));
  add_line(out, "DTSTAMP:" + stamp);
  if (event.all_day) {
    add_line(out, "DTSTART;VALUE=DATE:" + day_text(event.start, zone));
    if (event.end > event.start) add_line(out, "DTEND;VALUE=DATE:" + day_text(event.end, zone));
  } else {
    add_line(out, "DTSTART:" + instant_text(event.start));
    if (event.end > event.start) add_line(out, "DTEND:" + instant_text(event.end));
  }
  add_line(out, "SUMMARY:" + escaped(event.title));
  if (!event.place.empty()) add_line(out, "LOCATION:" + escaped(event.place));
  if (!event.text.empty()) add_line(out, "DESCRIPTION:" + escaped(event.text));
  if (!event.url.empty()) add_line(out, "URL:" + event.url);
  add_line(out, "END:VEVENT");
}

}  // namespace

std::string make_calendar(const config::Config& config, const digest::Edition& edition,
                          std::span<const digest::AnnouncedEvent> events) {
  std::string out;
  add_line(out, "BEGIN:VCALENDAR");
  add_line(out, "VERSION:2.0");
  add_line(out, "PRODID:-//tidings//tidings//EN");
  add_line(out, "METHOD:PUBLISH");
  add_line(out, "X-WR-CALNAME:" + escaped(edition.title));
  const auto stamp = instant_text(edition.sealed.value_or(edition.cut));
  for (const auto& each : events) add_event(out, each, config, stamp);
  add_line(out, "END:VCALENDAR");
  return out;
}

}  // namespace tidings::edition
