#include "subscriber/import_columns.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "subscriber/import_services.hpp"
#include "subscriber/language.hpp"
#include "subscriber/subscriber_table.hpp"
#include "subscriber/time_zone.hpp"

namespace tidings::subscriber {
namespace {

const std::vector<std::string> our_columns = {"email",   "name",   "language",     "digests",
                                              "topics",  "status", "confirmed_at", "ip",
                                              "left_at", "tags",   "paused_until", "timezone"};
constexpr std::size_t max_kept_bytes = 200;

/// The parts of a list field, separated by ';', or by ',' if there is no ';'.
std::vector<std::string> pieces_of(std::string_view text) {
  const char separator = text.find(';') != std::string_view::npos ? ';' : ',';
  std::vector<std::string> pieces;
  for (const auto piece : split(text, separator)) {
    if (const auto clean = trim(piece); !clean.empty()) pieces.emplace_back(clean);
  }
  return pieces;
}

std::optional<std::size_t> find_key(std::span<const std::string> keys, std::string_view wanted) {
  const auto at = std::ranges::find(keys, wanted);
  if (at == keys.end()) return std::nullopt;
  return static_cast<std::size_t>(at - keys.begin());
}

/// The columns of "a|b" that there are, the first name first.
std::vector<std::size_t> find_all(std::span<const std::string> keys, std::string_view names) {
  std::vector<std::size_t> found;
  for (const auto name : split(names, '|')) {
    if (const auto at = find_key(keys, name)) found.push_back(*at);
  }
  return found;
}

/// The column of any of "a|b", the first name first.
std::optional<std::size_t> find_any(std::span<const std::string> keys, std::string_view names) {
  for (const auto name : split(names, '|')) {
    if (const auto at = find_key(keys, name)) return at;
  }
  return std::nullopt;
}

}  // namespace

Result<ColumnMap> ColumnMap::read(const CsvRecord& header, const ColumnOptions& options) {
  ColumnMap columns;
  std::vector<std::string> keys;
  for (const auto& field : header.fields) {
    columns.headers_.emplace_back(collapse_blanks(clean_utf8(unguard_formula(field))));
    keys.push_back(key_of(columns.headers_.back()));
  }
  columns.recognise(keys);
  columns.guess(keys);
  columns.find_fields(keys, options);
  TIDINGS_TRY(columns.obey(keys, options));
  if (!columns.email_) {
    return fail(Errc::bad_data, "there is no email column",
                "its header is usually \"email\"; name another one with --map email=Header");
  }
  columns.find_unused(keys);
  return columns;
}

std::optional<std::size_t>* ColumnMap::slot_of(std::string_view column) {
  const std::array<std::pair<std::string_view, std::optional<std::size_t>*>, 14> slots = {
      {{"email", &email_},
       {"name", &name_},
       {"first_name", &first_name_},
       {"last_name", &last_name_},
       {"language", &language_},
       {"timezone", &timezone_},
       {"digests", &digests_},
       {"topics", &topics_},
       {"status", &status_},
       {"confirmed_at", &confirmed_at_},
       {"ip", &ip_},
       {"left_at", &left_at_},
       {"tags", &tags_},
       {"paused_until", &paused_until_}}};
  const auto* const slot = std::ranges::find(slots, column, [](const auto& one) { return one.first; });
  if (slot != slots.end()) return slot->second;
  const auto field = std::ranges::find(fields_, column, [](const auto& one) { return one.first; });
  return field == fields_.end() ? nullptr : &field->second;
}

bool ColumnMap::is_ours(std::size_t column) {
  return std::ranges::any_of(our_columns, [&](const auto& ours) { return *slot_of(ours) == column; }) ||
         first_name_ == column || last_name_ == column;
}

/// A field does not take a column that has a meaning.
void ColumnMap::find_fields(std::span<const std::string> keys, const ColumnOptions& options) {
  for (const auto& name : options.fields) {
    auto at = find_key(headers_, name);
    if (!at) at = find_key(keys, key_of(name));
    if (at && is_ours(*at)) at.reset();
    fields_.emplace_back(name, at);
  }
}

Result<std::size_t> ColumnMap::find_header(std::span<const std::string> keys, std::string_view wanted) const {
  auto at = find_key(headers_, wanted);
  if (!at) at = find_key(keys, key_of(wanted));
  if (at) return *at;
  return fail(Errc::bad_data, fmt::format("there is no column \"{}\"", wanted),
              did_you_mean(wanted, headers_));
}

Result<void> ColumnMap::obey(std::span<const std::string> keys, const ColumnOptions& options) {
  for (const auto& header : options.ignored) {
    TIDINGS_LET(const auto at, find_header(keys, header));
    ignored_.push_back(at);
    std::erase_if(rules_, [&](const Rule& rule) { return rule.column == at; });
    for (auto* const columns : {&more_status_, &more_confirmed_at_, &more_ip_}) std::erase(*columns, at);
    for (const auto& column : our_columns) {
      if (auto* const slot = slot_of(column); *slot == at) slot->reset();
    }
    for (auto& [name, column] : fields_) {
      if (column == at) column.reset();
    }
  }
  return obey_map(keys, options);
}

Result<void> ColumnMap::obey_map(std::span<const std::string> keys, const ColumnOptions& options) {
  auto known = our_columns;
  known.insert(known.end(), options.fields.begin(), options.fields.end());
  for (const auto& [column, wanted] : options.map) {
    if (std::ranges::find(known, column) == known.end()) {
      return fail(Errc::usage, fmt::format("\"{}\" cannot be mapped", column), did_you_mean(column, known));
    }
    auto* const slot = slot_of(column);
    if (column == "name") first_name_ = last_name_ = std::nullopt;
    if (column == "status") {
      rules_.clear();
      more_status_.clear();
    }
    if (column == "confirmed_at") more_confirmed_at_.clear();
    if (column == "ip") more_ip_.clear();
    if (wanted.empty()) {
      slot->reset();
      continue;
    }
    TIDINGS_LET(*slot, find_header(keys, wanted));
  }
  return {};
}

void ColumnMap::find_unused(std::span<const std::string> keys) {
  const auto has = [](const std::vector<std::size_t>& columns, std::size_t column) {
    return std::ranges::find(columns, column) != columns.end();
  };
  for (std::size_t i = 0; i < headers_.size(); ++i) {
    bool used =
        has(ignored_, i) || has(more_status_, i) || has(more_confirmed_at_, i) || has(more_ip_, i) ||
        std::ranges::any_of(rules_, [&](const Rule& rule) { return rule.column == i; }) ||
        std::ranges::any_of(split(harmless_, '|'), [&](auto harmless) { return harmless == keys[i]; });
    for (const std::string_view column :
         {"email", "name", "first_name", "last_name", "language", "digests", "topics", "status",
          "confirmed_at", "ip", "left_at", "tags", "paused_until", "timezone"}) {
      used = used || *slot_of(column) == i;
    }
    // A field whose header speaks of consent stays suspect.
    used = used || (meaning_of_header(headers_[i]) == HeaderMeaning::nothing &&
                    std::ranges::any_of(fields_, [&](const auto& field) { return field.second == i; }));
    // The columns that our own file of rejected lines adds.
    used = used || keys[i].empty() || (keys[i] == "line" && i == 0) || (keys[i] == "reason" && i == 1);
    if (!used) unused_.push_back(i);
  }
}

std::vector<UnusedColumn> ColumnMap::unused() const {
  std::vector<UnusedColumn> columns;
  for (const auto i : unused_) {
    columns.push_back(
        {.header = headers_[i], .is_suspect = meaning_of_header(headers_[i]) != HeaderMeaning::nothing});
  }
  return columns;
}

ColumnMap ColumnMap::addresses_only() {
  ColumnMap columns;
  columns.headers_ = {"email"};
  columns.email_ = 0;
  columns.format_ = "addresses";
  return columns;
}

void ColumnMap::recognise(std::span<const std::string> keys) {
  const auto has = [&](std::string_view names) { return find_any(keys, names).has_value(); };
  for (const auto& service : service_formats()) {
    if (!std::ranges::all_of(service.signs, has)) continue;
    format_ = service.name;
    email_ = find_any(keys, service.email);
    if (!service.status.empty()) status_ = find_any(keys, service.status);
    more_confirmed_at_ = find_all(keys, service.confirmed_at);
    if (!more_confirmed_at_.empty()) confirmed_at_ = more_confirmed_at_.front();
    for (const auto& rule : service.rules) {
      const auto when = rule.when == 'y'   ? Rule::When::yes
                        : rule.when == 'n' ? Rule::When::no
                        : rule.when == 'g' ? Rule::When::given
                                           : Rule::When::filled;
      if (const auto at = find_any(keys, rule.key))
        rules_.push_back({.column = *at, .when = when, .word = rule.word});
    }
    for (const auto name : split(service.more_status, '|')) {
      if (const auto at = find_key(keys, name)) more_status_.push_back(*at);
    }
    harmless_ = service.harmless;
    otherwise_ = service.otherwise;
    dates_ = service.dates;
    return;
  }
}

/// In some languages the word for a name also means the part whose other part has a separate column.
void ColumnMap::divide_name(std::span<const std::string> keys) {
  const auto& key = keys[*name_];
  const bool is_last =
      first_name_ && !last_name_ && (key == "nom" || (key == "name" && keys[*first_name_] == "vorname"));
  const bool is_first = last_name_ && !first_name_ && (key == "nombre" || key == "nome");
  if (is_last) last_name_ = std::exchange(name_, std::nullopt);
  if (is_first) first_name_ = std::exchange(name_, std::nullopt);
}

void ColumnMap::guess(std::span<const std::string> keys) {
  const bool service = format_ != "csv";
  for (const auto& [column, names] : synonyms()) {
    auto* const slot = slot_of(column);
    // A service's own columns of these names, if present, mean something else.
    if (*slot || (service && (column == "status" || column == "confirmed_at" || column == "digests" ||
                              column == "topics"))) {
      continue;
    }
    for (const auto name : names) {
      if (*slot = find_key(keys, name); *slot) break;
    }
    if (column == "ip") {
      for (const auto name : names) {
        if (const auto at = find_key(keys, name)) more_ip_.push_back(*at);
      }
    }
  }
  if (name_) divide_name(keys);
  if (name_) first_name_ = last_name_ = std::nullopt;
  if (!service && email_ && digests_ && confirmed_at_ && status_) format_ = "tidings";
}

std::vector<ColumnChoice> ColumnMap::choices() const {
  const auto header = [&](std::optional<std::size_t> at) { return at ? headers_[*at] : std::string{}; };
  std::string name = header(name_);
  if (!name_ && (first_name_ || last_name_)) {
    name = header(first_name_);
    if (first_name_ && last_name_) name += " + ";
    name += header(last_name_);
  }
  std::string status = header(status_);
  const auto add = [&](std::size_t column) {
    if (status.find(headers_[column]) == std::string::npos)
      status += (status.empty() ? "" : " + ") + headers_[column];
  };
  for (const auto column : more_status_) add(column);
  for (const auto& rule : rules_) add(rule.column);
  std::vector<ColumnChoice> out{{"email", header(email_)},
                                {"name", name},
                                {"language", header(language_)},
                                {"digests", header(digests_)},
                                {"topics", header(topics_)},
                                {"status", status},
                                {"confirmed_at", header(confirmed_at_)},
                                {"ip", header(ip_)},
                                {"left_at", header(left_at_)},
                                {"tags", header(tags_)},
                                {"paused_until", header(paused_until_)},
                                {"timezone", header(timezone_)}};
  for (const auto& [field, at] : fields_) out.push_back({field, header(at)});
  return out;
}

std::string_view ColumnMap::field(const CsvRecord& record, std::optional<std::size_t> column) const {
  if (!column || *column >= record.fields.size()) return {};
  return trim(unguard_formula(record.fields[*column]));
}

std::string_view ColumnMap::first_filled(const CsvRecord& record, std::optional<std::size_t> column,
                                         std::span<const std::size_t> more) const {
  auto text = field(record, column);
  for (auto next = more.begin(); text.empty() && next != more.end(); ++next) text = field(record, *next);
  return text;
}

/// What one status column says. A yes/no column says it by its header ("Unsubscribed", "Consent"), and so
/// does a date under one that means no mail.
Result<std::optional<LineStatus>> ColumnMap::status_in(const CsvRecord& record, std::size_t column) const {
  const auto text = field(record, column);
  if (text.empty()) return std::nullopt;
  if (const auto word = read_status(text); word.known) return word.status;
  const auto meaning = meaning_of_header(headers_[column]);
  const bool flag = is_yes(text) || is_no(text);
  if ((flag || read_date(text, dates_)) && meaning == HeaderMeaning::no_mail) {
    if (is_no(text)) return std::nullopt;
    return read_status(headers_[column]).status.value_or(SubscriptionState::withdrawn);
  }
  if (flag && meaning == HeaderMeaning::consent) {
    return is_yes(text) ? std::nullopt : std::optional<LineStatus>{SubscriptionState::withdrawn};
  }
  return fail(Errc::bad_data, fmt::format("\"{}\" is not a status", truncate_utf8(text, 40)),
              "confirmed, pending, withdrawn, bounced, complained, blocked");
}

namespace {

/// "sms_marketing": says nothing about mail.
bool is_of_other_channels(std::string_view text) {
  const auto key = key_of(text);
  const bool other = key.find("sms") != std::string::npos || key.find("whatsapp") != std::string::npos;
  return other && key.find("mail") == std::string::npos;
}

}  // namespace

Result<std::optional<LineStatus>> ColumnMap::status_of(const CsvRecord& record) const {
  for (const auto& rule : rules_) {
    const auto text = field(record, rule.column);
    const auto said = read_status(text).status;
    const bool applies = rule.when == Rule::When::filled ? !text.empty()
                         : rule.when == Rule::When::yes  ? is_yes(text)
                         : rule.when == Rule::When::no
                             ? is_no(text)
                             : !text.empty() && !is_no(text) && !is_of_other_channels(text) &&
                                   said != std::optional<LineStatus>{SubscriptionState::confirmed};
    if (applies) return read_status(rule.word).status;
  }
  std::optional<LineStatus> status;
  if (status_) {
    TIDINGS_LET(status, status_in(record, *status_));
  }
  for (const auto column : more_status_) {
    TIDINGS_LET(const auto further, status_in(record, column));
    status = graver(status, further);
  }
  if (status || !field(record, status_).empty()) return status;
  return otherwise_.empty() ? std::nullopt : read_status(otherwise_).status;
}

namespace {

/// A name from Excel may have line breaks, which become blanks.
std::string one_line(std::string_view text) {
  std::string line{text};
  std::ranges::replace_if(
      line, [](char c) { return c == '\r' || c == '\n' || c == '\t'; }, ' ');
  return line;
}

/// The address in "Jane <jane@x.example>", "mailto:jane@x.example?subject=..." and "<jane@x.example>;", and
/// the name beside it.
struct WrittenAddress {
  std::string_view address;
  std::string_view name{};
};

WrittenAddress unwrap(std::string_view text) {
  while (!text.empty() && (text.back() == ';' || text.back() == ',' || text.back() == ' '))
    text.remove_suffix(1);
  WrittenAddress written{.address = text};
  if (const auto open = text.rfind('<'); open != std::string_view::npos && text.back() == '>') {
    written.address = trim(text.substr(open + 1, text.size() - open - 2));
    written.name = trim(text.substr(0, open));
    if (written.name.size() >= 2 && written.name.front() == '"' && written.name.back() == '"') {
      written.name = written.name.substr(1, written.name.size() - 2);
    }
  }
  constexpr std::string_view scheme = "mailto:";
  if (ascii_iequals(written.address.substr(0, scheme.size()), scheme)) {
    written.address = written.address.substr(scheme.size());
    written.address = written.address.substr(0, written.address.find('?'));
  }
  return written;
}

}  // namespace

Result<void> ColumnMap::read_person(const CsvRecord& record, ImportLine& line) const {
  const auto email = field(record, email_);
  if (email.empty()) return fail(Errc::bad_data, "the address is missing");
  const auto written = unwrap(email);
  if (written.address.starts_with('@') || written.address.starts_with("*@")) {
    TIDINGS_LET(const auto target, parse_suppression_target(written.address));
    line.domain = target.key;
    return {};
  }
  TIDINGS_LET(line.address, parse_mail_address(written.address));
  if (name_) {
    TIDINGS_LET(line.name, check_name(one_line(field(record, name_))));
  } else if (first_name_ || last_name_) {
    TIDINGS_LET(
        line.name,
        check_name(one_line(fmt::format("{} {}", field(record, first_name_), field(record, last_name_)))));
  }
  if (line.name.empty() && !written.name.empty()) {
    TIDINGS_LET(line.name, check_name(one_line(written.name)));
  }
  TIDINGS_LET(line.language, check_language(field(record, language_)));
  auto zone = check_timezone(field(record, timezone_));
  // Another service's column was not made for us: "Eastern Time (US & Canada)" is no reason to lose a reader.
  const bool is_ours = format_ == "csv" || format_ == "tidings";
  if (!zone && is_ours) return tl::unexpected<Error>{std::move(zone).error()};
  if (zone) line.timezone = *std::move(zone);
  line.digests = pieces_of(field(record, digests_));
  for (const auto& piece : pieces_of(field(record, topics_))) {
    TIDINGS_LET(auto topic, check_topic(piece));
    line.topics.push_back(std::move(topic));
  }
  for (const auto& [name, at] : fields_) {
    if (const auto text = field(record, at); !text.empty()) line.fields.emplace(name, one_line(text));
  }
  return {};
}

/// When and from where they joined and left, and their tags elsewhere.
Result<void> ColumnMap::read_history(const CsvRecord& record, ImportLine& line) const {
  TIDINGS_LET(line.status, status_of(record));
  if (const auto date = first_filled(record, confirmed_at_, more_confirmed_at_); !date.empty()) {
    TIDINGS_LET(line.confirmed, read_date(date, dates_));
  }
  if (const auto date = field(record, left_at_); !date.empty()) {
    TIDINGS_LET(line.left, read_date(date, dates_));
    if (!line.status) line.status = SubscriptionState::withdrawn;
  } else if (line.status == LineStatus{SubscriptionState::withdrawn}) {
    if (const auto in_status = read_date(field(record, status_), dates_)) line.left = *in_status;
  }
  if (const auto date = field(record, paused_until_); !date.empty()) {
    TIDINGS_LET(line.paused_until, read_date(date, dates_));
  }
  const auto keep = [&](std::string_view what, std::string_view text) {
    const auto clean = collapse_blanks(one_line(text));
    if (clean.empty() || clean == "[]") return;
    line.kept +=
        fmt::format("{}{}{}", line.kept.empty() ? "" : "; ", what, truncate_utf8(clean, max_kept_bytes));
  };
  keep("from ", first_filled(record, ip_, more_ip_));
  keep("tags: ", field(record, tags_));
  for (const auto column : unused_) {
    if (line.alarm || column >= record.fields.size()) break;
    if (says_no_mail(trim(record.fields[column]))) line.alarm = column;
  }
  return {};
}

Result<ImportLine> ColumnMap::understand(const CsvRecord& record) const {
  if (!record.valid_utf8) {
    return fail(Errc::bad_data, "the line is not UTF-8",
                "--encoding windows-1252, or save the file as UTF-8");
  }
  for (std::size_t i = headers_.size(); i < record.fields.size(); ++i) {
    if (!trim(record.fields[i]).empty()) {
      return fail(Errc::bad_data,
                  fmt::format("the line has {} fields, the header {}", record.fields.size(), headers_.size()),
                  "quote fields that contain the delimiter");
    }
  }
  ImportLine line;
  TIDINGS_TRY(read_person(record, line));
  TIDINGS_TRY(read_history(record, line));
  if (!line.domain.empty() && !(line.status && std::holds_alternative<SuppressionCause>(*line.status))) {
    return fail(Errc::bad_data, fmt::format("\"{}\" is a domain, not an address", line.domain),
                "only a blocked line may hold a domain");
  }
  return line;
}

}  // namespace tidings::subscriber
