// The words by which prose notices are read, in the order in which heuristics.cpp uses them. Data.
//
// Lower case; '*' stands for up to 100 bytes. Each list is used as a whole, so the order inside one does not
// matter. phrases.hpp has the reasons for a failure.
#pragma once

#include <string_view>

namespace tidings::bounce::words {

using P = std::string_view;

// clang-format off

// ---- 1. Where the notice ends --------------------------------------------------------------------------------------

/// Lines after which the returned message begins.
inline constexpr P cut_lines[] = {
    "original message follows", "below this line is a copy", "below the next line is a copy",
    "this is a copy of the message", "this is a copy of your message", "copy of the original message below",
    "header of the original message is following", "returned message", "returned mail follows",
    "message header follows", "message headers follow", "unsent message", "message text follows",
    "mensaje original adjunto", "copy of the message header", "lines of your original message follow",
    "your message reads", "original mail as follows", "attachment is a copy", "top 20 lines of the message",
    "original message header:", "undelivered message follows", "message contents:",
    "original message attached", "original message is attached", "begin of original message",
    "start of original message", "summary of the undelivered message",
    "rejected message follows", "beginning of original", "en-têtes de message d'origine", "message as received",
    "ursprüngliche nachricht", "kopie der", "copie du message", "intestazioni originali", "the original message:",
    "returned content", "undeliverable message", "encabezados de mensaje originales", "message headers:",
    "original e-mail", "text of message", "以下为原邮件", "原始邮件", "元のメール", "original-nachricht"};

// ---- 2. Whether a mail system wrote it -----------------------------------------------------------------------------

/// From fields that only mail systems use.
inline constexpr P system_senders[] = {
    "mailer-daemon", "mailer_daemon", "mailerdaemon", "mail-daemon", "maildaemon", "mdaemon", "postmaster",
    "post_master", "mail.delivery", "mail deliver", "delivery subsystem", "delivery system",
    "mail system", "mail router", "mailrouter", "mail administrator", "mailadmin", "system administrator",
    "microsoft exchange", "microsoftexchange", "mailgate", "mailsweeper", "interscan", "imss@", "content-filter",
    "symantec", "smtp", "ndr@", "mail server at"};

/// From fields that mail systems use, but others too: they make a report likely, but prove nothing.
inline constexpr P likely_senders[] = {
    "bounce", "listserv", "noreply", "no-reply", "antispam", "root@"};

/// What a notice says to the sender in its first lines; people quote it further below.
inline constexpr P own_voice[] = {
    "your message could not be delivered", "your mail could not be delivered", "your message was not delivered",
    "unable to deliver your message", "unable to deliver message", "could not deliver your message",
    "votre message n'a pas pu", "could not be delivered to the following", "non-delivery report",
    "could not be delivered because of", "identified as undeliverable", "created automatically by mail"};

/// What is said to the owner of a mailbox, mostly by phishers; a report addresses the writer.
inline constexpr P to_owner[] = {
    "your incoming", "incoming messages are", "incoming messages could", "incoming mails", "pending message",
    "messages pending", "pending email",
    "release message", "release your", "retrieve your", "recover your", "upgrade your", "verify your account",
    "confirm your account", "validate your", "your mailbox is", "your mailbox has", "your mailbox storage",
    "your new mailbox", "your password"};

/// Beginnings of subjects that a person answered or passed on, in the languages of common mail programs.
inline constexpr P passed_on_subjects[] = {
    "fw:", "fwd:", "fwd ", "re:", "aw:", "wg:", "antw:", "tr:", "rv:", "enc:", "res:", "rif:", "inoltr", "sv:", "vs:",
    "vb:", "vl:", "odp:", "pd:", "ynt:", "ilt:", "на:", "пересл", "转发", "回复", "轉寄", "回覆", "転送", "전달", "[fwd"};

// ---- 3. Whether it is about a failure ------------------------------------------------------------------------------

/// Failed deliveries; in the subject, in the notice, or on the line of an address.
inline constexpr P failure[] = {
    "could not be delivered", "couldn't be delivered", "cannot be delivered", "can't be delivered",
    "can not be delivered", "could not deliver", "couldn't deliver", "cannot deliver", "unable to deliver",
    "wasn't able to deliver", "not able to deliver", "wasn't delivered",
    "not been delivered", "not delivered", "non-delivery", "nondelivery",
    "mail error", "undeliver", "delivery failed", "delivery failure", "delivery has failed", "delivery problem",
    "delivery error", "delivery to * failed", "delivery to the following", "delevery to the following",
    "failed to deliver", "failure to deliver", "delivery status notification", "delivery of * failed",
    "could not be sent", "could not be reached", "did not reach", "didn't reach", "returned to sender",
    "returned mail", "returning message to sender", "permanent error", "permanent failure",
    "fatal error", "failure notice", "failed recipient", "failed address",
    "mail failed", "mail failure", "failed mail", "was rejected", "rejected recipient", "delayed",
    "not yet been delivered", "been postponed", "invalid recipient", "unknown user", "user unknown", "no such user",
    "mailbox is full", "mailbox full", "over quota", "quota exceeded", "unknown host", "has been returned",
    "been returned because", "mail system error", "an error was detected", "error-for:", "automatically rejected",
    "sending your mail", "cannot be found", "invalid final delivery userid", "does not exist", "could not send",
    "couldn't send", "was aborted", "was blocked", "blocked by", "exactly match", "wrong or no longer valid",
    "a été refus", "pas pu etre", "n'a pas pu", "n'a pas été", "non remis", "echec", "échec", "n'existe pas",
    "no pudo ser entregado", "no se pudo entregar", "no se ha podido", "no ha podido", "nao pode ser", "não pôde ser",
    "não foi possível", "falha na entrega", "teslim edilemedi", "nelze doručit", "nedoručiteln", "δεν παραδόθηκε",
    "ei voitu toimittaa", "nem kézbesíthető", "kézbesítési hiba", "impossibile", "non è stato possibile",
    "mancato recapito",
    "mancata consegna", "non può essere consegnat", "non puo' essere consegnat", "non è stato consegnat",
    "non recapitat",
    "nicht zugestellt", "unzustellbar", "konnte nicht", "nicht übermittelt", "kunde inte", "kunne ikke",
    "niet afgeleverd", "onbestelbaar", "nie została dostarczona", "nie można dostarczyć", "zwrot",
    "не может быть доставлено", "не доставлено", "не удалось",
    "невозможно доставить", "не было доставлено", "недоставлен", "退信",
    "无法发送", "无法送达", "无法投递", "投递失败", "发送失败", "被退回", "無法傳送", "無法投遞",
    "退件", "配信できません", "配信に失敗", "送信に失敗", "送信できません",
    "届きませんでした", "配送できません", "お届けできません",
    "전송되지", "배달되지", "전송 실패", "반송", "fail* to send", "error* sending", "no valid recipients",
    "refuse to receive", "unavailable", "delivery report", "mail delivery", "non-delivered", "processing error",
    "encountered an error", "nameserver error", "original message was not"};

// ---- 4. Whether a person's machine wrote it, though it sounds like a failure ---------------------------------------

/// Subjects of absence notes and automatic answers.
inline constexpr P reply_subjects[] = {
    "out of office", "out of the office", "out-of-office", "ooo:", "auto-reply", "autoreply", "auto reply",
    "auto response", "auto-response", "autoresponse", "automatic reply", "automatic response", "automated reply",
    "automated response", "autoresponder", "vacation", "away from my", "away from the office",
    "abwesenheit", "abwesend", "automatische antwort", "réponse automatique", "reponse automatique",
    "absence du bureau", "absent du bureau", "respuesta automática", "respuesta automatica", "fuera de la oficina",
    "fuera de oficina", "risposta automatica", "fuori ufficio", "resposta automática", "ausência",
    "automatisch antwoord", "afwezig", "autosvar", "frånvar", "poissa", "autoodpowied", "automatyczna odpowied",
    "αυτόματη απάντηση", "автоответ", "автоматический ответ", "自动回复",
    "自動回覆", "自動返信", "不在通知", "不在の", "자동 응답", "부재중", "تلقائي"};

/// Their first sentences; ignored for a mail system whose subject speaks of failure.
inline constexpr P reply_bodies[] = {
    "i am out of the office", "i'm out of the office", "i am currently out", "i will be out of", "i am away",
    "i'm away", "on vacation", "annual leave", "parental leave", "maternity leave", "i will be traveling",
    "i will reply", "will respond as soon", "limited access to email", "limited access to my email", "i will be back",
    "i'll be back", "upon my return", "when i return", "thank you for your email", "thank you for your message",
    "thank you for contacting", "thank you for your e-mail", "we have received your", "ich bin * nicht im büro",
    "ich bin bis", "je suis absent", "je suis actuellement", "estoy fuera", "sono fuori", "estou ausente",
    "я в отпуске"};

/// From systems that ask strangers to prove that they are human.
inline constexpr P challenges[] = {
    "verify that you are", "confirm that you are", "verification is required", "challenge/response",
    "challenge-response", "boxbe", "spam arrest", "spamarrest", "tmda", "spamblocker", "click * to verify",
    "confirm your message", "please confirm your email", "sender verification", "this is a one-time",
    "requires verification", "release your message", "bluebottle", "prove you are human", "to be added to my list",
    "authenticate yourself", "whitelist"};

// ---- 5. Whom it is about -------------------------------------------------------------------------------------------

/// Before a recipient.
inline constexpr P recipient_labels[] = {
    "rcpt to", "recipient", "recipients", "failed recipient", "failed recipients", "final-recipient",
    "original-recipient", "intended recipient", "recipient address", "recipient email address", "original recipient",
    "addressed to", "address", "error-for", "undeliverable address", "failed address", "email address",
    "e-mail address", "unknown user", "user unknown", "invalid final delivery userid", "not delivered to",
    "undeliverable to", "unable to deliver message to", "unable to deliver to", "could not be delivered to",
    "did not reach the following recipient", "user's mailbox is full", "failed to deliver to", "delivery failed",
    "unknown host", "unknown recipient", "invalid recipient", "delivered to", "not be delivered to",
    "deliver message to", "cannot be delivered to", "delivery to", "message to", "destinatario", "destinataire",
    "empfänger", "получатель", "адрес", "收件人", "收件人地址", "宛先", "送信先", "受信者",
    "宛先アドレス", "无法发送到", "deliver mail to", "mail to", "user mailbox exceeds allowed size"};

/// Weaker ones: "to" alone.
inline constexpr P to_labels[] = {
    "to", "para", "an", "à", "кому", "a"};

/// Before somebody else: sender, contact, technical fields.
inline constexpr P other_labels[] = {
    "from", "sender", "mail from", "reply-to", "original sender", "return-path", "envelope-from", "postmaster",
    "system contact", "message-id", "message id", "subject", "x-mailer", "list-id", "de", "von", "expéditeur",
    "absender", "remitente", "mittente", "от", "发件人", "差出人", "送信者", "reporting-mta", "date", "cc", "bcc",
    "contact", "sent by", "x-sender", "sender-mta"};

/// An address in such a sentence is a contact, unless the line starts with it and speaks of failure.
inline constexpr P advice[] = {
    "contact", "please send", "please forward", "send mail to", "send an email to", "e-mail us", "assistance",
    "questions", "for help", "complain", "report abuse", "postmaster@", "abuse@", "message from <", "sent by",
    "generated from", "expanded from", "the sender", "locator information", "write to", "mail from", "helo", "ehlo",
    "original sender", "delivered with", "mailer-daemon@", "support@", "helpdesk@", "<<< 250", "sender ok",
    "return-path", "<<< 220", "message-id", "forwarded by"};

// clang-format on

}  // namespace tidings::bounce::words
