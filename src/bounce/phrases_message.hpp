// Phrases that blame the message, its sender, a rule of the receiver or the route, never the address. Data of
// phrases.cpp, which sets the order in which they are tried.
//
// Lower case; '*' stands for up to 100 bytes. Each line names the system that uses the words; "several" if no
// single one does.
#pragma once

#include <string_view>

namespace tidings::bounce::phrases {

using P = std::string_view;

// clang-format off

/// Our volume, in words that resemble those about addresses.
inline constexpr P our_volume[] = {
    "too many invalid", "too many unknown", "too many bad", "too many nonexistent", "too many non-existent"};

/// Refusals of a sender, in words that resemble those about addresses.
inline constexpr P sender[] = {
    // Exim: callouts to the sender's host
    "sender verify failed", "unroutable sender", "unrouteable sender", "could not verify your return address",
    // Postfix, sendmail
    "sender address rejected", "sender rejected", "sender domain", "sender's domain", "domain of sender address",
    "helo command rejected", "client host rejected", "invalid sender", "unknown sender", "sender unknown",
    "sender does not exist", "unverified sender", "sender is not allowed", "sender not pre-approved",
    // qmail and others: the envelope sender
    "from address * does not exist", "from address domain", "from: domain is invalid", "mail from * unknown",
    "return address * does not exist", "return-path domain", "your envelope sender", "invalid domain, see",
    "emetteur invalide",
    // backscatter guards (SonicWall, MDaemon, SpamWall)
    "batv", "no third-party dsns", "null sender", "backscatter protection",
    // lists: Mailman, Sympa, Google Groups, Exchange groups
    "members-only", "members only", "closed mailing list", "allowed to post", "not subscribed to this",
    "permission to post", "restricted to authenticated", "resolver.rst.notauthorized", "resolver.rst.authrequired",
    // the recipient's own settings: AOL, Facebook, MailMarshal
    "not accept mail from", "only accepts mail from", "only accepting mail from", "not authorized to send",
    "reject your messages because",
    "recipient's privacy settings", "recipient preferences", "user rules", "senders to accept mail from",
    "on our whitelist", "access denied, sending domain",
    // our own host, looked up and not found
    "reverse dns", "ptr record", "valid ptr", "domain does not exist in dns",
    // GMX, web.de, mail.com
    "invalid dns"};

/// A name server or route that may recover.
inline constexpr P lookup_later[] = {
    "host not found, try again", "domain name not found, try again", "lookup failure, try again",
    // Gmail; Exim
    "dns records for the destination", "unrouteable mail domain"};

/// The message is too big.
inline constexpr P big[] = {
    "message too large", "message is too large", "message too big", "message is too big", "message file too big",
    "message size exceeds", "message length exceeds", "maximum message size", "max message size",
    "exceeds maximum", "exceeds the maximum", "exceed the maximum",
    "exeeded the maximum size", "exceeds size limit", "exceeds * size limit", "size exceeds * maximum",
    "size limit exceeded", "line limit exceeded", "larger than the maximum", "too large for this",
    // Postfix, sendmail, Exchange, 1&1
    "exceeds fixed", "larger than the current system limit", "exceeds administrative limit", "recipsizelimit",
    "maximum inbound message size",
    // other languages
    "taille limite du message", "メールサイズ"};

/// Given up after a long time, or still trying.
inline constexpr P expired[] = {
    // Postfix, sendmail, Exim, OpenSMTPD, Exchange
    "delivery time expired", "message expired", "queue.expired", "envelope expired", "delivery expired",
    "queue too long", "sitting in queue", "retry timeout exceeded", "retry time not reached",
    "allowed queue period", "message timed out", "not been collected after",
    // several
    "could not be delivered for", "could not be delivered within", "undeliverable for", "for too long",
    "given up after", "maximum number of attempts", "delivery failed * attempts", "failing for a long time",
    "been failing for", "not delivered within", "unable to deliver in", "aborted after",
    "after multiple retries",
    // warnings
    "will continue to be made", "has been delayed", "not yet been delivered", "still being retried"};

/// Too many messages, sessions or recipients.
inline constexpr P rate[] = {
    "rate limit", "ratelimit", "rate that prevents", "receiving mail too quickly",
    "receiving mail at a rate", "too many connections", "too many concurrent", "too many recipients",
    "too many messages", "too many smtp sessions", "too many errors", "too many mails", "throttl", "connection limit",
    "try again later", "max emails per hour", "sending rate", "greylist", "graylist", "grey listed",
    "temporarily deferred due to", "temporarily rate", "exceeded the number of", "exceeded the allowable number",
    // Orange, QQ
    "trop de connexions", "frequency limited"};

/// The content, or the sender's reputation.
inline constexpr P spam[] = {
    // several
    "spam detected",
    "spam content", "spam message", "spam filter", "spam score",
    "spam-score", "spam-related", "anti-spam", "antispam", "spamassassin", "spammer", "unsolicited",
    " spam", "junk mail", "junk email", "bulk email", "bulk mail", "virus", "malware",
    "infected",
    "phishing",
    // lists of hosts
    "blacklist", "black list", "block list", "blocklist", "denylist", "blocked by", "blocked using",
    "was blocked", "been blocked", "ip is blocked", "listed in", "listed at",
    "listed by", "banned", " rbl", "rbl ", "dnsbl", "spamhaus", "spamcop", "senderbase", "barracuda", "reputation",
    "open relay", "dynamic ip", "dynamic address", "bad ip"};

/// Words of spam that outweigh those of an unknown user.
inline constexpr P spam_for_sure[] = {
    "spam", "virus", "malware", "phishing", "blacklist", "block list", "blocklist", "blocked using", "unsolicited"};

/// A rule of the receiver, or how the sender proves who it is.
inline constexpr P policy[] = {
    // several
    "policy", "policies", "access denied", "access deny.", "not permitted", "not authorized", "not authorised",
    "administrative prohibition", "administratively", "prohibited", "security reasons",
    "you are not allowed", "is not allowed", "message refused", "message rejected", "mail rejected", "mail refused",
    "content rejected", "rejected by filter", "rule imposed", "refused to accept", "refuse to receive", "refused by",
    "denied by", "blocked", "filtered", "user reject", "bad helo", "does not like sender",
    "organizational settings", "transport.rules",
    // SPF, DKIM, DMARC, names of hosts
    "dmarc", "dkim", "spf ", "spf)", "rdns", "no ptr", "authentication checks",
    "sender authentication", "unauthenticated", "not authenticated",
    // TLS; words about our login are in base/refusal.cpp
    "tls required", "encryption required", "encryption needed"};

/// The form of the message.
inline constexpr P content[] = {
    "mime", "bad header", "header error", "line too long", "bare lf", "conversion to internet format failed", "8-bit",
    "non-ascii", "smtputf8", "attachment", "missing date", "rfc 5322", "rfc 2822"};

/// The route.
inline constexpr P network[] = {
    "connection refused", "timed out", "timeout", "no route to host",
    "network is unreachable", "host unreachable", "host is unreachable", "host not reachable", "connection reset",
    "connection dropped", "lost connection", "connection lost", "connection died", "connection failed",
    "couldn't connect", "could not connect", "unable to connect", "establish an smtp connection", "not responding",
    "did not respond", "no answer from host", "try again",
    "dns lookup failed", "dns error", "lookup failure",
    "name service error", "loop", "too many hops", "hop count", "greeting failed", "broken pipe",
    "server unavailable or busy", "find a gateway", "bad connection", "no smtp connection", "server is not reachable",
    "destination computer was", "domain is not reachable"};

/// The receiving system.
inline constexpr P system[] = {
    "local error", "local configuration error", "server configuration error", "system config error",
    "mail system full", "insufficient system storage", "no space left", "system error", "internal error",
    "internal server error", "service unavailable", "service not available", "service currently unavailable",
    "unknown mailer error", "command died", "cannot open", "can't create", "cannot create", "pipe to",
    "local problem", "processing error", "error while being processed", "transaction failed", "out of memory",
    "misconfigured", "permission denied", "unable to open", "write error", "ambiguous"};

/// Words about us, the sending side: our name, address, host.
inline constexpr P about_us[] = {
    "sender", "originator", "your ip", "your host", "your domain", "your server", "your mail server", "your dns", "your account",
    "sending ip", "sending domain", "sending host", "client host", "helo", "ehlo", "reverse dns", "rdns", " ptr",
    "from domain", "from address", "from header", "header from", "domain in from", "the from:", "return-path", "return path",
    "envelope from", "mailfrom",
    // other languages
    "ihre domain", "expéditeur", "expediteur", "remitente", "remetente", "mittente", "отправител",
    "发件人", "寄件者", "寄件人", "差出人", "送信者", "送信元", "보낸 사람", "발신자"};

/// Words that contain one of the above but are not about us.
inline constexpr P not_about_us[] = {
    "return to sender", "returned to sender", "to the sender", "for the sender", "returning message to sender",
    "zurück an den absender", "zurück an absender", "retour à l'expéditeur", "retour a l'expediteur",
    "devuelto al remitente", "al mittente", "возвращено отправителю", "退回发件人", "送信者に"};

/// A refusal before any recipient was named concerns us, whatever it says (Postfix, Exim).
inline constexpr P before_recipient[] = {
    "in reply to mail from", "in reply to helo", "in reply to ehlo", "after mail from", "after pipelined mail from",
    "after helo", "after ehlo", "after initial connection", "after authentication", "refused to talk to me"};

/// Causes other than the address, whatever else the sentence says: "no such user, or you are not permitted".
inline constexpr P another_cause[] = {
    // how much and how fast we send; may pass
    "too many", "maximum number", "rate limit", "rate exceeded", "throttl", "greylist", "graylist", "try again later",
    "try later", "temporar",
    // who we are
    "dmarc", "dkim", "spf ", "not permitted", "not authorized", "not authorised", "authentication failed",
    "authentication required", "password", "credentials", "certificate", "reputation", "polic",
    // what we wrote
    "attachment", "contains a link", "message header", "header syntax", "message body", "message content"};

// clang-format on

}  // namespace tidings::bounce::phrases
