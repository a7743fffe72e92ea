// Phrases about the mailbox or its domain. Data of phrases.cpp, which sets the order in which they are tried.
//
// Lower case; '*' stands for up to 100 bytes. Each line names the system that uses the words; "several" if no
// single one does.
#pragma once

#include <string_view>

namespace tidings::bounce::phrases {

using P = std::string_view;

// clang-format off

/// The mailbox is full.
inline constexpr P full[] = {
    // several, English
    "mailbox full", "mailbox is full", "mail box full", "mail box is full", "mailbox * is full", "full mailbox",
    "inbox is full", "inbox full", "folder is full", "account is full", "over quota", "overquota", "over * quota",
    "out of quota", "exceed* quota", "quota exceed",
    "quota * exceeded",
    "quota full", "insufficient quota", "storage limit", "mailbox limit", "not enough space", "insufficient disk",
    "mailbox exceeded", "mailbox has exceeded", "mailbox would exceed", "user is over",
    // Postfix, Dovecot, Courier, Cyrus, maildrop, procmail
    "disk quota", "disc quota", "diskspace quota", "mailbox quota", "storage quota", "maildir over",
    "mbox size limit",
    "mailbox size limit exceeded", "not enough storage", "does not have enough space", "no space left in mailbox",
    // sendmail, Sun Messaging Server, iPlanet
    "quota violation", "exceeded * storage", "storage allocation", "maximum allowed storage",
    // qmail and vpopmail, GoDaddy, prima.com.ar
    "exceeded its disk space", "space has been used up",
    // Gmail
    "out of storage space",
    // Exchange, GroupWise, Domino, Ipswitch IMail
    "mailbox_quota_exceeded", "mail file size exceeds the maximum", "exceeds allowed size",
    // Biglobe, Docomo, KDDI
    "exceeded the local limit", "too many messages on the server", "too many messages in", "too much mail data",
    "メールボックスがいっぱい", "メールボックスが一杯", "メールボックスの容量", "容量が一杯",
    "容量オーバー",
    // 163.com, QQ, Sina
    "邮箱空间已满", "邮箱已满", "空间不足", "容量超",
    // Orange, La Poste; other languages
    "boite * pleine", "boîte * pleine", "quota depasse", "quota dépassé", "postfach * voll", "voll * postfach",
    "buzón * lleno", "buzon * lleno", "mailbox lleno", "casilla * llena", "cuota excedida", "casella * piena",
    "caixa * cheia", "переполнен"};

/// Two causes in one sentence, one of which is not the address.
inline constexpr P unclear[] = {
    // QQ, Cox, RFC 5321 section 4.2.3 in other words
    "mailbox unavailable or access denied", "unavailable or not accepting",
    // Google Groups
    "may not exist, or you may not have permission", "存在しないか"};

/// The domain says that it accepts no mail (RFC 7504, RFC 7505).
inline constexpr P no_mail[] = {
    "nullmx", "null mx", "does not accept mail", "domain does not accept",
    "indicated no smtp service", "does not receive mail", "no mail service for"};

/// Disabled: some come back.
inline constexpr P disabled[] = {
    // several
    "account disabled", "account is disabled", "account has been disabled", "mailbox disabled", "mailbox is disabled",
    "user disabled", "user account * disabled", "account closed", "account is closed", "account has been closed",
    "account terminated", "account expired", "account has expired", "has been terminated", "mailbox has been closed",
    "address has been closed", "address has been disabled", "no longer active",
    "no longer in use", "no longer available", "address is no longer", "deactivated", "discontinued",
    // Gmail, Yahoo, EZweb
    "account that you tried to reach is disabled",
    // vpopmail, with its spellings
    "administratively disabled", "administrativley disabled", "administrativeley disabled"};

/// Suspended for now.
inline constexpr P suspended[] = {
    "inactive", "suspended", "temporary locked", "temporarily locked", "account is locked", "account locked",
    "mailbox locked", "frozen", "temporarily limited", "temporarily disabled",
    "temporarily unavailable", "not accepting any mail", "not accepting mail", "not currently accepting",
    // AOL, Yahoo
    "not currently being accepted", "extended inactivity",
    // Willcom, La Poste
    "recipient suspend", "archivee"};

/// The mailbox moved, with or without a new address.
inline constexpr P moved[] = {
    // sendmail, Postfix (RFC 5321: 551), Cyrus
    "has moved", "moved to", "user not local; please try", "please try forward to",
    "has been replaced by", "no forwarding address",
    // iCloud
    "recipient no longer on server"};

/// No such domain, or no host accepts its mail.
inline constexpr P host[] = {
    // several
    "host unknown", "unknown host", "host not found", "domain not found", "no such domain", "no such host",
    "domain does not exist", "domain * does not exist", "domain doesn't exist", "domain doesnt exist",
    "host doesn't exist", "unknown domain", "domain unknown", "nonexistent domain", "non-existent domain",
    "non-existent hosts", "nonexistentdomain", "nxdomain", "bad destination host", "bad-domain", "badly formed host",
    "illegal host/domain", "domain must exist", "domain lookup failed", "no mail exchanger",
    "no valid mail exchanger",
    "no mx or a", "no mx record", "has no mx", "no mx found", "no valid mx",
    // Postfix
    "domain name not found",
    "name or service not known", "no address associated with hostname",
    // Exim
    "unrouteable address", "unroutable address",
    "all host address lookups failed permanently",
    // qmail
    "couldn't find any host", "couldn't find a mail exchanger",
    // Hotmail, Exchange, Gmail, Ipswitch IMail
    "dns server returned answer with no data", "cannot find your recipient's domain",
    "mail domain mentioned in email address is unknown",
    // Apache James
    "no dns entries for",
    // other languages
    "domaine inconnu", "ドメインが見つかりません"};

/// No such mailbox.
inline constexpr P user[] = {
    // sendmail, Postfix, Exim and most others
    "user unknown", "unknown user", "unknow user", "user unkown", "user not known",
    "user * unknown", "user not found", "user * not found",
    "user does not exist", "user * does not exist", "user doesn't exist", "user not exist", "user no exist",
    "no such user", "no user by that name", "no such mailbox", "no such address", "no such recipient",
    "no such person", "no such account", "no such local user", "no such name", "no such id", "not a user",
    "invalid user", "nonexistent user", "non-existent user", "non existent user", "not a valid user",
    "not a known user", "not our user", "unavailable mail user", "not user of this", "exists that user",
    "does no exist", "invalid rcpt", "unknown local user", "> not found",
    // RFC 3464 appendix E
    "is not a registered",
    // mailboxes
    "mailbox not found", "mailbox unknown", "unknown mailbox", "mailbox does not exist", "mailbox * does not exist",
    "mailbox doesn't exist", "mailbox not present", "mailbox invalid", "invalid mailbox", "nonexistent mailbox",
    "not a valid mailbox", "no mailbox here", "no mailbox by that name", "no mailbox found", "no mail box",
    "bad destination mailbox", "bad-mailbox", "mailbox is not allowed",
    // recipients
    "recipient unknown", "unknown recipient", "recipient not found", "recipient * not found",
    "recipient does not exist", "recipient * does not exist", "recipient doesn't exist", "recipient not exist",
    "invalid recipient", "bad recipient", "bad_recipient", "bad-recipient", "recipient invalid",
    "recipient is invalid", "recipient is not local", "recipient not recognized", "recipient not ok",
    "recipients was undeliverable", "recipients were undeliverable", "archived recipient", "no valid recipient",
    "not a valid recipient", "not found recipient",
    // Postfix
    "recipient address rejected: user", "recipient address rejected: unknown", "recipient address rejected: invalid",
    "recipient address rejected: undeliverable", "recipient rejected: unknown",
    // addresses
    "unknown address", "address unknown", "address does not exist", "address * does not exist",
    "address doesn't exist", "address not found", "address could not be found", "address couldn't be found",
    "address wasn't found", "e-mail address * was not found", "address not known", "addresses were unknown",
    "undeliverable address", "unknown email address", "unknown e-mail address", "bad destination email",
    "addressee unknown", "not a local address", "not an active address",
    "unknown or illegal alias", "inactive email address", "no one at this address", "wrong or no longer valid",
    "address no longer accepts mail", "name was not found at",
    // accounts; QQ
    "account does not exist", "account * does not exist", "account doesn't exist", "account not found",
    "account * not found", "account unknown", "unknown account", "invalid account", "nonexistent account",
    "non-existent account", "no account by that name", "does not have an account", "user doesn't have a",
    "user doesnt have a",
    // qmail, vpopmail, qmail-chkuser, Courier
    "badrcptto", "badrecipientto", "validrcptto", "unknown local part", "unknown local-part",
    "invalid or unknown virtual user", "missing home directory",
    // Exchange, Office 365
    "recipnotfound", "recipient notfound", "recipient name is not recognized", "server rejected recipients",
    // Domino, Notes, GroupWise
    "in name directory", "not present in directory", "not match an", "no matches to nameserver query",
    "user's email name is not found", "not listed in domino directory", "nicht im domino-verzeichnis",
    // Ipswitch IMail, AOL, Facebook, BIG Brother and others
    "invalid final delivery userid", "can't accept user", "rcp-p1", "not our customer",
    // French, Spanish, Portuguese, Italian
    "utilisateur inconnu", "utilisateur n'existe pas", "destinataire inconnu", "destinataire invalide",
    "adresse inconnue", "utilisateur non recens", "non répertorié", "usuario desconocido", "usuario no encontrado",
    "usuario inexistente", "destinatario desconocido", "usuário desconhecido", "destinatario sconosciuto",
    "utente sconosciuto", "nessun utente", "utente non valido",
    // Turkish, Czech, Finnish, Hungarian
    "kullanıcı bulunamadı", "uživatel neexistuje", "tuntematon käyttäjä", "tuntematon vastaanottaja",
    "ismeretlen felhasználó", "ismeretlen címzett",
    // German, Danish, Dutch, Swedish, Polish, Russian, Ukrainian
    "unbekannter benutzer", "benutzer unbekannt", "empfänger unbekannt", "unbekannter empfänger", "ukendt bruger",
    "onbekende gebruiker", "gebruiker onbekend", "okänd mottagare", "nieznany", "nie ma takiego",
    "пользователь не найден", "неизвестный пользователь", "нет такого пользователя", "несуществующ",
    "користувача не знайдено",
    // Chinese, Japanese (Notes, Exchange, carriers), Korean
    "用户不存在", "用户未找到", "收件人不存在", "無此", "宛先が見つかりません",
    "ユーザが存在しません", "アドレスが見つかりません", "宛先不明", "あて先不明",
    "リストにありません", "登録されていません", "사용자를 찾을 수"};

/// The same in words with other uses, or parts of a sentence: any specific code, and any other cause named
/// beside it, outweighs them (reason.hpp).
inline constexpr P user_vaguely[] = {
    // The text that RFC 5321 section 4.2.3 gives for 550: "mailbox not found, no access, or command rejected for policy
    // reasons"; Exchange, Outlook.com, GMX, IIS
    "mailbox unavailable", "mailbox not available", "mailbox is unavailable", "mailbox <* unavailable",
    "mailbox * is unavailable", "account unavailable", "account not available",
    // Postfix: access(5); Office 365; qmail and others
    "recipient address rejected.", "recipient is not accepted", "envelope recipient has been denied",
    // several
    "address invalid", "invalid address", "address is invalid", "bad address", "address error", "not a valid address",
    "not in our directory", "not listed in", "not found in", "not known here", "not known at this", "does not exist",
    "doesn't exist", "dosn't exist", "couldn't be found", "could not be found",
    // other languages
    "n'existe pas", "no existe", "não existe", "non esiste", "δεν υπάρχει", "не існує", "existiert nicht",
    "nicht gefunden", "nie istnieje", "не существует", "不存在",
    "存在しません", "見つかりません", "존재하지 않"};

// clang-format on

}  // namespace tidings::bounce::phrases
