#include "bounce/heuristics.hpp"

#include <algorithm>
#include <array>

#include "base/refusal.hpp"
#include "base/text.hpp"
#include "bounce/notice_words.hpp"
#include "bounce/reason.hpp"
#include "bounce/scan.hpp"

namespace tidings::bounce {
namespace {

using P = std::string_view;

template <class Phrases>
bool any_of(std::string_view flat, const Phrases& phrases) {
  return std::any_of(std::begin(phrases), std::end(phrases),
                     [&](P phrase) { return contains_pattern(flat, phrase); });
}

// ---- where the returned message begins
// -------------------------------------------------------------------------------

bool is_ruled(std::string_view line) {
  const auto text = trim(line);
  return text.starts_with("--") || text.starts_with("==") || text.starts_with("**") ||
         text.starts_with("__") || text.starts_with("|-");
}

bool starts_returned(std::string_view line) {
  const auto flat = ascii_lower(trim(line));
  if (flat.starts_with("content-type: message/rfc822") ||
      flat.starts_with("content-type: text/rfc822-headers"))
    return true;
  if (flat.size() > 120) return false;
  if (is_ruled(line) && (flat.find("original message") != std::string::npos ||
                         flat.find("mensagem original") != std::string::npos ||
                         flat.find("original mail") != std::string::npos)) {
    return true;
  }
  return std::any_of(std::begin(words::cut_lines), std::end(words::cut_lines), [&](P mark) {
    const auto at = flat.find(mark);
    if (at == std::string::npos) return false;
    // "The returned message says ..." is prose; a heading is alone or between rules.
    const bool loose = mark == "returned message" || mark == "undeliverable message" || mark == "kopie der" ||
                       mark == "copie du message";
    return !loose || is_ruled(line);
  });
}

bool is_field_line(std::string_view line) {
  const auto colon = line.find(':');
  return colon != std::string_view::npos && colon > 1 && colon < 40 &&
         line.substr(0, colon).find_first_of(" \t<>@") == std::string_view::npos;
}

bool starts_header(const std::vector<std::string_view>& lines, std::size_t at) {
  const auto start = ascii_lower(lines[at].substr(0, 16));
  if (!start.starts_with("received:") && !start.starts_with("return-path:") &&
      !start.starts_with("delivered-to:") && !start.starts_with(">return-path")) {
    return false;
  }
  int fields = 0;
  for (std::size_t i = at; i < std::min(at + 8, lines.size()); ++i) fields += is_field_line(lines[i]) ? 1 : 0;
  return fields >= 2;
}

// ---- which address is a recipient
// --------------------------------------------------------------------------------

struct Candidate {
  std::string address{};
  int tier = 0;
  std::size_t line = 0;
};

std::string_view strip_bullets(std::string_view line) {
  line = trim(line);
  while (!line.empty() && std::string_view{"*->|#'\"[(•·:"}.find(line.front()) != std::string_view::npos)
    line.remove_prefix(1);
  return trim(line);
}

/// The text before the address, without the punctuation attached to it.
std::string label_before(std::string_view before) {
  auto text = ascii_lower(trim(before));
  while (!text.empty() && std::string_view{" \t:<\"'[(=-;"}.find(text.back()) != std::string_view::npos)
    text.pop_back();
  for (const std::string_view scheme : {"[smtp", ":smtp", " smtp", "rfc822", "mailto"}) {
    if (text.ends_with(scheme)) text.resize(text.size() - scheme.size());
  }
  while (!text.empty() && std::string_view{" \t:<\"'[(=-;"}.find(text.back()) != std::string_view::npos)
    text.pop_back();
  while (!text.empty() && std::string_view{"*->|#'\"[( \t"}.find(text.front()) != std::string_view::npos)
    text.erase(text.begin());
  return text;
}

template <class Labels>
bool ends_with_label(std::string_view text, const Labels& labels) {
  return std::any_of(std::begin(labels), std::end(labels), [&](P label) {
    if (!text.ends_with(label)) return false;
    const auto before = text.size() - label.size();
    return before == 0 ||
           std::string_view{" \t:;,.-[(<>*"}.find(text[before - 1]) != std::string_view::npos ||
           static_cast<unsigned char>(text[before - 1]) >= 0x80;
  });
}

bool says_failure(std::string_view line) {
  const auto flat = flatten(line);
  return any_of(flat, words::failure) || reason_of_words(flat) != Reason::unknown ||
         find_reply_code(line) != 0 || !find_status(line).empty();
}

/// "c=US;a= ;p=QUAY;dda:SMTP=ann@quay.example": an X.400 name with an internet address (RFC 2156).
bool names_gateway(std::string_view before) {
  return before.ends_with("smtp=") || before.ends_with("rfc-822=") || before.ends_with("rfc822=");
}

/// 4: named as a recipient; 3: alone on a line; 2: in a line with a failure; 1: anywhere; 0: somebody else.
int tier_of(std::string_view line, const FoundAddress& found, std::size_t count) {
  const auto flat = ascii_lower(line);
  const auto before = label_before(line.substr(0, found.begin));
  const auto after = trim(line.substr(found.end));
  if (ends_with_label(before, words::other_labels)) return 0;
  if (names_gateway(flat.substr(0, found.begin))) return 4;
  const auto start = strip_bullets(line);
  const bool first =
      !start.empty() && line.find(start.substr(0, 1)) != std::string_view::npos && before.empty();
  const bool ok = flat.find("<<< 250") == std::string::npos && flat.find("recipient ok") == std::string::npos;
  if (!ok) return 0;
  if (ends_with_label(before, words::recipient_labels)) return 4;
  if (first && !after.empty() &&
      (after.starts_with(":") || after.starts_with("..") || after.starts_with(",")) && count == 1)
    return 4;
  if (first && found.bracketed && after.starts_with(":")) return 4;
  if (first && (after.empty() || after.find_first_not_of(" .:;,*<>()[]\"'|") == std::string_view::npos))
    return 3;
  if (any_of(flat, words::advice)) return first && says_failure(line) ? 2 : 0;
  if (ends_with_label(before, words::to_labels) && before.size() <= 4) return 1;
  if (first && says_failure(after)) return 4;
  if (first && (after.starts_with("on ") || after.starts_with("(") || after.starts_with("<") ||
                after.starts_with("[")))
    return 4;
  if (find_reply_code(before + " ") != 0 && before.size() <= 14)
    return 4;  // "550 5.1.1 <a@b>... User unknown"
  if (says_failure(line)) return 2;
  return 1;
}

bool is_daemon(std::string_view address) {
  const auto local = ascii_lower(address.substr(0, address.find('@')));
  return local == "mailer-daemon" || local == "postmaster" || local == "mdaemon" ||
         local == "double-bounce" || local == "abuse" || local.starts_with("mailerdaemon");
}

bool is_own(const Mail& mail, std::string_view address) {
  for (const std::string_view name :
       {"from", "to", "reply-to", "delivered-to", "x-original-to", "envelope-to"}) {
    for (const auto& found : find_addresses(field(mail.fields, name))) {
      if (ascii_iequals(found.address, address)) return true;
    }
  }
  return false;
}

/// Longer lines are not prose (RFC 5322 section 2.1.1 has 998); each is examined once for each of its
/// addresses.
constexpr std::size_t longest_line = 2000;

std::vector<Candidate> candidates(const std::vector<std::string_view>& lines) {
  std::vector<Candidate> all;
  bool accepted_next = false;
  for (std::size_t i = 0; i < lines.size() && all.size() < 500; ++i) {
    const auto line = lines[i].substr(0, longest_line);
    const auto found = find_addresses(line);
    const auto flat = ascii_lower(trim(line));
    // A command of the transcript: the answer below it counts.
    const bool command = flat.find("rcpt to") != std::string::npos;
    accepted_next = command && i + 1 < lines.size() &&
                    (contains_pattern(ascii_lower(lines[i + 1]), "<<< 2") ||
                     contains_pattern(ascii_lower(lines[i + 1]), " 250 "));
    for (const auto& each : found) {
      const int tier = accepted_next ? 0 : tier_of(line, each, found.size());
      if (tier > 0) all.push_back({.address = each.address, .tier = tier, .line = i});
    }
  }
  return all;
}

/// Exim hides the target of a user's own forward: "an undisclosed address (generated from a@b)".
std::vector<Candidate> generated_from(const std::vector<std::string_view>& lines) {
  std::vector<Candidate> all;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto flat = ascii_lower(lines[i].substr(0, longest_line));
    if (flat.find("generated from") == std::string::npos &&
        flat.find("originally addressed to") == std::string::npos &&
        flat.find("expanded from") == std::string::npos)
      continue;
    for (const auto& each : find_addresses(lines[i].substr(0, longest_line)))
      all.push_back({.address = each.address, .tier = 4, .line = i});
  }
  return all;
}

/// "Subject: ...", "Original sender: ...": not about a recipient.
bool is_field_of_others(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  const auto label = label_before(line.substr(0, colon));
  return std::find(std::begin(words::other_labels), std::end(words::other_labels), label) !=
         std::end(words::other_labels);
}

std::string words_for(const std::vector<std::string_view>& lines, const std::vector<Candidate>& chosen,
                      const Candidate& candidate) {
  const auto taken = [&](std::size_t line) {
    return std::any_of(chosen.begin(), chosen.end(), [&](const Candidate& each) {
      return each.line == line && each.address != candidate.address;
    });
  };
  std::string words;
  int blanks = 0;
  bool said = false;
  for (std::size_t i = candidate.line; i < lines.size() && i < candidate.line + 14 && words.size() < 1500;
       ++i) {
    const auto line = trim(lines[i]);
    if (i > candidate.line && taken(i)) break;
    if (line.empty()) {
      if (said || ++blanks > 1) break;
      continue;
    }
    if (i > candidate.line && is_field_of_others(line)) continue;
    if (i > candidate.line) said = true;
    words += std::string{line} + " ";
    if (i == candidate.line && (reason_of_words(line) != Reason::unknown || find_reply_code(line) != 0))
      said = true;
  }
  return words;
}

/// If the words beside the address say nothing: the line with the host's answer, up to the next blank one
/// (Gmail).
std::string answer_in(const std::vector<std::string_view>& lines) {
  std::string answer;
  for (const auto line : lines) {
    if (answer.empty() && find_reply_code(line.substr(0, longest_line)) == 0) continue;
    if (trim(line).empty() || answer.size() > 1500) break;
    answer += std::string{trim(line)} + " ";
  }
  return answer;
}

}  // namespace

Notice cut_notice(std::string_view text) {
  const auto lines = split(text, '\n');
  std::size_t offset = 0;
  bool seen = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool marked =
        starts_returned(lines[i]) || lines[i] == "-- ";  // or a signature: what scanned it, and the like
    if (seen && (marked || starts_header(lines, i))) {
      const auto from = marked ? std::min(text.size(), offset + lines[i].size() + 1) : offset;
      return {.text = std::string{text.substr(0, offset)}, .rest = std::string{text.substr(from)}};
    }
    seen = seen || !trim(lines[i]).empty();
    offset += lines[i].size() + 1;
  }
  return {.text = std::string{text}, .rest = {}};
}

std::vector<Finding> find_recipients(const Mail& mail, std::string_view notice) {
  const auto lines = split(notice, '\n');
  auto all = candidates(lines);
  std::erase_if(all, [](const Candidate& each) { return is_daemon(each.address); });
  const bool others =
      std::any_of(all.begin(), all.end(), [&](const Candidate& each) { return !is_own(mail, each.address); });
  if (others) std::erase_if(all, [&](const Candidate& each) { return is_own(mail, each.address); });
  const auto best =
      std::max_element(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.tier < b.tier; });
  std::vector<Candidate> chosen;
  if (best != all.end()) {
    const int floor = best->tier >= 3 ? 3 : best->tier;
    std::copy_if(all.begin(), all.end(), std::back_inserter(chosen),
                 [&](const Candidate& each) { return each.tier >= floor; });
    if (floor == 1) {
      // Nothing identifies it: only an address that is alone in the whole notice.
      const bool alone = std::all_of(chosen.begin(), chosen.end(), [&](const Candidate& each) {
        return ascii_iequals(each.address, chosen.front().address);
      });
      if (!alone) chosen.clear();
    }
  }
  if (chosen.empty()) chosen = generated_from(lines);
  std::vector<Finding> found;
  for (const auto& each : chosen) {
    const auto same = std::find_if(found.begin(), found.end(), [&](const Finding& other) {
      return ascii_iequals(other.address, each.address);
    });
    auto words = words_for(lines, chosen, each);
    if (same == found.end()) {
      found.push_back({.address = each.address, .diagnostic = std::move(words)});
    } else if (same->diagnostic.find(words) == std::string::npos) {
      same->diagnostic += words;
    }
  }
  if (found.size() == 1) {
    auto& words = found.front().diagnostic;
    if (find_reply_code(words) == 0 && reason_of_words(words) == Reason::unknown) words += answer_in(lines);
  }
  return found;
}

namespace {

/// Only a mail system has such a From field; `from` in lower case.
bool is_system_sender(std::string_view from) {
  return from.find("<>") != std::string_view::npos || any_of(from, words::system_senders);
}

/// Only a mail system leaves the return address empty (RFC 5321 section 4.5.5) or has such a name.
bool is_sent_by_system(const Mail& mail) {
  return trim(field(mail.fields, "return-path")) == "<>" ||
         is_system_sender(ascii_lower(field(mail.fields, "from")));
}

/// "--- Non-Delivery Report ---"; newsletters about mail use such words too, but not at the beginning.
bool starts_in_own_voice(std::string_view notice) {
  const auto start = flatten(strip_bullets(notice.substr(0, 300)));
  return std::any_of(std::begin(words::own_voice), std::end(words::own_voice),
                     [&](P phrase) { return start.starts_with(phrase); });
}

/// Some sign that no person wrote it: people and newsletters write about bounces in the same words.
bool is_from_system(const Mail& mail, std::string_view notice) {
  if (mail.type == "multipart/report" || !trim(field(mail.fields, "x-failed-recipients")).empty())
    return true;
  if (is_system_sender(ascii_lower(field(mail.fields, "from")))) return true;
  const auto subject = flatten(field(mail.fields, "subject"));
  const bool told = any_of(subject, words::failure);
  const bool in_own_voice = any_of(flatten(notice.substr(0, 300)), words::own_voice);
  // A list passes reports on with its own fields. A list that refuses a contribution has delivered it, so
  // that is not a report.
  if (!field(mail.fields, "list-id").empty()) return told && starts_in_own_voice(notice);
  if (is_sent_by_system(mail)) return true;
  if (is_passed_on(mail)) return false;
  if (!mail.returned.empty()) return true;
  // RFC 3834: ticket systems and cron jobs also use "auto-generated".
  const auto submitted = ascii_lower(trim(field(mail.fields, "auto-submitted")));
  if (submitted.find("failure") != std::string::npos) return true;
  const bool automatic = !submitted.empty() && submitted != "no";
  return (automatic || told) && in_own_voice;
}

}  // namespace

bool is_passed_on(const Mail& mail) {
  if (is_sent_by_system(mail)) return false;
  const auto subject = flatten(field(mail.fields, "subject"));
  const bool told = std::any_of(std::begin(words::passed_on_subjects), std::end(words::passed_on_subjects),
                                [&](P prefix) { return subject.starts_with(prefix); });
  return told || !field(mail.fields, "list-unsubscribe").empty() || !field(mail.fields, "list-id").empty();
}

bool may_be_report(const Mail& mail, std::string_view notice) {
  if (!is_from_system(mail, notice)) return false;
  const bool structure =
      mail.type == "multipart/report" || !trim(field(mail.fields, "x-failed-recipients")).empty();
  return structure || !any_of(flatten(notice.substr(0, 1000)), words::to_owner);
}

int report_score(const Mail& mail, std::string_view notice) {
  if (!may_be_report(mail, notice)) return 0;
  int score = 0;
  const auto subject = flatten(field(mail.fields, "subject"));
  const auto from = ascii_lower(field(mail.fields, "from"));
  const auto return_path = trim(field(mail.fields, "return-path"));
  const auto start = flatten(notice.substr(0, 6000));
  if (return_path == "<>" || from.find("<>") != std::string::npos) score += 2;
  if (is_system_sender(from) || any_of(from, words::likely_senders)) score += 2;
  if (any_of(subject, words::failure)) score += 2;
  if (!field(mail.fields, "x-failed-recipients").empty()) score += 3;
  if (mail.report_type == "delivery-status") score += 2;
  if (mail.type == "multipart/report") score += 1;
  if (!mail.returned.empty()) score += 1;
  if (any_of(start, words::failure)) {
    score += 2;
  } else if (reason_of_words(start) == Reason::unknown &&
             (find_reply_code(start) == 0 || !is_system_sender(from))) {
    score -= 2;  // a number in the mail of a ticket system is not a reply code
  }
  if (find_reply_code(start) != 0 || !find_status(start).empty()) score += 1;
  return score;
}

Action action_of(const Mail& mail, std::string_view notice) {
  const auto subject = flatten(field(mail.fields, "subject"));
  const auto flat = flatten(notice.substr(0, 6000));
  constexpr P late[] = {"has been delayed",
                        "not yet been delivered",
                        "warning message only",
                        "this is just a warning",
                        "been postponed",
                        "delivery attempts will continue",
                        "will continue to attempt",
                        "will keep trying",
                        "is still trying",
                        "will be retried",
                        "continue to try",
                        "still being retried",
                        "still trying",
                        "do not need to resend",
                        "not need to re-send",
                        "temporary failure report",
                        "is delayed for",
                        "message delayed",
                        "delivery is delayed",
                        "will try again",
                        "keep trying"};
  constexpr P late_subjects[] = {"delayed",
                                 "(delay)",
                                 "delivery delay",
                                 "not yet been delivered",
                                 "mail delivery warning",
                                 "delivery status notification (delay",
                                 "could not send message for"};
  constexpr P final[] = {"permanent",     "failed permanently", "giving up",       "given up",
                         "gave up",       "has been removed",   "will be deleted", "no longer try",
                         "not try again", "not going to try",   "returned mail"};
  constexpr P done[] = {"successfully delivered to", "was successfully delivered", "successful delivery",
                        "delivered to the following"};
  if (any_of(subject, late_subjects)) return Action::delayed;
  if (any_of(flat, late) && !any_of(flat, final)) return Action::delayed;
  const bool doubt = flat.find("not ") != std::string::npos || flat.find("unsuccessful") != std::string::npos;
  if (any_of(flat, done) && !doubt && !any_of(flat, final)) return Action::delivered;
  return Action::failed;
}

bool is_auto_reply(const Mail& mail, std::string_view notice) {
  if (!field(mail.fields, "x-failed-recipients").empty()) return false;
  const auto subject = flatten(field(mail.fields, "subject"));
  const auto flat = flatten(notice.substr(0, 4000));
  const auto submitted = ascii_lower(field(mail.fields, "auto-submitted"));
  if (any_of(subject, words::reply_subjects)) return true;
  for (const std::string_view name :
       {"x-autoreply", "x-autorespond", "x-autoresponder", "x-vacation", "x-auto-reply"}) {
    if (!field(mail.fields, name).empty()) return true;
  }
  if (ascii_lower(field(mail.fields, "precedence")) == "auto_reply" ||
      submitted.find("vacation") != std::string::npos)
    return true;
  const auto from = ascii_lower(field(mail.fields, "from"));
  const bool daemon = is_system_sender(from) || any_of(from, words::likely_senders);
  if (submitted.starts_with("auto-replied") && !daemon && !any_of(subject, words::failure)) return true;
  // Except in a host's answer: "550 the recipient is on vacation".
  const bool answered =
      find_reply_code(notice.substr(0, 4000)) != 0 || !find_status(notice.substr(0, 4000)).empty();
  if (any_of(flat, words::reply_bodies) && !(daemon && (answered || any_of(subject, words::failure))))
    return true;
  return !daemon && any_of(flat, words::challenges) && !answered;
}

}  // namespace tidings::bounce
