#include "edition/event_view.hpp"

#include <chrono>
#include <vector>

#include "base/text.hpp"

namespace tidings::edition {
namespace {

using std::chrono::days;
using std::chrono::floor;

std::chrono::year_month_day day_of(LocalTime time) { return std::chrono::year_month_day{floor<days>(time)}; }

std::string days_in_words(LocalTime start, LocalTime end, const message::Strings& words) {
  const auto first = words.post_date(day_of(start));
  const auto last = day_of(end - std::chrono::milliseconds{1});
  return end <= start || last == day_of(start) ? first : first + " – " + words.post_date(last);
}

}  // namespace

std::string when_in_words(const source::Event& event, const message::Strings& words, const Zone& zone) {
  const auto start = zone.to_local(event.start);
  const auto end = zone.to_local(event.end);
  if (event.all_day) return days_in_words(start, end, words);
  const auto from = words.post_time(floor<std::chrono::seconds>(start));
  if (event.end <= event.start) return from;
  if (day_of(start) != day_of(end) && end - start >= days{1})
    return from + " – " + words.post_time(floor<std::chrono::seconds>(end));
  // One that ends in the small hours is of the evening before.
  return from + "–" + words.time(floor<std::chrono::minutes>(end - floor<days>(end)));
}

message::PostView event_view(const source::Event& event, const message::Strings& words, const Zone& zone) {
  message::PostView view;
  view.title = event.title;
  view.url = event.url;
  view.date = event.start;
  view.event = {.when = when_in_words(event, words, zone), .place = event.place, .about = event.text};
  std::vector<std::string> lines{view.event->when};
  if (!event.place.empty()) lines.push_back(event.place);
  view.excerpt_text = join(lines, "\n");
  for (auto& line : lines) line = escape_html(line);
  view.excerpt_html = "<p>" + join(lines, "<br>") + "</p>";
  return view;
}

}  // namespace tidings::edition
