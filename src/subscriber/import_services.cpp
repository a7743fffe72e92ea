#include "subscriber/import_services.hpp"

#include <utility>

namespace tidings::subscriber {
namespace {

constexpr std::string_view follow_it_signs =
    "followdate|followeddate|datefollowed|followedat|followedon|followedsince|followingsince|followerstatus|"
    "followstatus|deliverychannel|deliverychannels";

constexpr std::string_view brevo_blocklist =
    "emailblocklisted|emailblacklisted|emailblocklist|emailblacklist|blocklisted|blacklisted|blocklist|"
    "blacklist";

/// With its figures, or with the dates and addresses of the consent.
ServiceFormat mailerlite(std::vector<std::string_view> signs) {
  return {
      "mailerlite",
      std::move(signs),
      "email|subscriber",
      "status|type|subscriberstatus",
      "confirmationdate|optintime|optindate|subscribedate|subscribed|datesubscribed|subscribedat|signupdate",
      {{"unsubscribed|unsubscribedate|dateunsubscribed|unsubscribedat", 'g', "unsubscribed"}},
      "",
      DateOrder::year_first,
      "",
      "optinip|signupip|optintime|subscribed|optindate"};
}

}  // namespace

const std::vector<Synonyms>& synonyms() {
  static const std::vector<Synonyms> all = {
      {"email",
       {"email",
        "emailaddress",
        "mail",
        "mailaddress",
        "subscriberemail",
        "useremail",
        "emailadresse",
        "mailadresse",
        "adresseemail",
        "adressemail",
        "courriel",
        "correo",
        "correoelectronico",
        "correoelectrónico",
        "direccióndecorreoelectrónico",
        "direcciondecorreoelectronico",
        "indirizzoemail",
        "endereçodeemail",
        "emailadres",
        "epost",
        "eposta",
        "sähköposti",
        "почта",
        "メールアドレス"}},
      {"name", {"name", "fullname", "displayname", "subscribername", "membername", "nom", "nombre", "nome"}},
      {"first_name", {"firstname", "fname", "givenname", "vorname", "prenom", "prénom", "voornaam"}},
      {"last_name",
       {"lastname", "lname", "surname", "familyname", "nachname", "apellidos", "apellido", "cognome",
        "sobrenome", "achternaam"}},
      {"language", {"language", "lang", "locale", "sprache", "langue", "idioma"}},
      {"digests", {"digests", "digest"}},
      {"topics", {"topics", "topic"}},
      {"status", {"status", "state", "subscriptionstatus", "subscriberstatus"}},
      {"confirmed_at",
       {"confirmedat", "confirmtime", "confirmedon", "confirmationdate", "confirmationtime", "optintime",
        "optindate", "subscribedat", "subscribedon", "subscribedate", "subscribetime", "subscriptiondate",
        "subscriptiontime"}},
      {"ip",
       {"confirmip", "confirmationip", "confirmedip", "optinip", "signupip", "subscribeip", "subscriptionip",
        "subscribedip", "ipaddress", "optinipaddress", "ip"}},
      {"left_at",
       {"leftat", "unsubtime", "unsubscribedat", "unsubscribeddate", "unsubscribedate", "unsubscribedon",
        "unsubscribetime", "dateunsubscribed", "unsubscriptiondate", "optouttime", "optoutdate",
        "withdrawnat", "cancelledat", "canceledat"}},
      {"paused_until", {"pauseduntil"}},
      {"timezone", {"timezone", "timezonename", "tz", "zeitzone", "fuseauhoraire", "zonahoraria"}},
      {"tags",
       {"tags", "tag", "labels", "groups", "group", "segments", "segment", "lists", "list",
        "listmembership"}},
  };
  return all;
}

const std::vector<ServiceFormat>& service_formats() {
  static const std::vector<ServiceFormat> all = {
      // Separate files of the subscribed, unsubscribed and cleaned, distinguished by their own columns. The
      // names of custom fields (the address is one) are in the account's language, or renamed; those in
      // capitals never change.
      {"mailchimp",
       {"memberrating", "optintime|confirmtime|unsubtime|cleantime|leid"},
       "emailaddress",
       "",
       "confirmtime|optintime",
       {{"cleantime", 'f', "cleaned"}, {"unsubtime", 'f', "unsubscribed"}},
       "subscribed",
       DateOrder::year_first,
       "",
       "optintime|unsubcampaigntitle|unsubcampaignid|unsubreason|unsubreasonother|cleancampaigntitle|"
       "cleancampaignid"},
      // email_list.csv of the whole export, in the forms of several years, and the list of paying
      // subscribers.
      {"substack",
       {"email", "emaildisabled", "activesubscription|expiry"},
       "email",
       "",
       "createdat",
       {{"emaildisabled", 'y', "unsubscribed"}},
       "subscribed",
       DateOrder::year_first,
       "",
       "activesubscription"},
      // The export of the subscribers' page, now and as it was until 2024. Its "Cancel date" is that of a
      // paid plan.
      {"substack",
       {"email", "stripeplan|subscriptionsourcefree", "startdate|subscriptiondate"},
       "email",
       "",
       "startdate|subscriptiondate",
       {},
       "subscribed"},
      {"buttondown",
       {"email|emailaddress", "creationdate", "type|subscribertype"},
       "email|emailaddress",
       "type|subscribertype",
       "creationdate"},
      // "enabled" says nothing about confirmation, which is kept per list and not exported.
      {"listmonk", {"uuid", "email", "attributes", "status"}, "email", "status", "createdat"},
      {"ghost",
       {"email", "subscribedtoemails|subscribed", "complimentaryplan"},
       "email",
       "",
       "createdat",
       {{"deletedat", 'f', "unsubscribed"},
        {"subscribedtoemails", 'n', "unsubscribed"},
        {"subscribed", 'n', "unsubscribed"}},
       "subscribed"},
      {"phplist",
       {"email",
        "confirmed|isthisuserconfirmed|isthissubscriberconfirmed|istheemailofthissubscriberconfirmed",
        "blacklisted|isthisuserblacklisted|isthissubscriberblacklisted"},
       "email",
       "",
       "entered",
       {{"blacklisted|isthisuserblacklisted|isthissubscriberblacklisted", 'y', "blacklisted"},
        {"disabled|isthisaccountdisabled", 'y', "disabled"},
        {"confirmed|isthisuserconfirmed|isthissubscriberconfirmed|istheemailofthissubscriberconfirmed", 'n',
         "unconfirmed"}},
       "subscribed",
       DateOrder::year_first,
       "",
       "optedin|didthissubscribermanuallyconfirm|bouncecount|numberofbouncesonthisuser|"
       "numberofbouncesonthissubscriber"},
      {"feedburner",
       {"email|emailaddress", "subscribed|datesubscribed|subscribetime", "status"},
       "email|emailaddress",
       "status",
       "subscribed|datesubscribed|subscribetime",
       {},
       "",
       DateOrder::month_first},
      // We had no sample file: recognised by columns that only followers have.
      {"follow.it",
       {"email|emailaddress|follower|followeremail|followersemail", follow_it_signs},
       "followeremail|followersemail|emailaddress|email|follower",
       "followerstatus|followstatus|status",
       "followdate|followeddate|datefollowed|followedat|followedon|followedsince|followingsince|date"},
      // The status of the person and of each of their lists, in the language of the WordPress site; the
      // graver counts.
      {"mailpoet",
       {"email|emailadresse|adresseemail",
        "globalstatus|globalerstatus|statutglobal|estadoglobal|statoglobale|globalestatus|algemenestatus|"
        "liststatus|listenstatus|statutdelaliste|estadodelalista|statodellalista|lijststatus"},
       "email|emailadresse|adresseemail",
       "globalstatus|globalerstatus|statutglobal|estadoglobal|statoglobale|globalestatus|algemenestatus",
       "confirmationtime|confirmedat|subscriptiontime|subscribedat|createdat",
       {},
       "",
       DateOrder::year_first,
       "liststatus|listenstatus|statutdelaliste|estadodelalista|statodellalista|lijststatus"},
      // "Blocklisted" is whoever left, complained or bounced; _BLOCKLISTED names the channels:
      // "email_marketing". The others may be contacts of any kind: the
      // caller says.
      {"brevo",
       {"email", brevo_blocklist,
        "contactid|sms|listids|addedtime|modifiedtime|createdat|firstname|vorname|prenom|prénom|lastname|"
        "nachname|"
        "nom|"
        "doubleoptin|optin|whatsapp|emailcampaigns"},
       "email",
       "",
       "doubleoptintime|optintime|addedtime|createdat|dateadded",
       {{brevo_blocklist, 'g', "blocklisted"},
        {"emailunsubscribed|unsubscribed|emailmarketingunsubscribed", 'g', "unsubscribed"},
        {"doubleoptin", 'n', "unconfirmed"}},
       "",
       DateOrder::day_first,
       "emailmarketing|emailmarketingstatus|emailsubscriptionstatus|emailcampaigns|subscriptionstatus|status",
       "subscribed|optin|smsblacklisted|smsblocklisted|whatsappblocklisted|whatsappblacklisted|smsmarketing|"
       "optintime|"
       "doubleoptintime"},
      {"beehiiv",
       {"email", "status", "createdat|subscribedat|created|subscribedon",
        "subscriptiontier|tier|subscriptiontiername|premiumtier|subscriptionpremiumtiernames|"
        "acquisitionsource|referralcode|utmsource|"
        "utmmedium|utmcampaign|utmchannel|publicationid|subscriptionid|subscriberid|stripecustomerid"},
       "email",
       "status",
       "subscribedat|subscribedon|createdat|created"},
      // "inactive" means unconfirmed or deactivated: neither gets mail.
      {"kit",
       {"email|emailaddress", "firstname", "createdat|subscribedat|confirmedat", "status|state",
        "id|tags|referrer|utmsource|subscriberid|source|customfields|location"},
       "emailaddress|email",
       "status|state",
       "confirmedat|subscribedat|createdat"},
      mailerlite({"email|subscriber", "sent|emailssent", "opens|opened|openscount|openrate|opensrate",
                  "clicks|clicked|clickscount|clickrate|clicksrate"}),
      mailerlite({"email|subscriber", "subscribedate|subscribed|datesubscribed|subscribedat|signupdate",
                  "subscribeip|signupip|optinip|confirmationip|ipaddress|confirmationdate"}),
  };
  return all;
}

}  // namespace tidings::subscriber
