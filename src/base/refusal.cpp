#include "base/refusal.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.hpp"

namespace tidings {
namespace {

using P = std::string_view;

// clang-format off

constexpr P login[] = {
    // Exim on cPanel and other hosters
    "turn on smtp auth", "smtp authentication",
    // sendmail, Gmail, Exchange, Office 365
    "authentication required", "authentication is required", "authentication needed", "authenticate first",
    "requires authentication",
    "must be authenticated", "must authenticate", "must login", "must log in", "not logged in",
    "client was not authenticated",
    "client not authenticated", "authentication credentials invalid", "authentication failed",
    "invalid login", "bad credentials",
    "log in via your web browser", "check your mail before", "pop before smtp",
    // Postfix, Gmail: TLS before the login
    "must issue a starttls", "starttls is required"};

constexpr P account[] = {
    // hosters (cPanel, Plesk), SendGrid, Mailgun, Postmark, Brevo
    "account suspended", "account is suspended", "account has been suspended", "account was suspended",
    "account is under review",
    "account is not active", "account not activated", "account is disabled by", "your account is disabled",
    "your account has been disabled",
    "your account is blocked", "your account has been blocked", "sender account", "suspended due to",
    "sending from this account", "payment required", "unpaid", "sandbox",
    "outgoing mail * suspended", "not allowed to send mail from this account",
    "sending is disabled", "sending disabled", "sending suspended", "has been suspended from sending",
    // Amazon SES
    "address is not verified", "address not verified", "identities failed the check", "sending paused",
    "sending is paused", "sending has been paused",
    // Postmark, Mailjet, Brevo
    "sender signature", "sender is not verified", "sender not verified", "unverified sender"};

constexpr P quota[] = {
    // Gmail and its relay (5.4.5), Office 365, Yahoo
    "daily user sending", "sending limit",
    "sending quota", "daily smtp relay", "submission quota", "outbound * limit exceeded",
    // Amazon SES
    "maximum sending rate", "throttling failure", "daily message quota",
    // cPanel, Plesk, OVH, IONOS, Hetzner
    "max defers and failures", "maximum emails per", "mails per hour",
    "mails per day", "messages per hour", "messages per day", "hourly limit", "hourly quota", "daily limit",
    "daily quota",
    "outgoing message limit", "outgoing messages limit", "outgoing mail limit",
    "exceeded the limit of outgoing", "outbound spam",
    "sending too many", "sent too many", "message limit exceeded", "quota of messages",
    "mail quota exceeded for sender",
    // SendGrid, Mailgun
    "credits exceeded", "plan limit", "monthly limit", "monthly quota"};

constexpr P relaying[] = {
    // Exim
    "relay not permitted", "not permitted to relay", "relaying is not permitted", "relaying not permitted",
    // Postfix
    "relay access denied", "relay denied",
    // sendmail
    "relaying denied", "relaying mail to", "insecure mail relay",
    // qmail, netqmail, Courier
    "allowed rcpthost", "list of allowed rcpt", "rcpthosts", "isn't in my list", "is not in my list",
    // Exchange, IIS
    "unable to relay", "relaying is prohibited", "relaying prohibited", "relay prohibited",
    "relay not allowed",
    // several
    "relaying not allowed", "relaying is denied", "allowed to relay", "not an open relay", "we don't relay",
    "do not relay", "does not relay", "no relaying", "relaying disabled", "relay disabled",
    "relay forbidden", "configured to relay",
    "as a relay", "smtp relay error", "don't handle mail for", "not a gateway", "not local host",
    "open relay not",
    "relay rejected", "refused to relay"};

constexpr P sender[] = {
    // Postfix
    "client host rejected", "sender address rejected", "helo command rejected", "not owned by user",
    // Exchange, Office 365
    "delivery not authorized", "bad outbound sender", "traffic not accepted from this ip",
    "send as this sender",
    "not have permissions to send as", "permission to send as",
    // Exim
    "sender verify failed",
    // Gmail, Yahoo, Microsoft: SPF, DKIM, DMARC
    "unauthenticated email", "unauthenticated mail", "5.7.26 unauthenticated", "not authenticated",
    "sender is unauthenticated",
    "sender unauthenticated", "authentication information that is invalid", "authentication checks",
    "dmarc policy", "dmarc check",
    "fails dmarc", "failed dmarc", "spf check failed", "spf fail", "dkim fail",
    // several
    "sender rejected", "sender denied", "sender not allowed", "sender is not allowed",
    "sender not authorized", "sender is not authorized",
    "not authorized to send", "not allowed to send", "from address not allowed", "from header",
    "your host", "your server", "your mail server", "your ip", "your domain is", "reverse dns", "ptr record",
    "mail not accepted from", "not accepting mail from you", "do not accept mail from",
    "does not accept mail from"};

constexpr P reputation[] = {
    // blocklists, in the words of Postfix, Exim, Exchange, Gmail and the lists themselves
    "blacklist", "black list", "black-list", "block list", "blocklist", "block-list", "denylist",
    "deny list", "blocked by", "blocked using",
    "was blocked", "been blocked", "is blocked", "ip blocked", "listed in", "listed at", "listed by",
    "listed on", "banned", " rbl", "rbl ",
    "dnsbl", "spamhaus", "spamcop", "senderbase", "barracuda", "reputation", "dynamic ip",
    "dynamic address", "bad ip",
   
    // the message counts as spam, which concerns its sender
    "rejected as spam", "detected as spam", "considered spam", "considered as spam", "classified as spam",
    "identified as spam",
    "looks like spam", "appears to be spam", "likely unsolicited", "unsolicited mail", "unsolicited bulk",
    "is spam",
    "spam message rejected", "spam detected", "spam rejected", "spam score", "suspected spam",
    "high probability of spam", "spam content"};

constexpr P policy[] = {
    // Exim
    "administrative prohibition",
    // hosts that accept no mail at all from us (RFC 7504)
    "no mail accepted", "no mail service here", "mail service not available",
    "not accepting mail from this host",
    "not authorized to use this", "not allowed to use this", "you are not allowed",
    "you are not authorized", "access denied",
    "connection denied", "service refused", "refused due to policy", "rejected due to policy",
    "policy violation", "policy rejection",
    "policy reasons", "local policy", "security policy"};

constexpr P greylisting[] = {
    // Postgrey, milter-greylist, Exim, rspamd, SQLgrey; Gmail has none
    "greylist", "graylist", "grey list", "gray list", "grey-list", "gray-list",
    "temporarily deferred, try again in",
    "please try again in * second", "please try again in * minute", "try again in * seconds",
    "try again in * minutes", "come back later",
    "triplet", "not yet known"};

// clang-format on

struct Part {
  RefusedPart part;
  std::string_view name;
  std::span<const P> phrases;
};

// In order of precedence: the most specific about what to do comes first.
constexpr std::array parts{
    Part{RefusedPart::quota, "quota", quota},    Part{RefusedPart::account, "account", account},
    Part{RefusedPart::login, "login", login},    Part{RefusedPart::relaying, "relaying", relaying},
    Part{RefusedPart::sender, "sender", sender}, Part{RefusedPart::reputation, "reputation", reputation},
    Part{RefusedPart::policy, "policy", policy}};

const Part& part_of(RefusedPart wanted) {
  return *std::find_if(parts.begin(), parts.end(), [&](const Part& each) { return each.part == wanted; });
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A host name, link or address: its letters mean nothing.
bool is_name(std::string_view word) {
  if (word.find('@') != std::string_view::npos || word.find("://") != std::string_view::npos) return true;
  const auto dot = word.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 >= word.size()) return false;
  return std::isalnum(static_cast<unsigned char>(word[dot - 1])) != 0 &&
         std::isalnum(static_cast<unsigned char>(word[dot + 1])) != 0;
}

/// Lower case, one blank between words, underscores as blanks ("RBL_Restriction"), without names. Names of
/// blocklists are recognised by the words around them: "blocked using".
std::string own_words(std::string_view text) {
  const auto line = collapse_blanks(ascii_lower(text));
  std::string out{" "};
  for (const auto word : split(line, ' ')) {
    if (is_name(word) && word.find("spamhaus") == std::string_view::npos &&
        word.find("spamcop") == std::string_view::npos)
      continue;
    out += word;
    out += ' ';
  }
  return out;
}

bool any_of(std::string_view words, std::span<const P> phrases) {
  return std::any_of(phrases.begin(), phrases.end(), [&](P each) { return contains_pattern(words, each); });
}

}  // namespace

std::string_view name_of(RefusedPart part) { return part_of(part).name; }

std::span<const std::string_view> refusal_phrases(RefusedPart part) { return part_of(part).phrases; }

std::optional<RefusedPart> refused_part(std::string_view text) {
  const auto words = own_words(text);
  for (const auto& each : parts) {
    if (any_of(words, each.phrases)) return each.part;
  }
  return std::nullopt;
}

bool concerns_everybody(RefusedPart part) { return part == RefusedPart::login || part == RefusedPart::quota; }

bool is_greylisting(std::string_view text) { return any_of(own_words(text), greylisting); }

std::string refusal_key(std::string_view text) {
  std::string key;
  const auto words = own_words(text.substr(0, 500));
  for (const auto word : split(words, ' ')) {
    // A queue id, session id or number is any word with a digit in it. Only the letters of the rest are
    // compared.
    if (word.empty() || std::any_of(word.begin(), word.end(), is_digit)) continue;
    std::string letters;
    for (const char c : word) {
      const auto byte = static_cast<unsigned char>(c);
      if (std::isalpha(byte) != 0 || byte >= 0x80) letters += c;
    }
    if (letters.empty()) continue;
    if (!key.empty()) key += ' ';
    key += letters;
  }
  return key;
}

bool contains_pattern(std::string_view text, std::string_view pattern) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return text.find(pattern) != std::string_view::npos;
  const auto head = pattern.substr(0, star);
  const auto tail = pattern.substr(star + 1);
  constexpr std::size_t gap = 100;
  for (auto at = text.find(head); at != std::string_view::npos; at = text.find(head, at + 1)) {
    const auto rest = text.substr(at + head.size(), gap + tail.size());
    if (contains_pattern(rest, tail)) return true;
  }
  return false;
}

}  // namespace tidings
