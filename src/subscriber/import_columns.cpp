#include "subscriber/import_columns.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::subscriber {
namespace {

const std::vector<std::string> our_columns = {"email", "name", "language", "digests", "topics", "status", "confirmed_at"};

/// "E-mail Address" and "email_address" are the same; other scripts stay as they are.
std::string key_of(std::string_view header) {
  std::string key;
  for (const char c : fold_case(clean_utf8(header))) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<std::uint8_t>(c) >= 0x80;
    if (letter) key += c;
  }
  return key;
}

/// The usual names of a column, the surest first.
struct Synonyms {
  std::string_view column;
  std::vector<std::string_view> keys;
};

const std::vector<Synonyms>& synonyms() {
  static const std::vector<Synonyms> all = {
      {"email",
       {"email",
        "emailaddress",
        "mail",
        "mailaddress",
        "subscriberemail",
        "useremail",
        "emailadresse",
        "mailadresse",
        "adresseemail",
        "adressemail",
        "courriel",
        "correo",
        "correoelectronico",
        "correoelectrónico",
        "direccióndecorreoelectrónico",
        "direcciondecorreoelectronico",
        "indirizzoemail",
        "endereçodeemail",
        "emailadres",
        "epost",
        "eposta",
        "sähköposti",
        "почта",
        "メールアドレス"}},
      {"name", {"name", "fullname", "displayname", "subscribername", "membername", "nom", "nombre", "nome"}},
      {"first_name", {"firstname", "fname", "givenname", "vorname", "prenom", "prénom", "voornaam"}},
      {"last_name",
       {"lastname", "lname", "surname", "familyname", "nachname", "apellidos", "apellido", "cognome", "sobrenome", "achternaam"}},
      {"language", {"language", "lang", "locale", "sprache", "langue", "idioma"}},
      {"digests", {"digests", "digest"}},
      {"topics", {"topics", "topic"}},
      {"status", {"status", "state", "subscriptionstatus", "subscriberstatus"}},
      {"confirmed_at",
       {"confirmedat", "confirmtime", "confirmedon", "confirmationdate", "confirmationtime", "optintime", "optindate",
        "subscribedat", "subscribedon", "subscribedate", "subscribetime", "subscriptiondate"}},
  };
  return all;
}

/// Words by meaning; compared like headers.
StatusWord word_of(std::string_view key) {
  struct Entry {
    std::string_view key;
    std::optional<LineStatus> status;
  };
  using S = SubscriptionState;
  using C = SuppressionCause;
  static const std::vector<Entry> words = {
      {"confirmed", S::confirmed},      {"subscribed", S::confirmed},    {"active", S::confirmed},
      {"verified", S::confirmed},       {"pending", S::pending},         {"unconfirmed", S::pending},
      {"unverified", S::pending},       {"notconfirmed", S::pending},    {"pendingverification", S::pending},
      {"unactivated", S::pending},      {"pendingconfirmation", S::pending}, {"nonsubscribed", S::pending},
      {"withdrawn", S::withdrawn},      {"unsubscribed", S::withdrawn},  {"optedout", S::withdrawn},
      {"inactive", S::withdrawn},       {"disabled", S::withdrawn},      {"removed", S::withdrawn},
      {"deactivated", S::withdrawn},    {"cancelled", S::withdrawn},     {"canceled", S::withdrawn},
      {"archived", S::withdrawn},       {"unfollowed", S::withdrawn},    {"following", S::confirmed},
      {"deleted", S::withdrawn},        {"left", S::withdrawn},          {"bounced", C::hard_bounce},
      {"hardbounced", C::hard_bounce},  {"cleaned", C::hard_bounce},     {"undeliverable", C::hard_bounce},
      {"softbounced", C::soft_bounces}, {"complained", C::complaint},    {"complaint", C::complaint},
      {"spam", C::complaint},           {"blocked", C::manual},          {"blocklisted", C::manual},
      {"blacklisted", C::manual},       {"suppressed", C::manual},       {"spammy", C::manual},
      // Buttondown: all of these still get mail.
      {"regular", S::confirmed},        {"premium", S::confirmed},       {"trialed", S::confirmed},
      {"unpaid", S::confirmed},         {"gifted", S::confirmed},        {"churning", S::confirmed},
      {"paused", S::confirmed},         {"pastdue", S::confirmed},
      // listmonk; says nothing about consent
      {"enabled", std::nullopt},
  };
  for (const auto& word : words) {
    if (word.key == key) return {.known = true, .status = word.status};
  }
  return {};
}

bool is_yes(std::string_view text) {
  const auto key = key_of(text);
  return key == "true" || key == "yes" || key == "1" || key == "y" || key == "t";
}

bool is_no(std::string_view text) {
  const auto key = key_of(text);
  return key == "false" || key == "no" || key == "0" || key == "n" || key == "f";
}

/// Pieces of a list field; ';' separates, and ',' where there is no ';'.
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

/// What the exports of a service have in common with no other list. Keys as key_of() gives them; "a|b" is either.
struct ServiceFormat {
  std::string_view name;
  std::vector<std::string_view> signs;  ///< all of them must be there
  std::string_view email;
  std::string_view status;              ///< or empty
  std::string_view confirmed_at;        ///< the first that is there
  struct FlagRule {
    std::string_view key;
    char when;                          ///< y: says yes, n: says no, f: is filled
    std::string_view word;
  };
  std::vector<FlagRule> rules{};        ///< the first that applies decides the status, before the status column
  std::string_view otherwise{};         ///< the status where nothing says any; empty: the caller's
  DateOrder dates = DateOrder::year_first;
};

constexpr std::string_view follow_it_signs =
    "followdate|followeddate|datefollowed|followedat|followedon|followedsince|followingsince|followerstatus|"
    "followstatus|deliverychannel|deliverychannels";

const std::vector<ServiceFormat>& service_formats() {
  static const std::vector<ServiceFormat> all = {
      // Separate files of the subscribed, unsubscribed and cleaned, told apart by their own columns. The names of people's own
      // fields (the address is one) are in the account's language, or what somebody made of them; those in capitals never
      // change.
      {"mailchimp",
       {"memberrating", "optintime|confirmtime|unsubtime|cleantime|leid"},
       "emailaddress",
       "",
       "confirmtime|optintime",
       {{"cleantime", 'f', "cleaned"}, {"unsubtime", 'f', "unsubscribed"}},
       "subscribed"},
      // email_list.csv of the whole export, in the forms of several years, and the list of the paying ones.
      {"substack",
       {"email", "emaildisabled", "activesubscription|expiry"},
       "email",
       "",
       "createdat",
       {{"emaildisabled", 'y', "unsubscribed"}},
       "subscribed"},
      // The export of the subscribers' page, now and as it was until 2024. Its "Cancel date" is that of a paid plan.
      {"substack",
       {"email", "stripeplan|subscriptionsourcefree", "startdate|subscriptiondate"},
       "email",
       "",
       "startdate|subscriptiondate",
       {},
       "subscribed"},
      {"buttondown",
       {"email|emailaddress", "creationdate", "type|subscribertype"},
       "email|emailaddress",
       "type|subscribertype",
       "creationdate"},
      // "enabled" says nothing about a confirmation: that is kept for each of its lists, and not exported.
      {"listmonk", {"uuid", "email", "attributes", "status"}, "email", "status", "createdat"},
      {"ghost",
       {"email", "subscribedtoemails|subscribed", "complimentaryplan"},
       "email",
       "",
       "createdat",
       {{"deletedat", 'f', "unsubscribed"}, {"subscribedtoemails", 'n', "unsubscribed"}, {"subscribed", 'n', "unsubscribed"}},
       "subscribed"},
      {"phplist",
       {"email", "confirmed|isthisuserconfirmed|isthissubscriberconfirmed|istheemailofthissubscriberconfirmed",
        "blacklisted|isthisuserblacklisted|isthissubscriberblacklisted"},
       "email",
       "",
       "entered",
       {{"blacklisted|isthisuserblacklisted|isthissubscriberblacklisted", 'y', "blacklisted"},
        {"confirmed|isthisuserconfirmed|isthissubscriberconfirmed|istheemailofthissubscriberconfirmed", 'n', "unconfirmed"}},
       "subscribed"},
      {"feedburner",
       {"email|emailaddress", "subscribed|datesubscribed|subscribetime", "status"},
       "email|emailaddress",
       "status",
       "subscribed|datesubscribed|subscribetime",
       {},
       "",
       DateOrder::month_first},
      // Its file could not be got hold of: known by what only followers have.
      {"follow.it",
       {"email|emailaddress|follower|followeremail|followersemail", follow_it_signs},
       "followeremail|followersemail|emailaddress|email|follower",
       "followerstatus|followstatus|status",
       "followdate|followeddate|datefollowed|followedat|followedon|followedsince|followingsince|date"},
  };
  return all;
}

/// The column of any of "a|b", the first name first.
std::optional<std::size_t> find_any(std::span<const std::string> keys, std::string_view names) {
  for (const auto name : split(names, '|')) {
    if (const auto at = find_key(keys, name)) return at;
  }
  return std::nullopt;
}

}  // namespace

StatusWord read_status(std::string_view word) { return word_of(key_of(word)); }

std::string_view status_word(SuppressionCause cause) {
  switch (cause) {
    case SuppressionCause::hard_bounce: return "bounced";
    case SuppressionCause::soft_bounces: return "soft_bounced";
    case SuppressionCause::complaint: return "complained";
    case SuppressionCause::manual:
    case SuppressionCause::erased: return "blocked";
  }
  return "";
}

namespace {

/// Passes over `count` digits, or says no and stays.
bool take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return false;
  if (!std::ranges::all_of(text.substr(0, count), [](char c) { return c >= '0' && c <= '9'; })) return false;
  text.remove_prefix(count);
  return true;
}

bool take_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// What follows the time of day as RFC 3339 writes it; nothing where it is no zone. Go writes "+0000 UTC", PostgreSQL "+00".
std::optional<std::string> zone_of(std::string_view text) {
  text = trim(text);
  for (const std::string_view end : {"UTC", "GMT", "Z"}) {
    if (text.size() >= end.size() && ascii_iequals(text.substr(text.size() - end.size()), end)) {
      text = trim(text.substr(0, text.size() - end.size()));
      break;
    }
  }
  if (text.empty()) return "Z";
  const char sign = text.front();
  if (!take_char(text, "+-")) return std::nullopt;
  const auto hours = text.substr(0, 2);
  if (!take_digits(text, 2)) return std::nullopt;
  take_char(text, ":");
  const auto minutes = text.empty() ? std::string_view{"00"} : text;
  if (minutes.size() != 2) return std::nullopt;
  return fmt::format("{}{}:{}", sign, hours, minutes);
}

/// "09:30", "09:30:15.123456 ..." as RFC 3339 writes it, with the zone.
std::optional<std::string> time_of(std::string_view text) {
  if (trim(text).empty()) return "00:00:00Z";
  auto rest = text;
  if (!take_digits(rest, 2) || !take_char(rest, ":") || !take_digits(rest, 2)) return std::nullopt;
  const auto minutes = text.substr(0, 5);
  std::string_view seconds = "00";
  if (take_char(rest, ":")) {
    seconds = rest.substr(0, 2);
    if (!take_digits(rest, 2)) return std::nullopt;
    if (take_char(rest, ".,")) {
      while (take_digits(rest, 1)) {}
    }
  }
  const auto zone = zone_of(rest);
  if (!zone) return std::nullopt;
  return fmt::format("{}:{}{}", minutes, seconds, *zone);
}

/// Passes over at most so many digits.
std::optional<int> take_number(std::string_view& text, std::size_t most) {
  int value = 0;
  std::size_t count = 0;
  for (; count < most && count < text.size() && text[count] >= '0' && text[count] <= '9'; ++count) {
    value = 10 * value + (text[count] - '0');
  }
  text.remove_prefix(count);
  return count > 0 ? std::optional{value} : std::nullopt;
}

/// "6/17/2009" or "06/17/2009 9:52 PM" with the year first, as read_date() knows it; as it is where it is written otherwise.
std::string year_first(std::string_view text) {
  auto rest = text;
  const auto month = take_number(rest, 2);
  const bool first = take_char(rest, "/");
  const auto day = take_number(rest, 2);
  const bool second = take_char(rest, "/");
  const auto year = take_number(rest, 4);
  if (!month || !first || !day || !second || !year || *year < 1000) return std::string{text};
  const auto date = fmt::format("{:04}-{:02}-{:02}", *year, *month, *day);
  rest = trim(rest);
  const auto half = ascii_lower(rest.substr(rest.size() - std::min<std::size_t>(2, rest.size())));
  if (half == "am" || half == "pm") rest = trim(rest.substr(0, rest.size() - 2));
  const auto hour = take_number(rest, 2);
  if (!hour) return rest.empty() ? date : std::string{text};
  const int since_noon = (half == "am" || half == "pm") && *hour == 12 ? 0 : *hour;
  return fmt::format("{} {:02}{}", date, half == "pm" ? since_noon + 12 : since_noon, rest);
}

}  // namespace

Result<UtcTime> read_date(std::string_view text, DateOrder order) {
  text = trim(text);
  if (order == DateOrder::month_first) {
    if (auto date = read_date(year_first(text))) return date;
  }
  // Exact to the millisecond only in the form that we write ourselves.
  if (auto exact = parse_rfc3339(text)) return exact;
  auto rest = text;
  if (take_digits(rest, 4) && take_char(rest, "-") && take_digits(rest, 2) && take_char(rest, "-")) take_digits(rest, 2);
  std::string date{text.substr(0, text.size() - rest.size())};
  if (!rest.empty() && !take_char(rest, " Tt")) date.clear();
  if (const auto time = time_of(rest); time && date.size() == 10) {
    if (auto read = parse_rfc3339(fmt::format("{}T{}", date, *time))) return read;
  }
  return fail(Errc::bad_data, fmt::format("\"{}\" is not a date", truncate_utf8(clean_utf8(text), 40)),
              "write it like 2026-01-05 or 2026-01-05T08:00:00Z");
}

Result<ColumnMap> ColumnMap::read(const CsvRecord& header, std::span<const std::pair<std::string, std::string>> map) {
  ColumnMap columns;
  std::vector<std::string> keys;
  for (const auto& field : header.fields) {
    columns.headers_.emplace_back(trim(clean_utf8(unguard_formula(field))));
    keys.push_back(key_of(columns.headers_.back()));
  }
  columns.recognise(keys);
  columns.guess(keys);
  const std::array<std::pair<std::string_view, std::optional<std::size_t>*>, 7> slots = {
      {{"email", &columns.email_},
       {"name", &columns.name_},
       {"language", &columns.language_},
       {"digests", &columns.digests_},
       {"topics", &columns.topics_},
       {"status", &columns.status_},
       {"confirmed_at", &columns.confirmed_at_}}};
  for (const auto& [column, wanted] : map) {
    const auto* const slot = std::ranges::find(slots, std::string_view{column}, [](const auto& one) { return one.first; });
    if (slot == slots.end()) {
      return fail(Errc::usage, fmt::format("\"{}\" is not a column that can be mapped", column),
                  did_you_mean(column, our_columns));
    }
    if (column == "name") columns.first_name_ = columns.last_name_ = std::nullopt;
    if (column == "status") columns.rules_.clear();
    if (wanted.empty()) {
      *slot->second = std::nullopt;
      continue;
    }
    auto at = find_key(columns.headers_, wanted);
    if (!at) at = find_key(keys, key_of(wanted));
    if (!at) {
      return fail(Errc::bad_data, fmt::format("no column is headed \"{}\"", wanted), did_you_mean(wanted, columns.headers_));
    }
    *slot->second = at;
  }
  if (!columns.email_) {
    return fail(Errc::bad_data, "there is no email column",
                "its header is usually \"email\"; name another one with --map email=Header");
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
    confirmed_at_ = find_any(keys, service.confirmed_at);
    for (const auto& rule : service.rules) {
      const auto when = rule.when == 'y' ? Rule::When::yes : rule.when == 'n' ? Rule::When::no : Rule::When::filled;
      if (const auto at = find_any(keys, rule.key)) rules_.push_back({.column = *at, .when = when, .word = rule.word});
    }
    otherwise_ = service.otherwise;
    dates_ = service.dates;
    return;
  }
}

/// In some languages the word for a name is also that for the part of it whose other part has a column of its own.
void ColumnMap::divide_name(std::span<const std::string> keys) {
  const auto& key = keys[*name_];
  const bool is_last = first_name_ && !last_name_ && (key == "nom" || (key == "name" && keys[*first_name_] == "vorname"));
  const bool is_first = last_name_ && !first_name_ && (key == "nombre" || key == "nome");
  if (is_last) last_name_ = std::exchange(name_, std::nullopt);
  if (is_first) first_name_ = std::exchange(name_, std::nullopt);
}

void ColumnMap::guess(std::span<const std::string> keys) {
  const bool service = format_ != "csv";
  for (const auto& [column, names] : synonyms()) {
    auto* const slot = column == "email"        ? &email_
                       : column == "name"       ? &name_
                       : column == "first_name" ? &first_name_
                       : column == "last_name"  ? &last_name_
                       : column == "language"   ? &language_
                       : column == "digests"    ? &digests_
                       : column == "topics"     ? &topics_
                       : column == "status"     ? &status_
                                                : &confirmed_at_;
    // A service's own columns of these names mean something else, if they are there.
    if (*slot || (service && (column == "status" || column == "confirmed_at" || column == "digests" || column == "topics"))) {
      continue;
    }
    for (const auto name : names) {
      if (*slot = find_key(keys, name); *slot) break;
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
  return {{"email", header(email_)},   {"name", name},
          {"language", header(language_)}, {"digests", header(digests_)},
          {"topics", header(topics_)}, {"status", header(status_)},
          {"confirmed_at", header(confirmed_at_)}};
}

std::string_view ColumnMap::field(const CsvRecord& record, std::optional<std::size_t> column) const {
  if (!column || *column >= record.fields.size()) return {};
  return trim(unguard_formula(record.fields[*column]));
}

Result<std::optional<LineStatus>> ColumnMap::status_of(const CsvRecord& record) const {
  for (const auto& rule : rules_) {
    const auto text = field(record, rule.column);
    const bool applies = rule.when == Rule::When::filled ? !text.empty()
                         : rule.when == Rule::When::yes  ? is_yes(text)
                                                         : is_no(text);
    if (applies) return read_status(rule.word).status;
  }
  const auto text = field(record, status_);
  if (text.empty()) return otherwise_.empty() ? std::nullopt : read_status(otherwise_).status;
  const auto word = read_status(text);
  if (!word.known) {
    return fail(Errc::bad_data, fmt::format("\"{}\" is not a status", truncate_utf8(text, 40)),
                "confirmed, pending, withdrawn, bounced, complained, blocked");
  }
  return word.status;
}

Result<ImportLine> ColumnMap::understand(const CsvRecord& record) const {
  if (!record.valid_utf8) {
    return fail(Errc::bad_data, "the line is not UTF-8", "save the file as UTF-8: iconv -f windows-1252 -t utf-8 FILE");
  }
  for (std::size_t i = headers_.size(); i < record.fields.size(); ++i) {
    if (!trim(record.fields[i]).empty()) {
      return fail(Errc::bad_data, fmt::format("the line has {} fields, the header {}", record.fields.size(), headers_.size()),
                  "quote a field that has the delimiter in it");
    }
  }
  ImportLine line;
  const auto email = field(record, email_);
  if (email.empty()) return fail(Errc::bad_data, "there is no address");
  TIDINGS_LET(line.address, parse_mail_address(email));
  if (name_) {
    TIDINGS_LET(line.name, check_name(field(record, name_)));
  } else if (first_name_ || last_name_) {
    TIDINGS_LET(line.name, check_name(fmt::format("{} {}", field(record, first_name_), field(record, last_name_))));
  }
  TIDINGS_LET(line.language, check_language(field(record, language_)));
  line.digests = pieces_of(field(record, digests_));
  for (const auto& piece : pieces_of(field(record, topics_))) {
    TIDINGS_LET(auto topic, check_topic(piece));
    line.topics.push_back(std::move(topic));
  }
  TIDINGS_LET(line.status, status_of(record));
  if (const auto date = field(record, confirmed_at_); !date.empty()) {
    TIDINGS_LET(line.confirmed, read_date(date, dates_));
  }
  return line;
}

}  // namespace tidings::subscriber
