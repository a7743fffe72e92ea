#include "delivery/outcome.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tidings::delivery {
namespace {

constexpr std::size_t max_text_bytes = 500;

template <class Enum, std::size_t N>
using Names = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Names<Stage, 10> stage_names{{{Stage::connect, "connect"},
                                        {Stage::greeting, "greeting"},
                                        {Stage::ehlo, "ehlo"},
                                        {Stage::tls, "tls"},
                                        {Stage::auth, "auth"},
                                        {Stage::mail, "mail"},
                                        {Stage::rcpt, "rcpt"},
                                        {Stage::data, "data"},
                                        {Stage::body, "body"},
                                        {Stage::dot, "dot"}}};

constexpr Names<OutcomeKind, 4> kind_names{{{OutcomeKind::accepted, "accepted"},
                                            {OutcomeKind::temporary, "temporary"},
                                            {OutcomeKind::permanent, "permanent"},
                                            {OutcomeKind::unknown, "unknown"}}};

constexpr Names<Blame, 4> blame_names{
    {{Blame::nobody, "nobody"}, {Blame::address, "address"}, {Blame::message, "message"}, {Blame::relay, "relay"}}};

template <class Enum, std::size_t N>
std::string_view name_in(const Names<Enum, N>& names, Enum value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  return "";
}

template <class Enum, std::size_t N>
std::optional<Enum> value_in(const Names<Enum, N>& names, std::string_view name) {
  for (const auto& [value, known] : names) {
    if (known == name) return value;
  }
  return std::nullopt;
}

/// Where a rule applies.
enum class At { session, mail, rcpt, data, anywhere };

/// One line of the table. `status` is an enhanced status with '*' for any number, or "" for any or none, or "-" for none at
/// all; `code` 0 is any, 5 any 5yz, 4 any 4yz. `unknown_user` asks for words that say that there is no such mailbox.
struct Rule {
  At at;
  int code;
  std::string_view status;
  bool unknown_user;
  OutcomeKind kind;
  Blame blame;
  Verdict verdict;
};

constexpr auto temporary = OutcomeKind::temporary;
constexpr auto permanent = OutcomeKind::permanent;

// First match wins. Sources: RFC 3463, RFC 5321 section 4.2, RFC 7504, RFC 7505, and the published reply lists of Gmail and
// Yahoo. Gmail answers 550 5.2.1 both for an inactive account and for one that receives too much: scored, never hard.
constexpr std::array rules{
    // The relay as a whole: before MAIL there is no recipient; 421 closes the service; x.7.x is policy.
    Rule{At::session, 0, "", false, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 421, "", false, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 530, "", false, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 534, "", false, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 535, "", false, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 538, "", false, temporary, Blame::relay, Verdict::none},
    // This mailbox is not there: suppressed at once, but only when RCPT is refused.
    Rule{At::rcpt, 5, "5.1.1", false, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 5, "5.1.0", false, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 5, "5.1.2", false, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 5, "5.1.3", false, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 5, "5.1.6", false, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 5, "5.1.10", false, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 5, "5.4.4", false, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 5, "5.7.13", false, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 5, "5.7.17", false, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 5, "5.7.18", false, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 5, "5.7.27", false, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 550, "-", true, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 553, "-", true, permanent, Blame::address, Verdict::hard},
    // The message: too big or malformed. Nobody's mailbox is to blame.
    Rule{At::anywhere, 5, "5.2.3", false, permanent, Blame::message, Verdict::none},
    Rule{At::anywhere, 5, "5.3.4", false, permanent, Blame::message, Verdict::none},
    Rule{At::anywhere, 5, "5.6.*", false, permanent, Blame::message, Verdict::none},
    Rule{At::anywhere, 552, "-", false, permanent, Blame::message, Verdict::none},
    // Policy, reputation, and the sender's address.
    Rule{At::anywhere, 4, "*.7.*", false, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 5, "*.7.*", false, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 5, "5.1.7", false, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 5, "5.1.8", false, temporary, Blame::relay, Verdict::none},
    Rule{At::mail, 0, "", false, temporary, Blame::relay, Verdict::none},
    // It did not understand us: a defect between us and this relay, not the recipient's.
    Rule{At::anywhere, 500, "", false, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 502, "", false, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 503, "", false, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 504, "", false, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 555, "", false, temporary, Blame::relay, Verdict::none},
    // The mailbox has trouble that may pass: scored once it is final.
    Rule{At::anywhere, 4, "*.1.*", false, temporary, Blame::address, Verdict::none},
    Rule{At::anywhere, 4, "*.2.*", false, temporary, Blame::address, Verdict::none},
    Rule{At::anywhere, 4, "*.4.1", false, temporary, Blame::address, Verdict::none},
    Rule{At::anywhere, 4, "*.4.7", false, temporary, Blame::address, Verdict::none},
    // The rest: 5yz is about this address as far as anybody can tell, everything else is tried again.
    Rule{At::anywhere, 5, "", false, permanent, Blame::address, Verdict::soft},
    Rule{At::anywhere, 0, "", false, temporary, Blame::nobody, Verdict::none},
};

bool applies(At at, Stage stage) {
  switch (at) {
    case At::session: return stage < Stage::mail;
    case At::mail: return stage == Stage::mail;
    case At::rcpt: return stage == Stage::rcpt;
    case At::data: return stage > Stage::rcpt;
    case At::anywhere: return true;
  }
  return false;
}

bool code_matches(int wanted, int code) { return wanted == 0 || wanted == code || (wanted < 10 && wanted == code / 100); }

bool status_matches(std::string_view wanted, std::string_view status) {
  if (wanted.empty()) return true;
  if (wanted == "-") return status.empty();
  const auto wanted_parts = split(wanted, '.');
  const auto parts = split(status, '.');
  if (parts.size() != wanted_parts.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (wanted_parts[i] != "*" && wanted_parts[i] != parts[i]) return false;
  }
  return true;
}

/// Words of relays that give no enhanced status for a mailbox that is not there.
bool says_unknown_user(std::string_view text) {
  constexpr std::array<std::string_view, 14> words{
      "user unknown",     "unknown user",   "no such user",       "no such recipient", "no such mailbox", "unknown recipient",
      "recipient unknown", "does not exist", "doesn't exist",      "invalid mailbox",   "unknown mailbox", "no mailbox here",
      "not a known user", "address unknown"};
  const auto lower = ascii_lower(text);
  for (const auto word : words) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return false;
}

/// The enhanced status at the head of a reply text (RFC 2034 section 4), cut off from it; or "".
std::string take_status(std::string_view& text) {
  std::size_t at = 0;
  for (int part = 0; part < 3; ++part) {
    const auto first = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    if (at == first || at - first > 3) return {};
    if (part == 0 && (at - first != 1 || (text[first] != '2' && text[first] != '4' && text[first] != '5'))) return {};
    if (part < 2 && (at >= text.size() || text[at++] != '.')) return {};
  }
  if (at < text.size() && text[at] != ' ' && text[at] != '\t') return {};
  std::string status{text.substr(0, at)};
  text = trim(text.substr(at));
  return status;
}

/// One clean line within the limit; plain ASCII, which is nearly all of them, is copied as it stands.
std::string clean_line(std::string_view text) {
  bool plain = text.size() <= max_text_bytes;
  for (const char c : text) plain = plain && static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F;
  if (plain) return std::string{text};
  std::string clean = clean_utf8(text.substr(0, 4 * max_text_bytes));
  for (char& c : clean) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return std::string{truncate_utf8(trim(clean), max_text_bytes)};
}

}  // namespace

std::string_view name_of(Stage stage) { return name_in(stage_names, stage); }
std::optional<Stage> stage_of(std::string_view name) { return value_in(stage_names, name); }
std::string_view name_of(OutcomeKind kind) { return name_in(kind_names, kind); }
std::optional<OutcomeKind> outcome_kind_of(std::string_view name) { return value_in(kind_names, name); }
std::string_view name_of(Blame blame) { return name_in(blame_names, blame); }

std::string Outcome::line() const {
  std::string out;
  if (code != 0) out = fmt::format("{}", code);
  for (const auto& part : {enhanced, text}) {
    if (part.empty()) continue;
    if (!out.empty()) out += ' ';
    out += part;
  }
  return out;
}

Outcome classify(Stage stage, int code, std::string_view text) {
  Outcome outcome{.stage = stage, .code = code, .enhanced = {}, .text = {}};
  auto rest = trim(text);
  outcome.enhanced = take_status(rest);
  outcome.text = clean_line(rest);
  if (stage == Stage::dot && code / 100 == 2) {
    outcome.kind = OutcomeKind::accepted;
    return outcome;
  }
  for (const auto& rule : rules) {
    if (!applies(rule.at, stage) || !code_matches(rule.code, code) || !status_matches(rule.status, outcome.enhanced)) continue;
    if (rule.unknown_user && !says_unknown_user(outcome.text)) continue;
    outcome.kind = rule.kind;
    outcome.blame = rule.blame;
    outcome.verdict = rule.verdict;
    break;
  }
  return outcome;
}

Outcome no_reply(Stage stage, std::string_view why) {
  return {.kind = stage == Stage::dot ? OutcomeKind::unknown : OutcomeKind::temporary,
          .blame = Blame::relay,
          .stage = stage,
          .enhanced = {},
          .text = clean_line(why)};
}

bool is_relay_trouble(const Outcome& outcome) {
  return outcome.kind == OutcomeKind::temporary && outcome.blame == Blame::relay &&
         (outcome.code != 0 || outcome.stage < Stage::mail);
}

}  // namespace tidings::delivery
