#include "bounce/heuristics.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "bounce/reason.hpp"
#include "bounce/scan.hpp"

namespace tidings::bounce {
namespace {

using P = std::string_view;

template <class Phrases>
bool any_of(std::string_view flat, const Phrases& phrases) {
  return std::any_of(phrases.begin(), phrases.end(), [&](P phrase) { return contains_pattern(flat, phrase); });
}

// ---- where the returned message begins -------------------------------------------------------------------------------

constexpr std::array cut_lines{
    P{"original message follows"}, P{"below this line is a copy"}, P{"below the next line is a copy"}, P{"this is a copy of the message"}, P{"this is a copy of your message"},
    P{"copy of the original message below"}, P{"header of the original message is following"}, P{"returned message"}, P{"returned mail follows"}, P{"message header follows"},
    P{"message headers follow"}, P{"unsent message"}, P{"message text follows"}, P{"mensaje original adjunto"}, P{"copy of the message header"}, P{"lines of your original message follow"},
    P{"your message reads"}, P{"original mail as follows"}, P{"attachment is a copy"}, P{"top 20 lines of the message"}, P{"original message headers:"}, P{"original message header:"},
    P{"undelivered message follows"}, P{"message contents:"}, P{"original message attached"}, P{"original message is attached"}, P{"begin of original message"}, P{"start of original message"},
    P{"original message as received"}, P{"summary of the undelivered message"}, P{"rejected message follows"}, P{"beginning of original"}, P{"en-têtes de message d'origine"}, P{"message as received"},
    P{"ursprüngliche nachricht"}, P{"kopie der"}, P{"copie du message"}, P{"intestazioni originali"}, P{"the original message:"}, P{"returned content"}, P{"undeliverable message"},
    P{"encabezados de mensaje originales"}, P{"message headers:"}, P{"original e-mail"}, P{"text of message"}, P{"以下为原邮件"}, P{"原始邮件"}, P{"元のメール"}, P{"original-nachricht"}};

bool is_ruled(std::string_view line) {
  const auto text = trim(line);
  return text.starts_with("--") || text.starts_with("==") || text.starts_with("**") || text.starts_with("__") || text.starts_with("|-");
}

bool starts_returned(std::string_view line) {
  const auto flat = ascii_lower(trim(line));
  if (flat.starts_with("content-type: message/rfc822") || flat.starts_with("content-type: text/rfc822-headers")) return true;
  if (flat.size() > 120) return false;
  if (is_ruled(line) && (flat.find("original message") != std::string::npos || flat.find("mensagem original") != std::string::npos ||
                         flat.find("original mail") != std::string::npos)) {
    return true;
  }
  return std::any_of(cut_lines.begin(), cut_lines.end(), [&](P mark) {
    const auto at = flat.find(mark);
    if (at == std::string::npos) return false;
    // "The returned message says ..." is prose; a heading stands alone or between rules.
    const bool loose = mark == "returned message" || mark == "undeliverable message" || mark == "kopie der" || mark == "copie du message";
    return !loose || is_ruled(line);
  });
}

bool is_field_line(std::string_view line) {
  const auto colon = line.find(':');
  return colon != std::string_view::npos && colon > 1 && colon < 40 && line.substr(0, colon).find_first_of(" \t<>@") == std::string_view::npos;
}

bool starts_header(const std::vector<std::string_view>& lines, std::size_t at) {
  const auto start = ascii_lower(lines[at].substr(0, 16));
  if (!start.starts_with("received:") && !start.starts_with("return-path:") && !start.starts_with("delivered-to:") && !start.starts_with(">return-path")) {
    return false;
  }
  int fields = 0;
  for (std::size_t i = at; i < std::min(at + 8, lines.size()); ++i) fields += is_field_line(lines[i]) ? 1 : 0;
  return fields >= 2;
}

// ---- which address is a recipient --------------------------------------------------------------------------------

constexpr std::array recipient_labels{
    P{"rcpt to"}, P{"recipient"}, P{"recipients"}, P{"failed recipient"}, P{"failed recipients"}, P{"final-recipient"}, P{"original-recipient"}, P{"intended recipient"}, P{"recipient address"}, P{"recipient email address"},
    P{"original recipient"}, P{"addressed to"}, P{"address"}, P{"error-for"}, P{"undeliverable address"}, P{"failed address"}, P{"email address"}, P{"e-mail address"}, P{"unknown user"}, P{"user unknown"}, P{"invalid final delivery userid"},
    P{"not delivered to"}, P{"undeliverable to"}, P{"unable to deliver message to"}, P{"unable to deliver to"}, P{"could not be delivered to"}, P{"did not reach the following recipient"}, P{"user's mailbox is full"}, P{"failed to deliver to"},
    P{"delivery failed"}, P{"unknown host"}, P{"unknown recipient"}, P{"invalid recipient"}, P{"delivered to"}, P{"not be delivered to"}, P{"deliver message to"}, P{"cannot be delivered to"}, P{"delivery to"}, P{"message to"},
    P{"destinatario"}, P{"destinataire"}, P{"empfänger"}, P{"получатель"}, P{"адрес"}, P{"收件人"}, P{"收件人地址"}, P{"宛先"}, P{"送信先"}, P{"受信者"}, P{"宛先アドレス"}, P{"无法发送到"}, P{"deliver mail to"}, P{"mail to"}, P{"user mailbox exceeds allowed size"}};

constexpr std::array other_labels{P{"from"}, P{"sender"}, P{"mail from"}, P{"reply-to"}, P{"original sender"}, P{"return-path"}, P{"envelope-from"}, P{"postmaster"}, P{"system contact"}, P{"message-id"}, P{"message id"}, P{"subject"},
                                  P{"x-mailer"}, P{"list-id"}, P{"de"}, P{"von"}, P{"expéditeur"}, P{"absender"}, P{"remitente"}, P{"mittente"}, P{"от"}, P{"发件人"}, P{"差出人"}, P{"送信者"}, P{"reporting-mta"}, P{"date"}, P{"cc"}, P{"bcc"}, P{"contact"}, P{"sent by"}, P{"x-sender"}};

constexpr std::array to_labels{P{"to"}, P{"para"}, P{"an"}, P{"à"}, P{"кому"}, P{"a"}};

// An address in such a sentence is somebody to write to.
constexpr std::array advice{P{"contact"}, P{"please send"}, P{"please forward"}, P{"send mail to"}, P{"send an email to"}, P{"e-mail us"}, P{"assistance"}, P{"questions"}, P{"for help"}, P{"complain"}, P{"report abuse"}, P{"postmaster@"},
                            P{"abuse@"}, P{"message from <"}, P{"sent by"}, P{"generated from"}, P{"expanded from"}, P{"the sender"}, P{"locator information"}, P{"write to"}, P{"mail from"}, P{"helo"}, P{"ehlo"}, P{"original sender"}, P{"delivered with"}, P{"mailer-daemon@"}, P{"support@"}, P{"helpdesk@"},
                            P{"<<< 250"}, P{"sender ok"}, P{"return-path"}, P{"<<< 220"}, P{"message-id"}, P{"forwarded by"}};

constexpr std::array failure{
    P{"could not be delivered"}, P{"couldn't be delivered"}, P{"cannot be delivered"}, P{"can't be delivered"}, P{"can not be delivered"}, P{"could not deliver"}, P{"couldn't deliver"}, P{"cannot deliver"}, P{"unable to deliver"}, P{"wasn't able to deliver"}, P{"not able to deliver"},
    P{"was not delivered"}, P{"wasn't delivered"}, P{"were not delivered"}, P{"not been delivered"}, P{"not delivered"}, P{"undeliverable"}, P{"undelivered"}, P{"non-delivery"}, P{"nondelivery"}, P{"mail error"}, P{"undeliver"}, P{"delivery failed"}, P{"delivery failure"}, P{"delivery has failed"}, P{"delivery problem"}, P{"delivery error"}, P{"delivery to * failed"}, P{"delivery to the following"},
    P{"delevery to the following"}, P{"failed to deliver"}, P{"failure to deliver"}, P{"delivery status notification"}, P{"delivery of * failed"}, P{"could not be sent"}, P{"could not be reached"}, P{"did not reach"}, P{"didn't reach"}, P{"returned to sender"}, P{"returned mail"}, P{"returning message to sender"}, P{"permanent error"}, P{"permanent failure"}, P{"permanent fatal error"},
    P{"fatal error"}, P{"fatal delivery error"}, P{"delivery errors"}, P{"failure notice"}, P{"failed recipient"}, P{"failed address"}, P{"mail failed"}, P{"mail failure"}, P{"failed mail"}, P{"was rejected"}, P{"rejected recipient"}, P{"has been delayed"}, P{"delayed"}, P{"not yet been delivered"}, P{"been postponed"}, P{"invalid recipient"}, P{"unknown user"}, P{"user unknown"}, P{"no such user"},
    P{"mailbox is full"}, P{"mailbox full"}, P{"over quota"}, P{"quota"}, P{"unknown host"}, P{"has been returned"}, P{"been returned because"}, P{"mail system error"}, P{"an error was detected"}, P{"error-for:"}, P{"automatically rejected"}, P{"sending your mail"}, P{"cannot be found"}, P{"invalid final delivery userid"}, P{"does not exist"}, P{"could not send"}, P{"couldn't send"}, P{"was aborted"}, P{"was blocked"}, P{"blocked by"}, P{"exactly match"},
    P{"wrong or no longer valid"}, P{"a été refus"}, P{"pas pu etre"}, P{"n'a pas pu"}, P{"n'a pas été"}, P{"non remis"}, P{"echec"}, P{"échec"}, P{"n'existe pas"}, P{"no pudo ser entregado"}, P{"no se pudo entregar"}, P{"no se ha podido"}, P{"no ha podido"}, P{"nao pode ser"}, P{"não pôde ser"}, P{"não foi possível"}, P{"falha na entrega"}, P{"impossibile"}, P{"non è stato possibile"}, P{"mancato recapito"}, P{"nicht zugestellt"}, P{"unzustellbar"}, P{"konnte nicht"}, P{"nicht übermittelt"},
    P{"kunde inte"}, P{"kunne ikke"}, P{"niet afgeleverd"}, P{"onbestelbaar"}, P{"nie została dostarczona"}, P{"nie można dostarczyć"}, P{"zwrot"}, P{"не может быть доставлено"}, P{"не доставлено"}, P{"не удалось"}, P{"невозможно доставить"}, P{"не было доставлено"}, P{"недоставлен"}, P{"退信"}, P{"无法发送"}, P{"无法送达"}, P{"无法投递"}, P{"投递失败"}, P{"发送失败"}, P{"被退回"}, P{"無法傳送"}, P{"無法投遞"}, P{"退件"},
    P{"配信できません"}, P{"配信に失敗"}, P{"送信に失敗"}, P{"送信できません"}, P{"送信できませんでした"}, P{"届きませんでした"}, P{"配送できません"}, P{"お届けできません"}, P{"전송되지"}, P{"배달되지"}, P{"전송 실패"}, P{"반송"}, P{"fail* to send"}, P{"error* sending"}, P{"no valid recipients"}, P{"refuse to receive"}, P{"unavailable"}, P{"delivery report"}, P{"mail delivery"}, P{"non-delivered"}, P{"processing error"}, P{"encountered an error"}, P{"nameserver error"}, P{"original message was not"}};

constexpr std::array bounce_senders{P{"mailer-daemon"}, P{"mailer_daemon"}, P{"mailerdaemon"}, P{"mdaemon"}, P{"postmaster"}, P{"post_master"}, P{"mail delivery"}, P{"mail.delivery"}, P{"delivery subsystem"}, P{"delivery system"}, P{"mail deliver"}, P{"system administrator"}, P{"mail administrator"}, P{"mail system"},
                                    P{"maildaemon"}, P{"mail-daemon"}, P{"bounce"}, P{"mailadmin"}, P{"ndr@"}, P{"imss@"}, P{"interscan"}, P{"content-filter"}, P{"symantec"}, P{"mailgate"}, P{"mailsweeper"}, P{"microsoft exchange"}, P{"microsoftexchange"}, P{"smtp"}, P{"mail router"}, P{"mailrouter"}, P{"listserv"}, P{"noreply"}, P{"no-reply"}, P{"root@"}, P{"antispam"}};

constexpr std::array reply_subjects{P{"out of office"}, P{"out of the office"}, P{"out-of-office"}, P{"ooo:"}, P{"auto-reply"}, P{"autoreply"}, P{"auto reply"}, P{"auto response"}, P{"auto-response"}, P{"autoresponse"}, P{"automatic reply"}, P{"automatic response"}, P{"automated reply"}, P{"automated response"}, P{"autoresponder"}, P{"on vacation"},
                                    P{"vacation"}, P{"away from my"}, P{"away from the office"}, P{"abwesenheit"}, P{"abwesend"}, P{"automatische antwort"}, P{"réponse automatique"}, P{"reponse automatique"}, P{"absence du bureau"}, P{"absent du bureau"}, P{"respuesta automática"}, P{"respuesta automatica"}, P{"fuera de la oficina"}, P{"fuera de oficina"}, P{"risposta automatica"}, P{"fuori ufficio"},
                                    P{"resposta automática"}, P{"ausência"}, P{"automatisch antwoord"}, P{"afwezig"}, P{"autosvar"}, P{"frånvar"}, P{"poissa"}, P{"autoodpowied"}, P{"automatyczna odpowied"}, P{"αυτόματη απάντηση"}, P{"автоответ"}, P{"автоматический ответ"}, P{"自动回复"}, P{"自動回覆"}, P{"自動返信"}, P{"不在通知"}, P{"不在の"}, P{"자동 응답"}, P{"부재중"}, P{"تلقائي"}};

constexpr std::array reply_bodies{P{"i am out of the office"}, P{"i'm out of the office"}, P{"i am currently out"}, P{"i will be out of"}, P{"i am away"}, P{"i'm away"}, P{"on vacation"}, P{"annual leave"}, P{"parental leave"}, P{"maternity leave"}, P{"i will be traveling"}, P{"i will reply"}, P{"will respond as soon"}, P{"limited access to email"}, P{"limited access to my email"}, P{"i will be back"}, P{"i'll be back"}, P{"upon my return"}, P{"when i return"},
                                  P{"thank you for your email"}, P{"thank you for your message"}, P{"thank you for contacting"}, P{"thank you for your e-mail"}, P{"we have received your"}, P{"ich bin * nicht im büro"}, P{"ich bin bis"}, P{"je suis absent"}, P{"je suis actuellement"}, P{"estoy fuera"}, P{"sono fuori"}, P{"estou ausente"}, P{"я в отпуске"}};

constexpr std::array challenges{P{"verify that you are"}, P{"confirm that you are"}, P{"verification is required"}, P{"challenge/response"}, P{"challenge-response"}, P{"boxbe"}, P{"spam arrest"}, P{"spamarrest"}, P{"tmda"}, P{"spamblocker"}, P{"click * to verify"}, P{"confirm your message"}, P{"please confirm your email"}, P{"sender verification"}, P{"this is a one-time"}, P{"requires verification"}, P{"release your message"}, P{"bluebottle"},
                                P{"prove you are human"}, P{"to be added to my list"}, P{"authenticate yourself"}, P{"whitelist"}};

struct Candidate {
  std::string address{};
  int tier = 0;
  std::size_t line = 0;
};

std::string_view strip_bullets(std::string_view line) {
  line = trim(line);
  while (!line.empty() && std::string_view{"*->|#'\"[(•·:"}.find(line.front()) != std::string_view::npos) line.remove_prefix(1);
  return trim(line);
}

/// What stands before the address, without the punctuation that ties it to the address.
std::string label_before(std::string_view before) {
  auto text = ascii_lower(trim(before));
  while (!text.empty() && std::string_view{" \t:<\"'[(=-;"}.find(text.back()) != std::string_view::npos) text.pop_back();
  for (const std::string_view scheme : {"[smtp", ":smtp", " smtp", "rfc822", "mailto"}) {
    if (text.ends_with(scheme)) text.resize(text.size() - scheme.size());
  }
  while (!text.empty() && std::string_view{" \t:<\"'[(=-;"}.find(text.back()) != std::string_view::npos) text.pop_back();
  while (!text.empty() && std::string_view{"*->|#'\"[( \t"}.find(text.front()) != std::string_view::npos) text.erase(text.begin());
  return text;
}

template <class Labels>
bool ends_with_label(std::string_view text, const Labels& labels) {
  return std::any_of(labels.begin(), labels.end(), [&](P label) {
    if (!text.ends_with(label)) return false;
    const auto before = text.size() - label.size();
    return before == 0 || std::string_view{" \t:;,.-[(<>*"}.find(text[before - 1]) != std::string_view::npos || static_cast<unsigned char>(text[before - 1]) >= 0x80;
  });
}

bool says_failure(std::string_view line) {
  const auto flat = flatten(line);
  return any_of(flat, failure) || reason_of_words(flat) != Reason::unknown || find_reply_code(line) != 0 || !find_status(line).empty();
}

/// 4: told to be a recipient; 3: alone on a line; 2: in a line with a failure; 1: anywhere; 0: somebody else.
int tier_of(std::string_view line, const FoundAddress& found, std::size_t count) {
  const auto flat = ascii_lower(line);
  const auto before = label_before(line.substr(0, found.begin));
  const auto after = trim(line.substr(found.end));
  if (ends_with_label(before, other_labels)) return 0;
  const auto start = strip_bullets(line);
  const bool first = !start.empty() && line.find(start.substr(0, 1)) != std::string_view::npos && before.empty();
  const bool ok = flat.find("<<< 250") == std::string::npos && flat.find("recipient ok") == std::string::npos;
  if (!ok) return 0;
  if (ends_with_label(before, recipient_labels)) return 4;
  if (first && !after.empty() && (after.starts_with(":") || after.starts_with("..") || after.starts_with(",")) && count == 1) return 4;
  if (first && found.bracketed && after.starts_with(":")) return 4;
  if (first && (after.empty() || after.find_first_not_of(" .:;,*<>()[]\"'|") == std::string_view::npos)) return 3;
  if (any_of(flat, advice)) return first && says_failure(line) ? 2 : 0;
  if (ends_with_label(before, to_labels) && before.size() <= 4) return 1;
  if (first && says_failure(after)) return 4;
  if (first && (after.starts_with("on ") || after.starts_with("(") || after.starts_with("<") || after.starts_with("["))) return 4;
  if (find_reply_code(before + " ") != 0 && before.size() <= 14) return 4;  // "550 5.1.1 <a@b>... User unknown"
  if (says_failure(line)) return 2;
  return 1;
}

bool is_daemon(std::string_view address) {
  const auto local = ascii_lower(address.substr(0, address.find('@')));
  return local == "mailer-daemon" || local == "postmaster" || local == "mdaemon" || local == "double-bounce" || local == "abuse" || local.starts_with("mailerdaemon");
}

bool is_own(const Mail& mail, std::string_view address) {
  for (const std::string_view name : {"from", "to", "reply-to", "delivered-to", "x-original-to", "envelope-to"}) {
    for (const auto& found : find_addresses(field(mail.fields, name))) {
      if (ascii_iequals(found.address, address)) return true;
    }
  }
  return false;
}

std::vector<Candidate> candidates(const std::vector<std::string_view>& lines) {
  std::vector<Candidate> all;
  bool accepted_next = false;
  for (std::size_t i = 0; i < lines.size() && all.size() < 500; ++i) {
    const auto line = lines[i];
    const auto found = find_addresses(line);
    const auto flat = ascii_lower(trim(line));
    // A command of the transcript: what counts is the answer below it.
    const bool command = flat.find("rcpt to") != std::string::npos;
    accepted_next = command && i + 1 < lines.size() && (contains_pattern(ascii_lower(lines[i + 1]), "<<< 2") || contains_pattern(ascii_lower(lines[i + 1]), " 250 "));
    for (const auto& each : found) {
      const int tier = accepted_next ? 0 : tier_of(line, each, found.size());
      if (tier > 0) all.push_back({.address = each.address, .tier = tier, .line = i});
    }
  }
  return all;
}

/// Exim hides what a user's own forward points to: "an undisclosed address (generated from a@b)".
std::vector<Candidate> generated_from(const std::vector<std::string_view>& lines) {
  std::vector<Candidate> all;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto flat = ascii_lower(lines[i]);
    if (flat.find("generated from") == std::string::npos && flat.find("originally addressed to") == std::string::npos && flat.find("expanded from") == std::string::npos) continue;
    for (const auto& each : find_addresses(lines[i])) all.push_back({.address = each.address, .tier = 4, .line = i});
  }
  return all;
}

std::string words_for(const std::vector<std::string_view>& lines, const std::vector<Candidate>& chosen, const Candidate& candidate) {
  const auto taken = [&](std::size_t line) {
    return std::any_of(chosen.begin(), chosen.end(), [&](const Candidate& each) { return each.line == line && each.address != candidate.address; });
  };
  std::string words;
  int blanks = 0;
  bool said = false;
  for (std::size_t i = candidate.line; i < lines.size() && i < candidate.line + 14 && words.size() < 1500; ++i) {
    const auto line = trim(lines[i]);
    if (i > candidate.line && taken(i)) break;
    if (line.empty()) {
      if (said || ++blanks > 1) break;
      continue;
    }
    if (i > candidate.line) said = true;
    words += std::string{line} + " ";
    if (i == candidate.line && (reason_of_words(line) != Reason::unknown || find_reply_code(line) != 0)) said = true;
  }
  return words;
}

}  // namespace

Notice cut_notice(std::string_view text) {
  const auto lines = split(text, '\n');
  std::size_t offset = 0;
  bool seen = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool marked = starts_returned(lines[i]);
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
  const bool others = std::any_of(all.begin(), all.end(), [&](const Candidate& each) { return !is_own(mail, each.address); });
  if (others) std::erase_if(all, [&](const Candidate& each) { return is_own(mail, each.address); });
  const auto best = std::max_element(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.tier < b.tier; });
  std::vector<Candidate> chosen;
  if (best != all.end()) {
    const int floor = best->tier >= 3 ? 3 : best->tier;
    std::copy_if(all.begin(), all.end(), std::back_inserter(chosen), [&](const Candidate& each) { return each.tier >= floor; });
    if (floor == 1) {
      // Nothing says which one it is: only an address that stands alone in the whole notice.
      const bool alone = std::all_of(chosen.begin(), chosen.end(), [&](const Candidate& each) { return ascii_iequals(each.address, chosen.front().address); });
      if (!alone) chosen.clear();
    }
  }
  if (chosen.empty()) chosen = generated_from(lines);
  std::vector<Finding> found;
  for (const auto& each : chosen) {
    const auto same = std::find_if(found.begin(), found.end(), [&](const Finding& other) { return ascii_iequals(other.address, each.address); });
    auto words = words_for(lines, chosen, each);
    if (same == found.end()) {
      found.push_back({.address = each.address, .diagnostic = std::move(words)});
    } else if (same->diagnostic.find(words) == std::string::npos) {
      same->diagnostic += words;
    }
  }
  return found;
}

int report_score(const Mail& mail, std::string_view notice) {
  int score = 0;
  const auto subject = flatten(field(mail.fields, "subject"));
  const auto from = ascii_lower(field(mail.fields, "from"));
  const auto return_path = trim(field(mail.fields, "return-path"));
  const auto start = flatten(notice.substr(0, 6000));
  if (return_path == "<>" || from.find("<>") != std::string::npos) score += 2;
  if (any_of(from, bounce_senders)) score += 2;
  if (any_of(subject, failure)) score += 2;
  if (!field(mail.fields, "x-failed-recipients").empty()) score += 3;
  if (mail.report_type == "delivery-status") score += 2;
  if (mail.type == "multipart/report") score += 1;
  if (!mail.returned.empty()) score += 1;
  if (any_of(start, failure)) {
    score += 2;
  } else if (reason_of_words(start) == Reason::unknown && find_reply_code(start) == 0) {
    score -= 2;
  }
  if (find_reply_code(start) != 0 || !find_status(start).empty()) score += 1;
  return score;
}

Action action_of(const Mail& mail, std::string_view notice) {
  const auto subject = flatten(field(mail.fields, "subject"));
  const auto flat = flatten(notice.substr(0, 6000));
  constexpr std::array late{P{"has been delayed"}, P{"not yet been delivered"}, P{"warning message only"}, P{"this is just a warning"}, P{"been postponed"}, P{"delivery attempts will continue"}, P{"will continue to attempt"}, P{"will keep trying"}, P{"is still trying"}, P{"will be retried"},
                            P{"continue to try"}, P{"still being retried"}, P{"still trying"}, P{"do not need to resend"}, P{"not need to re-send"}, P{"temporary failure report"}, P{"is delayed for"}, P{"message delayed"}, P{"delivery is delayed"}, P{"will try again"}, P{"keep trying"}};
  constexpr std::array late_subjects{P{"delayed"}, P{"(delay)"}, P{"delivery delay"}, P{"not yet been delivered"}, P{"mail delivery warning"}, P{"delivery status notification (delay"}, P{"could not send message for"}};
  constexpr std::array final{P{"permanent"}, P{"failed permanently"}, P{"giving up"}, P{"given up"}, P{"gave up"}, P{"has been removed"}, P{"will be deleted"}, P{"no longer try"}, P{"not try again"}, P{"not going to try"}, P{"returned mail"}};
  constexpr std::array done{P{"successfully delivered to"}, P{"was successfully delivered"}, P{"successful delivery"}, P{"delivered to the following"}};
  if (any_of(subject, late_subjects)) return Action::delayed;
  if (any_of(flat, late) && !any_of(flat, final)) return Action::delayed;
  if (any_of(flat, done) && flat.find("not ") == std::string::npos) return Action::delivered;
  return Action::failed;
}

bool is_auto_reply(const Mail& mail, std::string_view notice) {
  if (!field(mail.fields, "x-failed-recipients").empty()) return false;
  const auto subject = flatten(field(mail.fields, "subject"));
  const auto flat = flatten(notice.substr(0, 4000));
  const auto submitted = ascii_lower(field(mail.fields, "auto-submitted"));
  if (any_of(subject, reply_subjects)) return true;
  for (const std::string_view name : {"x-autoreply", "x-autorespond", "x-autoresponder", "x-vacation", "x-auto-reply"}) {
    if (!field(mail.fields, name).empty()) return true;
  }
  if (ascii_lower(field(mail.fields, "precedence")) == "auto_reply" || submitted.find("vacation") != std::string::npos) return true;
  const bool daemon = any_of(ascii_lower(field(mail.fields, "from")), bounce_senders);
  if (any_of(flat, reply_bodies) && !(daemon && any_of(subject, failure))) return true;
  return !daemon && any_of(flat, challenges) && find_reply_code(flat) == 0 && find_status(flat).empty();
}

}  // namespace tidings::bounce
