#include "subscriber/import_words.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/text.hpp"

namespace tidings::subscriber {
namespace {

using S = SubscriptionState;
using C = SuppressionCause;

/// Words by meaning, "a|b|c"; compared like headers.
struct Words {
  std::string_view keys;
  std::optional<LineStatus> status;
};

constexpr std::string_view confirmed_words =
    "confirmed|subscribed|active|verified|following|optedin|optin|"
    // Buttondown: all of these still get mail.
    "regular|premium|trialed|unpaid|gifted|churning|paused|pastdue|"
    // Kit: reads nothing, but still gets mail.
    "cold|"
    "abonniert|angemeldet|aktiv|bestätigt|abonné|abonnée|abonnéé|inscrit|inscrite|actif|confirmé|suscrito|"
    "suscrita|activo|confirmado|"
    "iscritto|iscritta|attivo|confermato|ingeschreven|geabonneerd|actief|inscrito|inscrita|ativo|aktywny|"
    "подписан|активен|購読中|登録";

constexpr std::string_view pending_words =
    "pending|unconfirmed|unverified|notconfirmed|pendingverification|unactivated|pendingconfirmation|"
    "nonsubscribed|"
    "validating|needsattention|optinpending|unbestätigt|unbestaetigt|ausstehend|nonconfirmé|nonconfirmée|"
    "enattente|sinconfirmar|"
    "noconfirmado|pendiente|nonconfermato|inattesa|onbevestigd|nãoconfirmado|pendente|niepotwierdzony|"
    "неподтвержден|неподтверждён";

constexpr std::string_view withdrawn_words =
    "withdrawn|unsubscribed|unsubscribe|unsub|optedout|optout|inactive|disabled|removed|deactivated|"
    "cancelled|canceled|archived|"
    "unfollowed|deleted|left|revoked|donotmail|donotemail|donotcontact|nomail|norecibir|"
    "abgemeldet|ausgetragen|inaktiv|gelöscht|geloescht|deaktiviert|gekündigt|widerrufen|"
    "désabonné|désabonnée|désabonnéé|desabonne|désinscrit|désinscrite|desinscrit|inactif|inactive|supprimé|"
    "retiré|"
    "desuscrito|dadodebaja|debaja|baja|cancelado|inactivo|eliminado|disiscritto|disiscritta|inattivo|"
    "cancellato|annullato|"
    "uitgeschreven|afgemeld|inactief|verwijderd|descadastrado|desinscrito|inativo|removido|"
    "avregistrerad|avanmäld|avmeldt|frameldt|afmeldt|peruutettu|wypisany|wypisana|nieaktywny|odhlášen|"
    "odjavljen|"
    "απεγγραφή|отписан|отписался|отписка|неактивен|取消订阅|退订|退会|配信停止|解除";

constexpr std::string_view bounced_words =
    "bounced|bounce|hardbounced|hardbounce|cleaned|undeliverable|invalid|unzustellbar|ungültig|rebond|"
    "rebotado|rebote|"
    "nondeliverable|rimbalzato|teruggestuurd|devolvido|недоставлено";

constexpr std::string_view soft_words = "softbounced|softbounce";

constexpr std::string_view complained_words =
    "complained|complaint|complaints|spam|spammy|junk|spamcomplaint|markedasspam|abuse|abusereport|"
    "beschwerde|plainte|queja|reclamo|"
    "klacht|жалоба";

constexpr std::string_view blocked_words =
    "blocked|blocklisted|blacklisted|suppressed|blocklist|blacklist|banned|gesperrt|blockiert|bloqué|bloquée|"
    "surlistenoire|bloqueado|"
    "bloccato|geblokkeerd|zablokowany|заблокирован";

const std::unordered_map<std::string, std::optional<LineStatus>>& words() {
  static const auto all = [] {
    const std::array<Words, 8> lists{{{confirmed_words, S::confirmed},
                                      {pending_words, S::pending},
                                      {withdrawn_words, S::withdrawn},
                                      {bounced_words, C::hard_bounce},
                                      {soft_words, C::soft_bounces},
                                      {complained_words, C::complaint},
                                      {blocked_words, C::manual},
                                      {"enabled", std::nullopt}}};  // listmonk; says nothing about consent
    std::unordered_map<std::string, std::optional<LineStatus>> map;
    for (const auto& [keys, status] : lists) {
      for (const auto key : split(keys, '|')) map.emplace(key, status);
    }
    return map;
  }();
  return all;
}

/// Whether the text contains any of "a|b|c".
bool has_any(std::string_view text, std::string_view parts) {
  return std::ranges::any_of(split(parts, '|'),
                             [&](auto part) { return text.find(part) != std::string_view::npos; });
}

bool is_any(std::string_view text, std::string_view whole) {
  return std::ranges::any_of(split(whole, '|'), [&](auto each) { return text == each; });
}

int gravity(const std::optional<LineStatus>& status) {
  if (!status) return 0;
  if (const auto* const cause = std::get_if<C>(&*status)) return *cause == C::soft_bounces ? 4 : 5;
  const auto state = std::get<S>(*status);
  return state == S::confirmed ? 1 : state == S::pending ? 2 : 3;
}

}  // namespace

std::string key_of(std::string_view header) {
  std::string key;
  for (const char c : fold_case(clean_utf8(header))) {
    const bool letter =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<std::uint8_t>(c) >= 0x80;
    if (letter) key += c;
  }
  return key;
}

bool is_yes(std::string_view text) {
  return is_any(key_of(text), "true|yes|1|y|t|ja|oui|si|sí|sim|да|wahr|vrai|x|✓|✔");
}

bool is_no(std::string_view text) {
  return is_any(key_of(text), "false|no|0|n|f|nein|non|não|nee|нет|falsch|faux|falso");
}

StatusWord read_status(std::string_view word) {
  const auto found = words().find(key_of(word));
  if (found == words().end()) return {};
  return {.known = true, .status = found->second};
}

bool says_no_mail(std::string_view word) {
  if (word.size() < 3 || word.size() > 60) return false;
  return gravity(read_status(word).status) >= 3;
}

std::optional<LineStatus> graver(std::optional<LineStatus> a, std::optional<LineStatus> b) {
  return gravity(b) > gravity(a) ? b : a;
}

HeaderMeaning meaning_of_header(std::string_view header) {
  const auto key = key_of(header);
  const bool no_mail =
      has_any(
          key,
          "reject|rejet|ungültig|ungueltig|"
          "unsub|optout|optedout|abmeld|abgemeldet|austrag|ausgetragen|gesperrt|sperrliste|blocklist|"
          "blacklist|"
          "blocked|blockiert|suppress|bounce|unzustellbar|complain|complaint|beschwerde|spam|junk|abuse|"
          "donotmail|"
          "donotemail|donotcontact|withdraw|revoked|widerruf|désabonn|desabonn|désinscri|desinscri|plainte|"
          "listenoire|"
          "debaja|cancelad|rebot|rebond|queja|listanegra|bloquead|disiscri|cancellat|bloccat|reclam|"
          "uitgeschreven|"
          "uitschrijf|afgemeld|geblokkeerd|klacht|descadastr|avregistr|avanmäl|avmeld|frameld|afmeld|wypis|"
          "odhláš|"
          "απεγγραφ|отпис|жалоб|заблок|退订|退会|配信停止|解除|undeliverable|cleaned|deactivated|disabled") ||
      is_any(key, "baja|left|removed|deleted|inactive|inaktiv|inactif|inactivo|cold|invalid");
  if (no_mail) return HeaderMeaning::no_mail;
  const bool consent = has_any(key,
                               "consent|einwillig|zustimm|gdpr|dsgvo|rgpd|permission|optin|optedin|"
                               "consentement|consentimiento|consenso|"
                               "toestemming|samtyck|samtykke|suostumus|zgoda|souhlas|согласи|同意|mayemail|"
                               "canemail|emailable|mailable|"
                               "subscribedto|acceptsmarketing|marketingemail") ||
                       is_any(key,
                              "subscribed|active|aktiv|actif|activo|enabled|abonniert|confirmed|isactive|"
                              "issubscribed|isconfirmed|newsletter|emailnewsletter|newsletteremail|"
                              "wantsnewsletter|receivesnewsletter|rundbrief|rundmail|infobrief|infomail|"
                              "nieuwsbrief|nyhetsbrev|nyhedsbrev|boletín|boletin");
  if (consent) return HeaderMeaning::consent;
  const bool status =
      has_any(key,
              "status|statut|estado|stato|stav|subskrypc|состояни|статус|状態|状态|ステータス|"
              "subscriptionstate|emailstate|"
              "memberstate|subscriberstate") ||
      is_any(key, "stato|stav|tila|tilstand|stan");
  return status ? HeaderMeaning::status : HeaderMeaning::nothing;
}

std::string_view status_word(SuppressionCause cause) {
  switch (cause) {
    case SuppressionCause::hard_bounce: return "bounced";
    case SuppressionCause::soft_bounces: return "soft_bounced";
    case SuppressionCause::complaint: return "complained";
    case SuppressionCause::manual:
    case SuppressionCause::erased: return "blocked";
  }
  return "";
}

}  // namespace tidings::subscriber
