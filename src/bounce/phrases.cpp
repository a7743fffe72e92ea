#include "bounce/phrases.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/refusal.hpp"
#include "base/text.hpp"
#include "bounce/phrases_address.hpp"
#include "bounce/phrases_message.hpp"
#include "bounce/scan.hpp"

namespace tidings::bounce {
namespace {

// The order is the rule. More specific groups come first, and every doubt is soft:
const std::array table{
    // Refusals of us in words about addresses: "sender address rejected: domain not found".
    PhraseGroup{Reason::rate, phrases::our_volume}, PhraseGroup{Reason::policy, phrases::sender},
    PhraseGroup{Reason::network, phrases::lookup_later},
    // The mailbox is known to exist, so nothing below can be meant: "user unknown or mailbox full".
    PhraseGroup{Reason::mailbox_full, phrases::full}, PhraseGroup{Reason::too_big, phrases::big},
    PhraseGroup{Reason::suspended, phrases::unclear},
    // The domain's word about all of its mailboxes.
    PhraseGroup{Reason::no_mail, phrases::no_mail},
    // Our route or our patience: "unknown domain, relaying denied", "retry timeout exceeded: user unknown".
    PhraseGroup{Reason::relaying, refusal_phrases(RefusedPart::relaying)},
    PhraseGroup{Reason::expired, phrases::expired},
    // The mailbox and its domain, from the special to the general: "account * does not exist" holds
    // "account".
    PhraseGroup{Reason::disabled, phrases::disabled}, PhraseGroup{Reason::moved, phrases::moved},
    PhraseGroup{Reason::host_unknown, phrases::host}, PhraseGroup{Reason::user_unknown, phrases::user},
    PhraseGroup{Reason::user_unknown, phrases::user_vaguely},
    PhraseGroup{Reason::suspended, phrases::suspended},
    // All of them are soft; the order only decides which one names the reason.
    PhraseGroup{Reason::spam, phrases::spam}, PhraseGroup{Reason::rate, phrases::rate},
    PhraseGroup{Reason::policy, phrases::policy},
    PhraseGroup{Reason::policy, refusal_phrases(RefusedPart::login)},
    PhraseGroup{Reason::content, phrases::content}, PhraseGroup{Reason::network, phrases::network},
    PhraseGroup{Reason::system, phrases::system}};

template <class Phrases>
bool any_of(std::string_view flat, const Phrases& list) {
  return std::any_of(std::begin(list), std::end(list),
                     [&](std::string_view each) { return contains_pattern(flat, each); });
}

/// Without addresses, host names and links: "host spam.example said: no such user" is not about spam.
std::string own_words(std::string_view flat) {
  std::string words;
  for (const auto token : split(flat, ' ')) {
    const auto dot = token.find('.');
    const bool name = dot != std::string_view::npos && dot + 1 < token.size() &&
                      token.find_first_not_of(".0123456789-#()[]:;,") < token.size() && token[dot + 1] != '.';
    if (token.find('@') == std::string_view::npos && !name) words += std::string{token} + " ";
  }
  return words;
}

}  // namespace

std::span<const PhraseGroup> phrase_table() { return table; }

bool is_about_us(std::string_view flat) {
  auto words = own_words(flat);
  for (const auto each : phrases::not_about_us) words = replace_all(words, each, "");
  return any_of(words, phrases::about_us);
}

bool is_before_recipient(std::string_view flat) {
  if (any_of(flat, phrases::before_recipient)) return true;
  // sendmail shows only the refused command and its answer.
  return flat.find(">>> mail from") != std::string_view::npos &&
         flat.find(">>> rcpt to") == std::string_view::npos &&
         flat.find(">>> data") == std::string_view::npos;
}

bool is_surely_spam(std::string_view flat) { return any_of(own_words(flat), phrases::spam_for_sure); }

bool names_another_cause(std::string_view flat) { return any_of(own_words(flat), phrases::another_cause); }

bool is_only_vague(std::string_view flat) { return !any_of(flat, phrases::user); }

Reason cause_beside(std::string_view flat) {
  std::string rest = own_words(flat);
  for (const auto phrase : phrases::user_vaguely) rest = replace_all(rest, phrase, "");
  for (const auto& group : table) {
    const bool of_message = group.reason == Reason::spam || group.reason == Reason::rate ||
                            group.reason == Reason::policy || group.reason == Reason::content;
    if (of_message && any_of(rest, group.phrases)) return group.reason;
  }
  return names_another_cause(rest) ? Reason::policy : Reason::unknown;
}

}  // namespace tidings::bounce
