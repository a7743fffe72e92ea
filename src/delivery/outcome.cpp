#include "delivery/outcome.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/refusal.hpp"
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

constexpr Names<Blame, 4> blame_names{{{Blame::nobody, "nobody"},
                                       {Blame::address, "address"},
                                       {Blame::message, "message"},
                                       {Blame::relay, "relay"}}};

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

/// What the words of a reply must say for a rule to apply.
enum class Say { anything, no_such_user, greylisted, refusal_of_us, refusal_of_us_or_user };

/// One line of the table. `status` is an enhanced status with '*' for any number, "" for any or none, or "-"
/// for none at all; `code` 0 is any, 5 any 5yz, 4 any 4yz.
struct Rule {
  At at;
  int code;
  std::string_view status;
  Say words;
  OutcomeKind kind;
  Blame blame;
  Verdict verdict;
};

constexpr auto temporary = OutcomeKind::temporary;
constexpr auto permanent = OutcomeKind::permanent;

// First match wins. Sources: RFC 3463, RFC 5321 section 4.2, RFC 7504, RFC 7505, and the published reply
// lists of Gmail and Yahoo. Gmail answers 550 5.2.1 both for an inactive account and for one that receives
// too much: scored, never hard. Words come before codes, since many refusals of us use a mailbox code: 550
// 5.4.5 is Gmail's daily limit. base/refusal.cpp lists the words about us.
constexpr std::array rules{
    // The relay as a whole: before MAIL there is no recipient; 421 closes the service; x.7.x is policy.
    Rule{At::session, 0, "", Say::anything, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 421, "", Say::anything, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 530, "", Say::anything, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 534, "", Say::anything, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 535, "", Say::anything, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 538, "", Say::anything, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 521, "", Say::anything, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 571, "", Say::anything, temporary, Blame::relay, Verdict::none},
    // One mailbox that asks us to come again, whatever the status.
    Rule{At::rcpt, 4, "", Say::greylisted, temporary, Blame::address, Verdict::none},
    Rule{At::data, 4, "", Say::greylisted, temporary, Blame::address, Verdict::none},
    // Office 365 for addresses missing from its directory.
    Rule{At::rcpt, 5, "5.4.1", Say::anything, permanent, Blame::address, Verdict::soft},
    // A mailbox status stands: "5.2.1 account suspended".
    Rule{At::rcpt, 5, "5.2.1", Say::anything, permanent, Blame::address, Verdict::soft},
    Rule{At::rcpt, 5, "5.2.2", Say::anything, permanent, Blame::address, Verdict::soft},
    Rule{At::rcpt, 4, "4.2.*", Say::anything, temporary, Blame::address, Verdict::none},
    // "No such user, or you are listed at ...": a refusal, but no proof against the mailbox.
    Rule{At::rcpt, 5, "", Say::refusal_of_us_or_user, permanent, Blame::address, Verdict::soft},
    Rule{At::anywhere, 5, "", Say::refusal_of_us, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 4, "", Say::refusal_of_us, temporary, Blame::relay, Verdict::none},
    // The mailbox does not exist: suppressed at once, but only if RCPT is refused.
    Rule{At::rcpt, 5, "5.1.1", Say::anything, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 5, "5.1.0", Say::anything, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 5, "5.1.2", Say::anything, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 5, "5.1.3", Say::anything, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 5, "5.1.6", Say::anything, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 5, "5.1.10", Say::anything, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 5, "5.4.4", Say::anything, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 5, "5.7.13", Say::anything, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 5, "5.7.17", Say::anything, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 5, "5.7.18", Say::anything, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 5, "5.7.27", Say::anything, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 550, "-", Say::no_such_user, permanent, Blame::address, Verdict::hard},
    Rule{At::rcpt, 553, "-", Say::no_such_user, permanent, Blame::address, Verdict::hard},
    // The message: too big or malformed. No mailbox is to blame.
    Rule{At::anywhere, 5, "5.2.3", Say::anything, permanent, Blame::message, Verdict::none},
    Rule{At::anywhere, 5, "5.3.4", Say::anything, permanent, Blame::message, Verdict::none},
    Rule{At::anywhere, 5, "5.6.*", Say::anything, permanent, Blame::message, Verdict::none},
    Rule{At::anywhere, 552, "-", Say::anything, permanent, Blame::message, Verdict::none},
    // Policy, reputation, and the sender's address.
    Rule{At::anywhere, 4, "*.7.*", Say::anything, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 5, "*.7.*", Say::anything, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 5, "5.1.7", Say::anything, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 5, "5.1.8", Say::anything, temporary, Blame::relay, Verdict::none},
    Rule{At::mail, 0, "", Say::anything, temporary, Blame::relay, Verdict::none},
    // It did not understand us: a defect between us and this relay, not the recipient's.
    Rule{At::anywhere, 500, "", Say::anything, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 502, "", Say::anything, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 503, "", Say::anything, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 504, "", Say::anything, temporary, Blame::relay, Verdict::none},
    Rule{At::anywhere, 555, "", Say::anything, temporary, Blame::relay, Verdict::none},
    // Temporary trouble of the mailbox: scored once it is final.
    Rule{At::anywhere, 4, "*.1.*", Say::anything, temporary, Blame::address, Verdict::none},
    Rule{At::anywhere, 4, "*.2.*", Say::anything, temporary, Blame::address, Verdict::none},
    Rule{At::anywhere, 4, "*.4.1", Say::anything, temporary, Blame::address, Verdict::none},
    Rule{At::anywhere, 4, "*.4.7", Say::anything, temporary, Blame::address, Verdict::none},
    // The rest: 5yz is about this address as far as anybody can tell, everything else is retried.
    Rule{At::anywhere, 5, "", Say::anything, permanent, Blame::address, Verdict::soft},
    Rule{At::anywhere, 0, "", Say::anything, temporary, Blame::nobody, Verdict::none},
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

bool code_matches(int wanted, int code) {
  return wanted == 0 || wanted == code || (wanted < 10 && wanted == code / 100);
}

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

/// Words of relays without an enhanced status for a mailbox that does not exist.
bool says_unknown_user(std::string_view text) {
  constexpr std::array<std::string_view, 14> words{
      "user unknown",      "unknown user",      "no such user",     "no such recipient", "no such mailbox",
      "unknown recipient", "recipient unknown", "does not exist",   "doesn't exist",     "invalid mailbox",
      "unknown mailbox",   "no mailbox here",   "not a known user", "address unknown"};
  const auto lower = ascii_lower(text);
  for (const auto word : words) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return false;
}

bool says(Say wanted, std::string_view text) {
  switch (wanted) {
    case Say::anything: return true;
    case Say::no_such_user: return says_unknown_user(text);
    case Say::greylisted: return is_greylisting(text);
    case Say::refusal_of_us: return refused_part(text).has_value();
    case Say::refusal_of_us_or_user: return says_unknown_user(text) && refused_part(text).has_value();
  }
  return false;
}

/// Removes and returns the enhanced status at the head of a reply text (RFC 2034 section 4); or "".
std::string take_status(std::string_view& text) {
  std::size_t at = 0;
  for (int part = 0; part < 3; ++part) {
    const auto first = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    if (at == first || at - first > 3) return {};
    if (part == 0 && (at - first != 1 || (text[first] != '2' && text[first] != '4' && text[first] != '5')))
      return {};
    if (part < 2 && (at >= text.size() || text[at++] != '.')) return {};
  }
  if (at < text.size() && text[at] != ' ' && text[at] != '\t') return {};
  std::string status{text.substr(0, at)};
  text = trim(text.substr(at));
  return status;
}

/// One clean line within the limit; plain ASCII, which is nearly all of them, is copied unchanged.
std::string clean_line(std::string_view text) {
  bool plain = text.size() <= max_text_bytes;
  for (const char c : text)
    plain = plain && static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F;
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
    if (!applies(rule.at, stage) || !code_matches(rule.code, code) ||
        !status_matches(rule.status, outcome.enhanced))
      continue;
    if (!says(rule.words, outcome.text)) continue;
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

bool concerns_everybody(const Outcome& outcome) {
  if (!is_relay_trouble(outcome)) return false;
  if (outcome.stage <= Stage::mail || outcome.code == 421 || outcome.code / 10 == 53 || outcome.code == 521)
    return true;
  const auto part = refused_part(outcome.text);
  return part && concerns_everybody(*part);
}

}  // namespace tidings::delivery
