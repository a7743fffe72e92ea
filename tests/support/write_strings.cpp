// Says what the languages of a template folder make of counts, days and lists, as one JSON object by
// language, for a judge that knows better (tests/system/cldr.py):
//   write_strings TEMPLATES
#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "message/strings.hpp"

namespace {

using namespace tidings;
using namespace tidings::message;
using namespace std::chrono_literals;
using nlohmann::json;
using std::chrono::year_month_day;

template <class T>
T must(Result<T> result) {
  if (result) return *std::move(result);
  std::cerr << result.error().line() << "\n";
  std::exit(1);
}

/// A theme whose only word is the name of the plural category.
constexpr auto probe = R"([plural.category]
zero = "zero"
one = "one"
two = "two"
few = "few"
many = "many"
other = "other"
)";

json counts_of(const Strings& strings) {
  json counts = json::object();
  const auto add = [&](long long n) { counts[fmt::format("{}", n)] = strings.count("category", n); };
  for (long long n = 0; n <= 200; ++n) add(n);
  add(1'000'000);
  return counts;
}

json days_of_year(const Strings& strings) {
  json days = json::object();
  for (unsigned month = 1; month <= 12; ++month) {
    for (const unsigned day : {1U, 5U, 11U, 22U}) {
      const year_month_day date{2026y / std::chrono::month{month} / std::chrono::day{day}};
      days[fmt::format("2026-{:02}-{:02}", month, day)] = {{"date", strings.date(date)},
                                                           {"heading", strings.day_heading(date)},
                                                           {"post_date", strings.post_date(date)},
                                                           {"same_day", strings.period({date, date})}};
    }
  }
  return days;
}

json months_of_year(const Strings& strings) {
  json months = json::array();
  for (unsigned month = 1; month <= 12; ++month) {
    const auto first = 2026y / std::chrono::month{month};
    months.push_back(strings.period({first / 1, first / std::chrono::last}));
  }
  return months;
}

json of(const Strings& strings) {
  using namespace std::chrono;
  return {
      {"language", strings.language()},
      {"name", strings.name()},
      {"direction", strings.direction()},
      {"counts", counts_of(strings)},
      {"days", days_of_year(strings)},
      {"months", months_of_year(strings)},
      {"within_month", strings.period({2026y / 1 / 5, 2026y / 1 / 11})},
      {"within_year", strings.period({2026y / 1 / 30, 2026y / 2 / 5})},
      {"across_years", strings.period({2025y / 12 / 30, 2026y / 1 / 5})},
      {"time", strings.time(9h + 5min)},
      {"post_time", strings.post_time(local_days{2026y / 1 / 5} + 9h + 5min)},
      {"two", strings.list(std::vector<std::string>{"A", "B"})},
      {"three", strings.list(std::vector<std::string>{"A", "B", "C"})},
      {"before_i", strings.list(std::vector<std::string>{"A", "Isla"})},
      {"before_hi", strings.list(std::vector<std::string>{"A", "Hijos"})},
      {"before_hie", strings.list(std::vector<std::string>{"A", "Hielo"})},
      {"three_own", strings.list(std::vector<std::string>{strings.name(), strings.name(), strings.name()})}};
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 64;
  const std::filesystem::path templates{arguments[1]};
  json languages = json::object();
  for (const auto& file : std::filesystem::directory_iterator{templates / "default/strings"}) {
    const auto tag = file.path().stem().string();
    const Lookup lookup = [&](std::string_view path) -> std::optional<std::string> {
      if (path == fmt::format("probe/strings/{}.toml", tag)) return probe;
      if (auto text = read_file(templates / path, 1 << 20)) return *std::move(text);
      return std::nullopt;
    };
    languages[tag] = of(must(Strings::load("probe", tag, lookup)));
  }
  std::cout << languages.dump(1) << "\n";
  return 0;
}
