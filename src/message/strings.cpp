#include "message/strings.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <vector>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/check.hpp"
#include "base/text.hpp"
#include "message/header.hpp"

namespace tidings::message {
namespace {

using Words = std::map<std::string, std::string, std::less<>>;

constexpr std::array rules{"none", "one", "zero_one", "one_two", "east_slavic", "polish", "czech", "arabic"};
constexpr std::array categories{"zero", "one", "two", "few", "many", "other"};
constexpr std::array format_names{"date",
                                  "day_heading",
                                  "post_date",
                                  "time",
                                  "post_time",
                                  "day_one",
                                  "period_same_day",
                                  "period_whole_month",
                                  "period_same_month",
                                  "period_same_year",
                                  "period_across_years",
                                  "edition_title"};
/// The braces allowed in [t]: the edition's variables that are the same for all readers.
constexpr std::array text_placeholders{
    "address",      "newsletter_name", "digest_title", "edition_title",        "edition_number", "period",
    "date",         "first_title",     "post_count",   "post_count_minus_one", "posts_word",     "more_word",
    "sources_line", "next_date"};
constexpr std::array date_placeholders{"day",
                                       "day2",
                                       "year",
                                       "year2",
                                       "month_number",
                                       "month_number2",
                                       "month",
                                       "month2",
                                       "month_alone",
                                       "month_alone2",
                                       "month_short",
                                       "month_short2",
                                       "weekday",
                                       "weekday2",
                                       "weekday_heading",
                                       "weekday_heading2",
                                       "weekday_short",
                                       "weekday_short2",
                                       "hour",
                                       "minute",
                                       "digest_title",
                                       "period"};

template <std::size_t N>
std::vector<std::string> names_of(const std::array<const char*, N>& names) {
  return {names.begin(), names.end()};
}

}  // namespace

/// The merged tables of all files in look-up order. An empty list means "missing".
struct Strings::Tables {
  std::string language = "en";
  std::string name;
  std::string dir;
  Words texts;
  std::vector<std::string> months;
  std::vector<std::string> months_genitive;
  std::vector<std::string> months_short;
  std::vector<std::string> weekdays;
  std::vector<std::string> weekdays_heading;
  std::vector<std::string> weekdays_short;
  Words formats;
  std::string rule;
  std::map<std::string, Words, std::less<>> plurals;
  std::optional<std::string> separator;
  std::optional<std::string> last;
  std::optional<std::string> last_before_latin;
  std::optional<std::string> last_before_i;
};

namespace {

/// Merges one file into the tables: existing entries stay.
class FileReader {
 public:
  FileReader(std::string file, Strings::Tables& tables) : file_(std::move(file)), tables_(tables) {}

  Result<void> read(const toml::table& root) {
    TIDINGS_TRY(only(root, {"name", "dir", "t", "months", "weekdays", "formats", "plural", "list"}));
    TIDINGS_TRY(take(root, "name", tables_.name));
    TIDINGS_TRY(take(root, "dir", tables_.dir));
    if (tables_.dir != "ltr" && tables_.dir != "rtl" && !tables_.dir.empty())
      return error(root["dir"].node(), "dir must be \"ltr\" or \"rtl\"");
    TIDINGS_TRY(in_table(root, "t", [&](const toml::table& t) { return read_texts(t); }));
    TIDINGS_TRY(in_table(root, "months", [&](const toml::table& t) {
      return read_lists(t, 12,
                        {{"full", &tables_.months},
                         {"genitive", &tables_.months_genitive},
                         {"short", &tables_.months_short}});
    }));
    TIDINGS_TRY(in_table(root, "weekdays", [&](const toml::table& t) {
      return read_lists(t, 7,
                        {{"full", &tables_.weekdays},
                         {"heading", &tables_.weekdays_heading},
                         {"short", &tables_.weekdays_short}});
    }));
    TIDINGS_TRY(in_table(root, "formats", [&](const toml::table& t) { return read_formats(t); }));
    TIDINGS_TRY(in_table(root, "plural", [&](const toml::table& t) { return read_plural(t); }));
    return in_table(root, "list", [&](const toml::table& t) { return read_list(t); });
  }

 private:
  struct List {
    std::string_view key;
    std::vector<std::string>* into;
  };

  tl::unexpected<Error> error(const toml::node* node, std::string_view what, std::string hint = {}) const {
    const auto place = node == nullptr ? toml::source_position{1, 1} : node->source().begin;
    return fail(Errc::config, fmt::format("{}:{}:{}: {}", file_, place.line, place.column, what),
                std::move(hint));
  }

  [[nodiscard]] Result<void> only(const toml::table& table,
                                  std::initializer_list<std::string_view> keys) const {
    const std::vector<std::string> known{keys.begin(), keys.end()};
    for (const auto& [key, node] : table) {
      if (std::ranges::find(known, key.str()) == known.end()) {
        const auto& place = key.source().begin;
        return fail(Errc::config,
                    fmt::format("{}:{}:{}: unknown key \"{}\"", file_, place.line, place.column, key.str()),
                    did_you_mean(key.str(), known));
      }
    }
    return {};
  }

  template <class Read>
  [[nodiscard]] Result<void> in_table(const toml::table& root, std::string_view key, Read read) const {
    const auto* node = root.get(key);
    if (node == nullptr) return {};
    if (!node->is_table()) return error(node, fmt::format("\"{}\" must be a table", key));
    return read(*node->as_table());
  }

  [[nodiscard]] Result<std::string> text(const toml::node& node, std::string_view key) const {
    const auto value = node.value<std::string>();
    if (!value || !node.is_string()) return error(&node, fmt::format("\"{}\" must be a string", key));
    if (clean_utf8(*value) != *value) return error(&node, fmt::format("\"{}\" has a control character", key));
    return *value;
  }

  Result<void> take(const toml::table& table, std::string_view key, std::string& into) const {
    const auto* node = table.get(key);
    if (node == nullptr || !into.empty()) return {};
    TIDINGS_LET(into, text(*node, key));
    return {};
  }

  /// Checks that every {name} of a pattern will be filled in.
  template <std::size_t N>
  [[nodiscard]] Result<void> check_pattern(const toml::node& node, std::string_view pattern,
                                           const std::array<const char*, N>& known) const {
    for (auto open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{', open + 1)) {
      const auto close = pattern.find('}', open);
      if (close == std::string_view::npos) return error(&node, "a \"{\" is not closed");
      const auto name = pattern.substr(open + 1, close - open - 1);
      if (std::ranges::find(known, name) == known.end()) {
        return error(&node, fmt::format("unknown placeholder \"{{{}}}\"", name),
                     did_you_mean(name, names_of(known)));
      }
    }
    return {};
  }

  Result<void> read_texts(const toml::table& table) {
    for (const auto& [key, node] : table) {
      TIDINGS_LET(auto value, text(node, key.str()));
      TIDINGS_TRY(check_pattern(node, value, text_placeholders));
      tables_.texts.try_emplace(std::string{key.str()}, std::move(value));
    }
    return {};
  }

  Result<void> read_formats(const toml::table& table) {
    const bool has_dates = tables_.formats.contains("date");
    for (const auto& [key, node] : table) {
      if (std::ranges::find(format_names, key.str()) == format_names.end()) {
        return error(&node, fmt::format("unknown key \"{}\"", key.str()),
                     did_you_mean(key.str(), names_of(format_names)));
      }
      TIDINGS_LET(auto value, text(node, key.str()));
      TIDINGS_TRY(check_pattern(node, value, date_placeholders));
      // day_one goes with the language that defines dates, not with one it falls back to
      if (key.str() == "day_one" && has_dates) continue;
      tables_.formats.try_emplace(std::string{key.str()}, std::move(value));
    }
    return {};
  }

  /// The lists of a table belong together: all from one file, or none.
  [[nodiscard]] Result<void> read_lists(const toml::table& table, std::size_t size,
                                        const std::vector<List>& lists) const {
    const bool wanted = lists.front().into->empty();
    for (const auto& [key, node] : table) {
      const auto list = std::ranges::find(lists, key.str(), &List::key);
      if (list == lists.end()) {
        std::vector<std::string> known;
        for (const auto& each : lists) known.emplace_back(each.key);
        return error(&node, fmt::format("unknown key \"{}\"", key.str()), did_you_mean(key.str(), known));
      }
      const auto* items = node.as_array();
      if (items == nullptr || items->size() != size)
        return error(&node, fmt::format("\"{}\" must be a list of {}", key.str(), size));
      std::vector<std::string> values;
      for (const auto& item : *items) {
        TIDINGS_LET(auto value, text(item, key.str()));
        values.push_back(std::move(value));
      }
      if (wanted) *list->into = std::move(values);
    }
    return {};
  }

  Result<void> read_plural(const toml::table& table) {
    const bool wanted_rule = tables_.rule.empty();
    for (const auto& [key, node] : table) {
      if (key.str() == "rule") {
        TIDINGS_LET(auto rule, text(node, "rule"));
        if (std::ranges::find(rules, rule) == rules.end()) {
          return error(&node, fmt::format("unknown plural rule \"{}\"", rule),
                       fmt::format("one of: {}", fmt::join(rules, ", ")));
        }
        if (wanted_rule) tables_.rule = std::move(rule);
        continue;
      }
      if (!node.is_table()) return error(&node, fmt::format("\"{}\" must be a table of forms", key.str()));
      Words forms;
      for (const auto& [category, form] : *node.as_table()) {
        if (std::ranges::find(categories, category.str()) == categories.end()) {
          return error(&form, fmt::format("unknown plural form \"{}\"", category.str()),
                       fmt::format("one of: {}", fmt::join(categories, ", ")));
        }
        TIDINGS_LET(auto value, text(form, category.str()));
        TIDINGS_TRY(check_pattern(form, value, std::array{"n", "source"}));
        forms.try_emplace(std::string{category.str()}, std::move(value));
      }
      if (!forms.contains("other"))
        return error(&node, fmt::format("\"{}\" has no form \"other\"", key.str()));
      tables_.plurals.try_emplace(std::string{key.str()}, std::move(forms));
    }
    return {};
  }

  Result<void> read_list(const toml::table& table) {
    TIDINGS_TRY(only(table, {"separator", "last", "last_before_latin", "last_before_i"}));
    // The last_before_ ones go with the language that defines `last`, not with one it falls back to
    const bool has_last = tables_.last.has_value();
    for (const auto& [key, node] : table) {
      TIDINGS_LET(auto value, text(node, key.str()));
      if (key.str().starts_with("last_before_")) {
        auto& special = key.str() == "last_before_i" ? tables_.last_before_i : tables_.last_before_latin;
        if (!has_last) special = std::move(value);
        continue;
      }
      auto& into = key.str() == "last" ? tables_.last : tables_.separator;
      if (!into) into = std::move(value);
    }
    return {};
  }

  std::string file_;
  Strings::Tables& tables_;
};

Result<toml::table> parse(const std::string& file, const std::string& source) {
  try {
    return toml::parse(source, file);
  } catch (const toml::parse_error& error) {
    const auto& place = error.source().begin;
    return fail(Errc::config, fmt::format("{}:{}:{}: {}", file, place.line, place.column,
                                          to_one_line(error.description())));
  }
}

std::string_view category_of(std::string_view rule, long long n) {
  const auto ten = n % 10;
  const auto hundred = n % 100;
  const bool teen = hundred >= 12 && hundred <= 14;
  if (rule == "one") return n == 1 ? "one" : "other";
  if (rule == "zero_one") return n == 0 || n == 1 ? "one" : "other";
  if (rule == "one_two") return n == 1 ? "one" : (n == 2 ? "two" : "other");
  if (rule == "east_slavic") {
    if (ten == 1 && hundred != 11) return "one";
    return ten >= 2 && ten <= 4 && !teen ? "few" : "many";
  }
  if (rule == "polish") {
    if (n == 1) return "one";
    return ten >= 2 && ten <= 4 && !teen ? "few" : "many";
  }
  if (rule == "czech") return n == 1 ? "one" : (n >= 2 && n <= 4 ? "few" : "other");
  if (rule == "arabic") {
    if (n == 0) return "zero";
    if (n == 1) return "one";
    if (n == 2) return "two";
    if (hundred >= 3 && hundred <= 10) return "few";
    return hundred >= 11 ? "many" : "other";
  }
  return "other";
}

}  // namespace

std::vector<std::string> placeholders_in(std::string_view text) {
  std::vector<std::string> names;
  for (auto open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
    if (text.substr(open).starts_with("{{")) {
      open = text.find("}}", open);
      if (open == std::string_view::npos) break;
      continue;
    }
    const auto close = text.find('}', open);
    if (close == std::string_view::npos) break;
    names.emplace_back(text.substr(open + 1, close - open - 1));
  }
  return names;
}

std::string fill_placeholders(std::string_view pattern, const Placeholders& values) {
  std::string out;
  while (!pattern.empty()) {
    const auto open = pattern.find('{');
    out += pattern.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = pattern.find('}', open);
    const auto value = close == std::string_view::npos
                           ? values.end()
                           : values.find(pattern.substr(open + 1, close - open - 1));
    if (value == values.end()) {
      out += '{';
      pattern.remove_prefix(open + 1);
    } else {
      out += value->second;
      pattern.remove_prefix(close + 1);
    }
  }
  return out;
}

Days days_of(const digest::Period& period, const Zone& zone) {
  using std::chrono::days;
  constexpr std::chrono::hours noon{12};
  const auto from = zone.to_local(period.from);
  const auto until = zone.to_local(period.until);
  const auto first_day = std::chrono::floor<days>(from);
  const auto last_day = std::chrono::floor<days>(until);
  const auto first = from <= first_day + noon ? first_day : first_day + days{1};
  const auto last = until > last_day + noon ? last_day : last_day - days{1};
  if (first <= last)
    return {.first = std::chrono::year_month_day{first}, .last = std::chrono::year_month_day{last}};
  const std::chrono::year_month_day middle{std::chrono::floor<days>(from + (until - from) / 2)};
  return {.first = middle, .last = middle};
}

Days with_days(Days span, const digest::DateSpan& shown, const Zone& zone) {
  const auto day = [&zone](UtcTime t) {
    return std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(zone.to_local(t))};
  };
  return {.first = std::min(span.first, day(shown.oldest)), .last = std::max(span.last, day(shown.newest))};
}

std::vector<std::string> fallbacks_of(std::string_view language) {
  std::vector<std::string> tags;
  for (auto tag = replace_all(ascii_lower(language), "_", "-"); !tag.empty();) {
    tags.push_back(tag);
    if (tag == "zh-tw" || tag == "zh-hk" || tag == "zh-mo") {
      tag = "zh-hant";
      continue;
    }
    const auto cut = tag.rfind('-');
    tag = cut == std::string::npos ? std::string{} : tag.substr(0, cut);
  }
  return tags;
}

Result<Strings> Strings::load(std::string_view theme, std::string_view language, const Lookup& lookup) {
  auto tags = fallbacks_of(language);
  if (tags.empty() || tags.back() != "en") tags.emplace_back("en");
  std::vector<std::string> themes{std::string{theme}};
  if (theme != "default") themes.emplace_back("default");

  auto tables = std::make_unique<Tables>();
  bool found = false;
  for (const auto& tag : tags) {
    for (const auto& folder : themes) {
      const auto file = fmt::format("{}/strings/{}.toml", folder, tag);
      const auto source = lookup(file);
      if (!source) continue;
      if (!found) tables->language = tag;
      found = true;
      TIDINGS_LET(const auto root, parse(file, *source));
      TIDINGS_TRY(FileReader(file, *tables).read(root));
    }
  }
  if (tables->months.empty() || tables->weekdays.empty() || tables->rule.empty() ||
      !tables->plurals.contains("posts_word")) {
    return fail(Errc::config, fmt::format("{}/strings/en.toml: [months], [weekdays] or [plural] is missing",
                                          themes.back()));
  }
  for (const std::string_view name : format_names) {
    if (name != "day_one" && !tables->formats.contains(name)) {
      return fail(Errc::config,
                  fmt::format("{}/strings/en.toml: [formats] {} is missing", themes.back(), name));
    }
  }
  return Strings{std::move(tables)};
}

namespace {

/// One file against the program's English words.
class StringsCheck {
 public:
  StringsCheck(std::string theme, std::string language, const Lookup& lookup, const Lookup& built_in)
      : theme_(std::move(theme)),
        language_(std::move(language)),
        lookup_(lookup),
        file_(fmt::format("{}/strings/{}.toml", theme_, language_)) {
    for (const auto& [name, find] :
         {std::pair{std::string{"default"}, &built_in}, std::pair{std::string{"default"}, &lookup},
          std::pair{theme_, &lookup}}) {
      if (language_ == "en" && find != &built_in) continue;
      const auto file = name + "/strings/en.toml";
      if (const auto source = (*find)(file)) (void)merge(file, *source, english_);
    }
  }

  StringsReport run() {
    const auto source = lookup_(file_);
    if (!source) return std::move(report_);
    const auto root = parse(file_, *source);
    if (!root) {
      report_.mistakes.push_back(root.error().line());
      return std::move(report_);
    }
    Strings::Tables own;
    if (const auto read = FileReader(file_, own).read(*root); !read)
      report_.mistakes.push_back(read.error().line());
    texts(*root);
    plurals(*root);
    if (theme_ == "default") missing(own);
    return std::move(report_);
  }

 private:
  static Result<void> merge(const std::string& file, const std::string& source, Strings::Tables& into) {
    TIDINGS_LET(const auto root, parse(file, source));
    return FileReader(file, into).read(root);
  }

  void mistake(const toml::source_region& place, const std::string& what, const std::string& hint = {}) {
    report_.mistakes.push_back(Error{
        Errc::config, fmt::format("{}:{}:{}: {}", file_, place.begin.line, place.begin.column, what), hint}
                                   .line());
  }

  void texts(const toml::table& root) {
    const auto* const table = root["t"].as_table();
    if (table == nullptr) return;
    std::vector<std::string> known;
    for (const auto& [name, text] : english_.texts) known.push_back(name);
    for (const auto& [key, node] : *table) {
      const auto found = english_.texts.find(key.str());
      if (found == english_.texts.end()) {
        auto hint = did_you_mean(key.str(), known);
        // A theme may have its own words, introduced in its English file.
        if (language_ != "en" || !hint.empty())
          mistake(key.source(), fmt::format("unknown key \"{}\"", key.str()), hint);
        continue;
      }
      const auto own = placeholders_in(node.value_or(std::string{}));
      for (const auto& wanted : placeholders_in(found->second)) {
        if (std::ranges::find(own, wanted) == own.end()) {
          mistake(node.source(),
                  fmt::format("\"{}\" lacks {{{}}}, which the English text has", key.str(), wanted));
        }
      }
    }
  }

  void plurals(const toml::table& root) {
    const auto* const table = root["plural"].as_table();
    if (table == nullptr) return;
    std::vector<std::string> known{"rule"};
    for (const auto& [name, forms] : english_.plurals) known.push_back(name);
    for (const auto& [key, node] : *table) {
      if (std::ranges::find(known, key.str()) == known.end()) {
        mistake(key.source(), fmt::format("unknown key \"{}\"", key.str()), did_you_mean(key.str(), known));
      }
    }
  }

  /// Missing both in this file and in those it falls back to.
  void missing(Strings::Tables& own) {
    for (const auto& tag : fallbacks_of(language_)) {
      if (tag == language_) continue;
      const auto file = fmt::format("{}/strings/{}.toml", theme_, tag);
      if (const auto source = lookup_(file)) (void)merge(file, *source, own);
    }
    for (const auto& [name, text] : english_.texts) {
      if (!own.texts.contains(name)) report_.missing.push_back(name);
    }
    for (const auto& [name, forms] : english_.plurals) {
      if (!own.plurals.contains(name)) report_.missing.push_back("[plural] " + name);
    }
    for (const std::string_view name : format_names) {
      if (name != "day_one" && !own.formats.contains(name))
        report_.missing.push_back("[formats] " + std::string{name});
    }
    if (own.months.empty()) report_.missing.emplace_back("[months]");
    if (own.weekdays.empty()) report_.missing.emplace_back("[weekdays]");
    if (own.rule.empty()) report_.missing.emplace_back("[plural] rule");
  }

  std::string theme_;
  std::string language_;
  const Lookup& lookup_;
  std::string file_;
  Strings::Tables english_;
  StringsReport report_;
};

}  // namespace

StringsReport check_strings(std::string_view theme, std::string_view language, const Lookup& lookup,
                            const Lookup& built_in) {
  return StringsCheck{std::string{theme}, std::string{language}, lookup, built_in}.run();
}

const std::string& Strings::language() const { return tables_->language; }
const std::string& Strings::name() const { return tables_->name; }
std::string_view Strings::direction() const { return tables_->dir == "rtl" ? "rtl" : "ltr"; }
const Words& Strings::texts() const { return tables_->texts; }

namespace {

void add_day(Placeholders& values, const Strings::Tables& tables, std::chrono::year_month_day day,
             std::string_view suffix) {
  const auto put = [&](std::string_view name, std::string value) {
    values[fmt::format("{}{}", name, suffix)] = std::move(value);
  };
  const auto month = static_cast<unsigned>(day.month()) - 1;
  const std::chrono::weekday weekday{std::chrono::local_days{day}};
  const auto of_week = weekday.iso_encoding() - 1;
  const auto pick = [](const std::vector<std::string>& wanted,
                       const std::vector<std::string>& otherwise) -> const std::vector<std::string>& {
    return wanted.empty() ? otherwise : wanted;
  };
  const auto number = static_cast<unsigned>(day.day());
  const auto first = tables.formats.find("day_one");
  put("day", number == 1 && first != tables.formats.end() ? first->second : fmt::format("{}", number));
  put("year", fmt::format("{}", static_cast<int>(day.year())));
  put("month_number", fmt::format("{}", month + 1));
  put("month", pick(tables.months_genitive, tables.months)[month]);
  put("month_alone", tables.months[month]);
  put("month_short", pick(tables.months_short, tables.months)[month]);
  put("weekday", tables.weekdays[of_week]);
  put("weekday_heading", pick(tables.weekdays_heading, tables.weekdays)[of_week]);
  put("weekday_short", pick(tables.weekdays_short, tables.weekdays)[of_week]);
}

void add_time(Placeholders& values, std::chrono::minutes since_midnight) {
  values["hour"] = fmt::format("{:02}", since_midnight.count() / 60);
  values["minute"] = fmt::format("{:02}", since_midnight.count() % 60);
}

std::string format_day(const Strings::Tables& tables, std::string_view format,
                       std::chrono::year_month_day day) {
  Placeholders values;
  add_day(values, tables, day, "");
  return fill_placeholders(tables.formats.find(format)->second, values);
}

}  // namespace

std::string Strings::date(std::chrono::year_month_day day) const { return format_day(*tables_, "date", day); }
std::string Strings::day_heading(std::chrono::year_month_day day) const {
  return format_day(*tables_, "day_heading", day);
}
std::string Strings::post_date(std::chrono::year_month_day day) const {
  return format_day(*tables_, "post_date", day);
}

std::string Strings::time(std::chrono::minutes since_midnight) const {
  Placeholders values;
  add_time(values, since_midnight);
  return fill_placeholders(tables_->formats.find("time")->second, values);
}

std::string Strings::post_time(std::chrono::local_seconds at) const {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  Placeholders values;
  add_day(values, *tables_, std::chrono::year_month_day{day}, "");
  add_time(values, std::chrono::floor<std::chrono::minutes>(at - day));
  return fill_placeholders(tables_->formats.find("post_time")->second, values);
}

std::string Strings::period(const Days& days) const {
  const auto& [first, last] = days;
  std::string_view format = "period_across_years";
  if (first == last) {
    format = "period_same_day";
  } else if (first.year() == last.year() && first.month() == last.month()) {
    const bool whole =
        static_cast<unsigned>(first.day()) == 1 && last == last.year() / last.month() / std::chrono::last;
    format = whole ? "period_whole_month" : "period_same_month";
  } else if (first.year() == last.year()) {
    format = "period_same_year";
  }
  Placeholders values;
  add_day(values, *tables_, first, "");
  add_day(values, *tables_, last, "2");
  return fill_placeholders(tables_->formats.find(format)->second, values);
}

std::string Strings::edition_title(std::string_view digest_title, std::string_view period) const {
  return fill_placeholders(tables_->formats.find("edition_title")->second,
                           {{"digest_title", std::string{digest_title}}, {"period", std::string{period}}});
}

std::string Strings::count(std::string_view word, long long n) const {
  const auto forms = tables_->plurals.find(word);
  if (forms == tables_->plurals.end()) return fmt::format("{}", n);
  auto form = forms->second.find(category_of(tables_->rule, n));
  if (form == forms->second.end()) form = forms->second.find("other");
  return fill_placeholders(form->second, {{"n", fmt::format("{}", n)}});
}

namespace {

/// As Spanish hears it: "Isla" and "Hijos", but neither "Hielo" nor "Hiato", which begin with another sound.
bool begins_with_i(std::string_view item) {
  const auto word = fold_case(item);
  if (word.starts_with("i") || word.starts_with("í")) return true;
  if (!word.starts_with("hi") && !word.starts_with("hí")) return false;
  return !word.starts_with("hia") && !word.starts_with("hie");
}

}  // namespace

std::string Strings::list(std::span<const std::string> items) const {
  const auto last_joint = [this](std::string_view item) {
    const bool is_latin = !item.empty() && static_cast<unsigned char>(item.front()) < 0x80;
    if (is_latin && tables_->last_before_latin) return *tables_->last_before_latin;
    if (tables_->last_before_i && begins_with_i(item)) return *tables_->last_before_i;
    return tables_->last.value_or(" & ");
  };
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += i + 1 == items.size() ? last_joint(items[i]) : tables_->separator.value_or(", ");
    out += items[i];
  }
  return out;
}

std::string Strings::enumerate(std::span<const std::string> items) const {
  return join(items, tables_->separator.value_or(", "));
}

Strings::Strings(std::unique_ptr<Tables> tables) : tables_(std::move(tables)) {}
Strings::Strings(Strings&&) noexcept = default;
Strings& Strings::operator=(Strings&&) noexcept = default;
Strings::~Strings() = default;

}  // namespace tidings::message
