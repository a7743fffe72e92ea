#include "bounce/phrases.hpp"

#include <array>

namespace tidings::bounce {
namespace {

using P = std::string_view;

// Refusals of a sender that contain words of the address groups below.
constexpr std::array sender_first{
    P{"sender verify failed"}, P{"sender address rejected"}, P{"sender rejected"}, P{"sender domain"}, P{"sender not pre-approved"},
    P{"invalid sender"}, P{"unknown sender"}, P{"sender unknown"}, P{"unroutable sender"}, P{"unrouteable sender"},
    P{"unverified sender"}, P{"domain of sender address * does not"}, P{"sender is not allowed"}, P{"from address * does not exist"},
    P{"mail from * unknown"}, P{"return address * does not exist"}, P{"could not verify your return address"},
    P{"restricted to authenticated"}, P{"only accepts mail from"}, P{"only accepting mail from"}, P{"not authorized to send"},
    P{"members-only"}, P{"members only"}, P{"closed mailing list"}, P{"allowed to post"}, P{"not subscribed to this"},
    P{"permission to post"}, P{"batv"}, P{"no third-party dsns"}, P{"null sender"}, P{"resolver.rst.notauthorized"},
    P{"resolver.rst.authrequired"}, P{"reject your messages because"}, P{"recipient's privacy settings"}, P{"sender's domain"},
    P{"recipient preferences"}, P{"user rules"}, P{"senders to accept mail from"}, P{"access denied, sending domain"}};

constexpr std::array full{
    P{"mailbox full"}, P{"mailbox is full"}, P{"mail box full"}, P{"mail box is full"}, P{"mailbox * is full"}, P{"full mailbox"},
    P{"inbox is full"}, P{"inbox full"}, P{"folder is full"}, P{"mailfolder is full"}, P{"over quota"}, P{"overquota"},
    P{"over * quota"}, P{"out of quota"}, P{"exceed* quota"}, P{"exceeding * quota"}, P{"quota exceed"}, P{"quota has been exceeded"},
    P{"quota * exceeded"}, P{"quota violation"}, P{"quota full"}, P{"quota usage exceeded"}, P{"insufficient quota"},
    P{"disk quota"}, P{"disc quota"}, P{"storage quota"}, P{"mailbox quota"}, P{"exceeds allowed size"}, P{"exceeded * storage"},
    P{"exceeded the storage"}, P{"storage allocation"}, P{"maximum allowed storage"}, P{"not enough storage"}, P{"not enough space"},
    P{"does not have enough space"}, P{"insufficient disk"}, P{"mailbox size limit exceeded"}, P{"mailbox exceeded"}, P{"mailbox would exceed"},
    P{"mailbox has exceeded"}, P{"exceeded its disk space"}, P{"exceeded the local limit"}, P{"too many messages on the server"},
    P{"too many messages in"}, P{"space has been used up"}, P{"too much mail data"}, P{"maildir over"}, P{"mbox size limit"},
    P{"account is full"}, P{"user is over"}, P{"mail file size exceeds the maximum"}, P{"no space left in mailbox"}, P{"mailbox limit"},
    P{"boite * pleine"}, P{"boîte * pleine"}, P{"postfach * voll"}, P{"voll * postfach"}, P{"buzón * lleno"}, P{"buzon * lleno"},
    P{"casella * piena"}, P{"caixa * cheia"}, P{"ящик * переполнен"}, P{"переполнен"}, P{"邮箱空间已满"}, P{"邮箱已满"}, P{"空间不足"}, P{"容量超"},
    P{"メールボックスがいっぱい"}, P{"メールボックスの容量"}, P{"容量が一杯"}, P{"容量オーバー"}, P{"quota depasse"}, P{"quota dépassé"}, P{"cuota excedida"},
    P{"mailbox_quota_exceeded"}, P{"storage limit"}, P{"diskspace quota"}};

constexpr std::array big{
    P{"message too large"}, P{"message is too large"}, P{"message too big"}, P{"message is too big"}, P{"message file too big"},
    P{"message size exceeds"}, P{"size exceeds * maximum"}, P{"exceeds * size limit"}, P{"exceeds size limit"}, P{"exceeds the maximum"},
    P{"exceeds maximum message size"}, P{"exceeds maximum"}, P{"exceeds administrative limit"}, P{"exceeds fixed"}, P{"exceed the maximum"},
    P{"maximum message size"}, P{"mail size limit exceeded"}, P{"size limit exceeded"}, P{"max message size"}, P{"larger than the maximum"},
    P{"larger than the current system limit"}, P{"too large for this"}, P{"recipsizelimit"}, P{"line limit exceeded"}, P{"taille limite du message"},
    P{"maximum inbound message size"}, P{"exeeded the maximum size"}, P{"メールサイズ"}, P{"message length exceeds"}};

constexpr std::array rate{
    P{"rate limit"}, P{"ratelimit"}, P{"rate limited"}, P{"rate that prevents"}, P{"receiving mail too quickly"}, P{"receiving mail at a rate"},
    P{"too many connections"}, P{"too many concurrent"}, P{"too many recipients"}, P{"too many messages"}, P{"too many smtp sessions"},
    P{"too many errors"}, P{"too many invalid"}, P{"too many mails"}, P{"throttl"}, P{"connection limit"}, P{"try again later"},
    P{"max emails per hour"}, P{"sending rate"}, P{"greylist"}, P{"graylist"}, P{"grey listed"}, P{"trop de connexions"},
    P{"temporarily deferred due to"}, P{"temporarily rate"}, P{"exceeded the number of"}, P{"exceeded the allowable number"}};

constexpr std::array spam{
    P{"spam detected"}, P{"detected as spam"}, P{"considered spam"}, P{"looks like spam"}, P{"classified as spam"}, P{"identified as spam"},
    P{"rejected as spam"}, P{"message as spam"}, P{"flagged as spam"}, P{"is spam"}, P{"be spam"}, P{"probable spam"}, P{"likely unsolicited"},
    P{"unsolicited"}, P{"spam content"}, P{"spam message"}, P{"spam filter"}, P{"spam score"}, P{"spam-score"}, P{"suspected spam"}, P{"possible spam"},
    P{"- spam"}, P{"anti-spam"}, P{"antispam"}, P{"spamassassin"}, P{"junk mail"}, P{"junk email"}, P{"bulk email"}, P{"bulk mail"}, P{"spam-related"},
    P{"virus"}, P{"malware"}, P{"infected"}, P{"phishing"}, P{"blacklist"}, P{"black list"}, P{"block list"}, P{"blocklist"}, P{"blocked by"},
    P{"blocked using"}, P{"blocked for spam"}, P{"has been blocked"}, P{"was blocked"}, P{"been blocked"}, P{"spamhaus"}, P{"spamcop"}, P{" rbl"}, P{"rbl "}, P{"dnsbl"},
    P{"barracuda"}, P{"reputation"}, P{"poor reputation"}, P{"open relay"}, P{"dynamic ip"}, P{"dynamic address"}, P{"bad ip"}, P{"spammer"},
    P{"senderbase"}, P{"ip is blocked"}, P{"listed in"}, P{"listed at"}, P{"listed by"}, P{"banned"}, P{"denylist"}};

constexpr std::array policy{
    P{"policy"}, P{"policies"}, P{"dmarc"}, P{"dkim"}, P{"spf "}, P{"spf)"}, P{"sender policy framework"}, P{"reverse dns"}, P{"ptr record"},
    P{"rdns"}, P{"no ptr"}, P{"authentication required"}, P{"authentication checks"}, P{"smtp authentication"}, P{"turn on smtp auth"},
    P{"unauthenticated"}, P{"not authenticated"}, P{"requires authentication"}, P{"must be authenticated"}, P{"sender authentication"},
    P{"must issue a starttls"}, P{"tls required"}, P{"encryption required"}, P{"encryption needed"}, P{"access denied"}, P{"delivery not authorized"}, P{"not authorised"},
    P{"not authorized"}, P{"not permitted"}, P{"administrative prohibition"}, P{"administratively"}, P{"prohibited"}, P{"security reasons"}, P{"you are not allowed"},
    P{"is not allowed"}, P{"bad helo"}, P{"connection refused by"}, P{"message refused"}, P{"message rejected"}, P{"mail rejected"}, P{"rejected by filter"},
    P{"content rejected"}, P{"rule imposed"}, P{"refused to accept"}, P{"mail refused"}, P{"blocked"}, P{"refused by"}, P{"denied by"}, P{"does not like sender"},
    P{"refuse to receive"}, P{"organizational settings"}, P{"transport.rules"}, P{"user reject"}, P{"filtered"}};

constexpr std::array relay{
    P{"relaying denied"}, P{"relay denied"}, P{"relay access denied"}, P{"relay not permitted"}, P{"relaying not allowed"}, P{"unable to relay"}, P{"not permitted to relay"},
    P{"relaying mail to"}, P{"allowed to relay"}, P{"not an open relay"}, P{"not a gateway"}, P{"insecure mail relay"}, P{"allowed rcpthost"}, P{"list of allowed rcpt"},
    P{"we do not relay"}, P{"we don't relay"}, P{"relaying is prohibited"}, P{"configured to relay"}, P{"relaying prohibited"}, P{"relay prohibited"}, P{"smtp relay error"},
    P{"don't handle mail for"}, P{"as a relay"}, P{"not local host"}, P{"rcpthosts"}};

constexpr std::array no_mail{P{"nullmx"}, P{"null mx"}, P{"does not accept mail (nullmx)"}, P{"does not accept mail"}, P{"domain does not accept"},
                             P{"indicated no smtp service"}, P{"does not receive mail"}, P{"host does not accept mail"}, P{"no mail service for"}};

constexpr std::array disabled{
    P{"account disabled"}, P{"account is disabled"}, P{"account has been disabled"}, P{"account that you tried to reach is disabled"}, P{"mailbox disabled"},
    P{"mailbox is disabled"}, P{"user disabled"}, P{"disabled or discontinued"}, P{"discontinued"}, P{"deactivated"}, P{"account closed"}, P{"account is closed"},
    P{"account has been closed"}, P{"no longer active"}, P{"no longer accepts mail"}, P{"no longer in use"}, P{"no longer available"}, P{"address is no longer"}, P{"has been terminated"},
    P{"account terminated"}, P{"account expired"}, P{"account has expired"}, P{"mailbox has been closed"}, P{"address has been closed"}, P{"administratively disabled"},
    P{"administrativley disabled"}, P{"administrativeley disabled"}, P{"address has been disabled"}, P{"user account * disabled"}, P{"user(s) account is disabled"}};

constexpr std::array suspended{
    P{"inactive"}, P{"suspended"}, P{"temporary locked"}, P{"temporarily locked"}, P{"account is locked"}, P{"account locked"}, P{"mailbox is frozen"}, P{"temporarily limited"},
    P{"not currently being accepted"}, P{"not accepting any mail"}, P{"not accepting mail"}, P{"not currently accepting"}, P{"recipient suspend"}, P{"archivee"}, P{"mailbox locked"},
    P{"temporarily disabled"}, P{"temporarily unavailable"}, P{"user is inactive"}, P{"frozen"}, P{"extended inactivity"}};

constexpr std::array moved{P{"has moved"}, P{"user has moved"}, P{"moved to"}, P{"please try forward to"}, P{"has been replaced by"}, P{"user not local; please try"}, P{"no forwarding address"}};

constexpr std::array host{
    P{"host unknown"}, P{"unknown host"}, P{"host not found"}, P{"host or domain name not found"}, P{"domain name not found"}, P{"domain not found"}, P{"no such domain"},
    P{"no such host"}, P{"domain does not exist"}, P{"domain * does not exist"}, P{"domain doesn't exist"}, P{"domain doesnt exist"}, P{"unknown domain"}, P{"domain unknown"}, P{"nonexistent domain"}, P{"non-existent domain"},
    P{"non-existent hosts"}, P{"nxdomain"}, P{"unrouteable mail domain"}, P{"unrouteable address"}, P{"unroutable address"}, P{"domain is not reachable"}, P{"domain must exist"},
    P{"name or service not known"}, P{"nonexistentdomain"}, P{"domain lookup failed"}, P{"illegal host/domain"}, P{"invalid domain"}, P{"couldn't find any host"}, P{"couldn't find any host named"},
    P{"couldn't find a mail exchanger"}, P{"no mail exchanger"}, P{"no mx or a"}, P{"no mx record"}, P{"has no mx"}, P{"no mx found"}, P{"all host address lookups failed permanently"}, P{"name service error * host not found"},
    P{"bad destination host"}, P{"cannot find your recipient's domain"}, P{"bad-domain"}, P{"badly formed host"}, P{"dns server returned answer with no data"}, P{"host doesn't exist"}, P{"no valid mail exchanger"},
    P{"mail domain mentioned in email address is unknown"}, P{"domaine inconnu"}, P{"ドメインが見つかりません"}};

constexpr std::array user{
    P{"user unknown"}, P{"unknown user"}, P{"unknow user"}, P{"user not known"}, P{"user is unknown"}, P{"user * is unknown"}, P{"user * unknown"}, P{"user not found"}, P{"user * not found"}, P{"user * was not found"},
    P{"user does not exist"}, P{"user * does not exist"}, P{"user doesn't exist"}, P{"user doesn't have a"}, P{"user doesnt have a"}, P{"user not exist"}, P{"user no exist"}, P{"user unkown"}, P{"no such user"}, P{"no user by that name"},
    P{"no such mailbox"}, P{"no such address"}, P{"no such recipient"}, P{"no such person"}, P{"no such account"}, P{"no such local user"}, P{"no such name"}, P{"no such id"}, P{"no mailbox here"},
    P{"no mailbox by that name"}, P{"no mailbox found"}, P{"no mail box"}, P{"no account by that name"}, P{"no valid recipient"}, P{"not a valid recipient"}, P{"not a valid user"}, P{"not a valid mailbox"}, P{"not a valid address"}, P{"not a known user"},
    P{"not a local address"}, P{"not a user"}, P{"not known here"}, P{"not known at this"}, P{"not our customer"}, P{"not listed in"}, P{"not found in"}, P{"not present in directory"}, P{"not an active address"}, P{"not in our directory"}, P{"not found recipient"},
    P{"mailbox not found"}, P{"mailbox unknown"}, P{"unknown mailbox"}, P{"mailbox does not exist"}, P{"mailbox * does not exist"}, P{"mailbox doesn't exist"}, P{"mailbox not present"}, P{"mailbox invalid"}, P{"invalid mailbox"},
    P{"mailbox unavailable"}, P{"mailbox not available"}, P{"mailbox is unavailable"}, P{"mailbox * unavailable"}, P{"local mailbox * is unavailable"}, P{"nonexistent mailbox"}, P{"recipient unknown"}, P{"unknown recipient"}, P{"recipient not found"}, P{"recipient * not found"},
    P{"recipient does not exist"}, P{"recipient * does not exist"}, P{"recipient doesn't exist"}, P{"recipient not exist"}, P{"invalid recipient"}, P{"bad recipient"}, P{"recipient invalid"}, P{"recipient is invalid"}, P{"recipient is not local"}, P{"recipnotfound"},
    P{"recipient notfound"}, P{"recipient name is not recognized"}, P{"recipient not recognized"}, P{"recipient address rejected: access denied"}, P{"recipient address rejected: user"}, P{"recipient address rejected: unknown"}, P{"recipient address rejected: invalid"},
    P{"recipient address rejected: undeliverable"}, P{"unknown or illegal alias"}, P{"unknown address"}, P{"address unknown"}, P{"address does not exist"}, P{"address * does not exist"}, P{"address doesn't exist"}, P{"address not found"}, P{"address could not be found"},
    P{"address couldn't be found"}, P{"address wasn't found"}, P{"e-mail address * was not found"}, P{"address not known"}, P{"address invalid"}, P{"invalid address"}, P{"address is invalid"}, P{"bad address"}, P{"bad destination mailbox"}, P{"bad destination email"}, P{"addressee unknown"}, P{"unknown addressee"},
    P{"address error"}, P{"wrong or no longer valid"}, P{"account does not exist"}, P{"account * does not exist"}, P{"account doesn't exist"}, P{"account not found"}, P{"account unavailable"}, P{"account * not found"}, P{"account unknown"}, P{"unknown account"}, P{"invalid account"},
    P{"unknown local part"}, P{"unknown local-part"}, P{"unknown local user"}, P{"unknown email address"}, P{"unknown e-mail address"}, P{"invalid user"}, P{"invalid final delivery userid"}, P{"invalid or unknown virtual user"}, P{"nonexistent user"}, P{"non-existent user"},
    P{"non existent user"}, P{"does not exist"}, P{"doesn't exist"}, P{"does not like recipient"}, P{"doesn't like recipient"}, P{"no existe"}, P{"n'existe pas"}, P{"does not have an account"}, P{"no one at this address"}, P{"no matches to nameserver query"}, P{"not match an"},
    P{"undeliverable address"}, P{"badrcptto"}, P{"badrecipientto"}, P{"validrcptto"}, P{"user's email name is not found"}, P{"missing home directory"}, P{"envelope recipient has been denied"}, P{"couldn't be found"}, P{"could not be found"}, P{"can't accept user"},
    P{"bad-mailbox"}, P{"rcp-p1"}, P{"utilisateur inconnu"}, P{"destinataire inconnu"}, P{"destinataire invalide"}, P{"adresse inconnue"}, P{"utilisateur non recens"}, P{"usuario desconocido"}, P{"usuario no encontrado"}, P{"destinatario desconocido"}, P{"destinatario sconosciuto"}, P{"utente sconosciuto"},
    P{"nessun utente"}, P{"utente non valido"}, P{"usuário desconhecido"}, P{"usuario inexistente"}, P{"unbekannter benutzer"}, P{"benutzer unbekannt"}, P{"empfänger unbekannt"}, P{"unbekannter empfänger"}, P{"existiert nicht"}, P{"nicht gefunden"}, P{"non répertorié"},
    P{"ukendt bruger"}, P{"onbekende gebruiker"}, P{"gebruiker onbekend"}, P{"okänd mottagare"}, P{"nieznany"}, P{"nie istnieje"}, P{"nie ma takiego"}, P{"пользователь не найден"}, P{"нет такого пользователя"}, P{"не существует"}, P{"несуществующ"},
    P{"用户不存在"}, P{"用户未找到"}, P{"收件人不存在"}, P{"不存在"}, P{"無此"}, P{"查無此人"}, P{"宛先が見つかりません"}, P{"ユーザが存在しません"}, P{"存在しません"}, P{"アドレスが見つかりません"}, P{"見つかりません"}, P{"宛先不明"}, P{"あて先不明"}, P{"사용자를 찾을 수"}, P{"존재하지 않"}};

constexpr std::array expired{
    P{"delivery time expired"}, P{"message expired"}, P{"queue.expired"}, P{"envelope expired"}, P{"delivery expired"}, P{"in the queue too long"}, P{"queue too long"}, P{"sitting in queue"}, P{"retry timeout exceeded"}, P{"retry time not reached"},
    P{"allowed queue period"}, P{"could not be delivered for"}, P{"undeliverable for"}, P{"for too long"}, P{"given up after"}, P{"maximum number of attempts"}, P{"delivery failed * attempts"}, P{"failing for a long time"}, P{"been failing for"}, P{"message timed out"}, P{"not delivered within"},
    P{"unable to deliver in"}, P{"will continue to be made"}, P{"has been delayed"}, P{"not yet been delivered"}, P{"still being retried"}, P{"could not be delivered within"}, P{"aborted after"}, P{"after multiple retries"}, P{"was not delivered within"}, P{"was aborted after"}, P{"not been collected after"}};

constexpr std::array network{
    P{"connection timed out"}, P{"connection refused"}, P{"timed out"}, P{"timeout"}, P{"no route to host"}, P{"network is unreachable"}, P{"host unreachable"}, P{"host is unreachable"}, P{"host not reachable"}, P{"connection reset"}, P{"connection dropped"}, P{"lost connection"},
    P{"connection lost"}, P{"connection died"}, P{"connection failed"}, P{"couldn't connect"}, P{"could not connect"}, P{"unable to connect"}, P{"establish an smtp connection"}, P{"not responding"}, P{"did not respond"}, P{"no answer from host"}, P{"try again"}, P{"name server timeout"},
    P{"host name lookup failure"}, P{"name server: * host name lookup failure"}, P{"dns lookup failed"}, P{"dns error"}, P{"lookup failure"}, P{"name service error"}, P{"loop"}, P{"too many hops"}, P{"hop count"}, P{"greeting failed"}, P{"broken pipe"}, P{"server unavailable or busy"}, P{"find a gateway"},
    P{"bad connection"}, P{"no smtp connection"}, P{"server is not reachable"}, P{"destination computer was"}};

constexpr std::array system_words{
    P{"local error"}, P{"local configuration error"}, P{"server configuration error"}, P{"system config error"}, P{"mail system full"}, P{"insufficient system storage"}, P{"no space left"}, P{"system error"}, P{"internal error"}, P{"internal server error"}, P{"service unavailable"},
    P{"service not available"}, P{"service currently unavailable"}, P{"unknown mailer error"}, P{"command died"}, P{"cannot open"}, P{"can't create"}, P{"cannot create"}, P{"pipe to"}, P{"local problem"}, P{"processing error"}, P{"error while being processed"}, P{"transaction failed"}, P{"out of memory"},
    P{"misconfigured"}, P{"permission denied"}, P{"unable to open"}, P{"write error"}, P{"ambiguous"}};

constexpr std::array content_words{
    P{"mime"}, P{"bad header"}, P{"header error"}, P{"line too long"}, P{"bare lf"}, P{"conversion to internet format failed"}, P{"8-bit"}, P{"non-ascii"}, P{"smtputf8"}, P{"attachment"}, P{"missing date"}, P{"rfc 5322"}, P{"rfc 2822"}};

constexpr std::array table{PhraseGroup{Reason::policy, sender_first}, PhraseGroup{Reason::mailbox_full, full}, PhraseGroup{Reason::too_big, big},
                           PhraseGroup{Reason::no_mail, no_mail}, PhraseGroup{Reason::relaying, relay}, PhraseGroup{Reason::expired, expired},
                           PhraseGroup{Reason::disabled, disabled}, PhraseGroup{Reason::moved, moved}, PhraseGroup{Reason::host_unknown, host},
                           PhraseGroup{Reason::user_unknown, user}, PhraseGroup{Reason::suspended, suspended}, PhraseGroup{Reason::spam, spam},
                           PhraseGroup{Reason::rate, rate}, PhraseGroup{Reason::policy, policy}, PhraseGroup{Reason::content, content_words},
                           PhraseGroup{Reason::network, network}, PhraseGroup{Reason::system, system_words}};

}  // namespace

std::span<const PhraseGroup> phrase_table() { return table; }

}  // namespace tidings::bounce
