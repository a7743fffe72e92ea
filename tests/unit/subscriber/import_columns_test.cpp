#include "subscriber/import_columns.hpp"

#include "subscriber/import.hpp"
#include "subscriber/support.hpp"

using namespace tidings;
using namespace tidings::subscriber;
using namespace tidings::subscriber::test;
using State = SubscriptionState;

TEST_CASE("import_columns: dates as the world writes them") {
  struct Case {
    std::string_view text;
    std::string_view want;  // empty: no date
  };
  const Case cases[] = {
      {"2026-01-05T08:00:00Z", "2026-01-05T08:00:00Z"},
      {"2026-01-05T08:00:00.250Z", "2026-01-05T08:00:00.250Z"},
      {"2026-01-05T10:00:00+02:00", "2026-01-05T08:00:00Z"},
      {"2026-01-05 08:00:00", "2026-01-05T08:00:00Z"},
      {"2026-01-05 08:00", "2026-01-05T08:00:00Z"},
      {" 2026-01-05 ", "2026-01-05T00:00:00Z"},
      {"2026-01-05 08:00:00 UTC", "2026-01-05T08:00:00Z"},
      {"2026-01-05 08:00:00.123456 +0000 UTC", "2026-01-05T08:00:00Z"},
      {"2026-01-05 10:00:00.5+02", "2026-01-05T08:00:00Z"},
      {"2026-01-05 03:00:00 -0500", "2026-01-05T08:00:00Z"},
      {"2026-01-05T08:00Z", "2026-01-05T08:00:00Z"},
      {"2026-02-30", ""},
      {"2026-13-01 10:00", ""},
      {"06/17/2009 09:52", ""},
      {"5 January 2026", "2026-01-05T00:00:00Z"},
      {"Jan 5, 2026", "2026-01-05T00:00:00Z"},
      {"Jan 5, 2026 8:00 AM", "2026-01-05T08:00:00Z"},
      {"January 5th, 2026 at 8:05 pm", "2026-01-05T20:05:00Z"},
      {"Mon, 05 Jan 2026 08:00:00 GMT", "2026-01-05T08:00:00Z"},
      {"Mon Jan 05 2026 10:00:00 GMT+0200 (Eastern European Time)", "2026-01-05T08:00:00Z"},
      {"2026-01-05 08:00 PM", "2026-01-05T20:00:00Z"},
      {"1767600000", "2026-01-05T08:00:00Z"},
      {"1767600000250", "2026-01-05T08:00:00.250Z"},
      {"5 Janvember 2026", ""},
      {"5 January", ""},
      {"32 January 2026", ""},
      {"Jan 5, 2026 13:00 PM", ""},
      {"2026-01-05 25:00", ""},
      {"2026-01-05x", ""},
      {"2026-01-05 08:00:00 CET", ""},
      {"2026", ""},
      {"", ""},
      {"\xFF", ""},
  };
  for (const auto& one : cases) {
    CAPTURE(one.text);
    const auto date = read_date(one.text);
    CHECK(date.has_value() == !one.want.empty());
    if (date) CHECK(format_rfc3339(*date) == one.want);
  }
}

TEST_CASE("import_columns: dates with the month first, where a service writes them so") {
  struct Case {
    std::string_view text;
    std::string_view want;  // empty: no date
  };
  const Case cases[] = {
      {"06/17/2009 09:52", "2009-06-17T09:52:00Z"},
      {"6/7/2009", "2009-06-07T00:00:00Z"},
      {"6/7/2009 9:52", "2009-06-07T09:52:00Z"},
      {"06/17/2009 12:05:06 AM", "2009-06-17T00:05:06Z"},
      {"06/17/2009 12:05 pm", "2009-06-17T12:05:00Z"},
      {"06/17/2009 1:05PM", "2009-06-17T13:05:00Z"},
      {"2009-06-17 09:52", "2009-06-17T09:52:00Z"},
      {"17/06/2009 09:52", ""},
      {"06/17/09", ""},
      {"06/17/2009 25:00", ""},
      {"06/17/2009 13:00 PM", ""},
      {"6/17", ""},
      {"6/17/2009 soon", ""},
      {"/", ""},
      {"", ""},
      {"pm", ""},
  };
  for (const auto& one : cases) {
    CAPTURE(one.text);
    const auto date = read_date(one.text, DateOrder::month_first);
    CHECK(date.has_value() == !one.want.empty());
    if (date) CHECK(format_rfc3339(*date) == one.want);
  }
}

TEST_CASE("import_columns: a name in two columns is put together, whatever the language calls them") {
  for (const std::string_view header :
       {"Prénom,Nom", "Vorname,Name", "Nombre,Apellidos", "Nome,Cognome", "First Name,Last Name"}) {
    CAPTURE(header);
    List list;
    const auto text = std::string{"E-Mail,"} + std::string{header} + "\nr1@example.org,Ada,Finch\n";
    auto reader = CsvReader::over(text, "x.csv");
    REQUIRE(
        import_csv(list.database, list.clock, reader, {.digests = {"weekly"}, .known_digests = {"weekly"}}));
    CHECK((*list.table.find(address("r1@example.org")))->name == "Ada Finch");
  }
}

namespace {

/// A file in the shape of a service's export, and what has to come of it.
struct ServiceCase {
  std::string_view format;
  std::string_view text;
  std::string_view
      states;  ///< of each address in turn: c confirmed, p pending, w withdrawn, - unknown, x suppressed
  std::string_view confirmed;  ///< of the first line; empty: not looked at
  std::string_view name;       ///< of the first line
};

constexpr ServiceCase services[] = {
    {"mailchimp",
     "\"Email Address\",\"First Name\",\"Last "
     "Name\",MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,"
     "TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS\n"
     "r1@example.org,Ada,Finch,4,\"2024-03-01 09:00:00\",192.0.2.1,\"2024-03-01 "
     "09:05:00\",192.0.2.1,,,,,,,,\"2024-03-02 "
     "10:00:00\",1001,aa1,,\"\"\"friend\"\"\"\n"
     "r2@example.org,,,2,,,\"2024-04-01 10:00:00\",,,,,,,,,\"2024-04-01 10:00:00\",1002,aa2,,\n",
     "cc", "2024-03-01T09:05:00Z", "Ada Finch"},
    {"mailchimp",
     "\"Email Address\",\"First Name\",\"Last "
     "Name\",MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LAST_CHANGED,LEID,EUID,NOTES,TAGS,"
     "UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER\n"
     "r1@example.org,Bo,,2,,,\"2024-03-01 09:05:00\",,\"2024-05-02 10:00:00\",1003,aa3,,,\"2024-05-02 "
     "10:00:00\",News,77,NORMAL,\n",
     "w", "2024-03-01T09:05:00Z", "Bo"},
    {"mailchimp",
     "\"Email "
     "Address\",MEMBER_RATING,CONFIRM_TIME,LEID,EUID,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID\n"
     "r1@example.org,1,\"2024-03-01 09:05:00\",1004,aa4,\"2024-06-01 00:00:00\",News,78\n",
     "x", "", ""},
    {"substack",
     "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\n"
     "r1@example.org,false,,other,false,2023-01-02T03:04:05.678Z,\n"
     "r2@example.org,true,2025-01-01T00:00:00.000Z,monthly,true,2023-01-03T00:00:00.000Z,2023-02-01T00:00:00."
     "000Z\n",
     "cw", "2023-01-02T03:04:05.678Z", ""},
    {"substack",
     "Email,Name,Stripe plan,Cancel date,Start date,Paid upgrade date,Activity,Type,Subscription source "
     "(free)\n"
     "r1@example.org,Ana,,,2025-01-01T00:00:00.000Z,,5,Free,direct\n",
     "c", "2025-01-01T00:00:00Z", "Ana"},
    {"mailchimp",  // of an account in German
     "E-Mail-Adresse,Vorname,Nachname,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LAST_CHANGED,"
     "NOTES,TAGS\n"
     "r1@example.org,Änne,Specht,3,2024-03-01 09:00:00,,2024-03-01 09:05:00,,2024-03-01 09:05:00,,\n",
     "c", "2024-03-01T09:05:00Z", "Änne Specht"},
    {"substack",  // who pays
     "email,expiry,email_disabled,stripe_connected_customer_id,type\n"
     "r1@example.org,2025-07-06T16:20:44.000Z,false,cus_1,paid\n"
     "r2@example.org,2025-07-06T16:20:44.000Z,true,,comp\n",
     "cw", "", ""},
    {"substack",  // the subscribers' page until 2024
     "Email,Name,Subscription type,Activity,Subscription date,Revenue,Subscription source (free),Cancel "
     "date,Receiving emails "
     "for\n"
     "r1@example.org,Ana,Free,3,2024-01-10T08:00:00.000Z,0,direct,,\n",
     "c", "2024-01-10T08:00:00Z", "Ana"},
    {"substack",  // and now
     "Email,Type,Country,Start date,Subscription source (free),Activity\n"
     "r1@example.org,Free,ES,2026-06-17T10:21:38.759Z,substack-notes,4\n",
     "c", "2026-06-17T10:21:38.759Z", ""},
    {"buttondown",
     "id,creation_date,email_address,notes,metadata,tags,referrer_url,secondary_id,type,source\n"
     "1,2024-02-03 04:05:06.789012+00:00,r1@example.org,,{},[],,1,regular,form\n"
     "2,2024-02-03T04:05:06Z,r2@example.org,,{},[],,2,unactivated,form\n"
     "3,2024-02-03T04:05:06Z,r3@example.org,,{},[],,3,unsubscribed,form\n"
     "4,2024-02-03T04:05:06Z,r4@example.org,,{},[],,4,undeliverable,api\n"
     "5,2024-02-03T04:05:06Z,r5@example.org,,{},[],,5,past_due,api\n",
     "cpwxc", "2024-02-03T04:05:06.789Z", ""},
    {"listmonk",
     "uuid,email,name,attributes,status,created_at,updated_at\n"
     "11111111-2222-4333-8444-555555555555,r1@example.org,Cy,{},enabled,2024-05-01 10:11:12.123456 +0000 "
     "UTC,2024-05-01 "
     "10:11:12.123456 +0000 UTC\n"
     "11111111-2222-4333-8444-555555555556,r2@example.org,Dee,\"{\"\"city\"\": "
     "\"\"Exampletown\"\"}\",disabled,2024-05-01 "
     "10:11:12 +0000 UTC,\n"
     "11111111-2222-4333-8444-555555555557,r3@example.org,Eli,{},blocklisted,2024-05-01 10:11:12 +0000 "
     "UTC,\n",
     "pwx", "", "Cy"},
    {"ghost",
     "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,"
     "labels,tiers\n"
     "m1,r1@example.org,Flo,,true,false,,2024-01-15T10:00:00.000Z,,,\n"
     "m2,r2@example.org,,,false,false,,2024-01-15T10:00:00.000Z,,,\n"
     "m3,r3@example.org,,,true,false,,2024-01-15T10:00:00.000Z,2024-02-01T00:00:00.000Z,,\n",
     "cww", "2024-01-15T10:00:00Z", "Flo"},
    {"phplist",
     "id\tEmail\tIs this subscriber confirmed\tIs this subscriber blacklisted\tNumber of bounces on this "
     "subscriber\tEntered\tLast Modified\tList Membership\n"
     "1\tr1@example.org\t1\t0\t0\t2012-11-01 14:58:40\t2013-01-01 00:00:00\tnews \n"
     "2\tr2@example.org\t0\t0\t0\t2012-11-01 14:58:40\t2013-01-01 00:00:00\tnews \n"
     "3\tr3@example.org\t1\t1\t0\t2012-11-01 14:58:40\t2013-01-01 00:00:00\tNo Lists\n",
     "cpx", "2012-11-01T14:58:40Z", ""},
    {"feedburner",
     "Email,Subscribed,Status,\n"
     "r1@example.org,06/17/2009 09:52,Active,\n"
     "r2@example.org,04/30/2009 01:37,Pending Verification,\n",
     "cp", "2009-06-17T09:52:00Z", ""},
    {"feedburner",
     "Email Address,Date Subscribed,Status\n"
     "r1@example.org,6/7/2009 9:52 PM,Active\n"
     "r2@example.org,4/30/2009 1:37 AM,Unverified\n"
     "r3@example.org,4/30/2009 1:37 AM,Deactivated\n",
     "cpw", "2009-06-07T21:52:00Z", ""},
    {"follow.it",
     "Email,Follow date,Status,Delivery channel\n"
     "r1@example.org,2021-06-30 12:00:00,Active,Newspaper\n"
     "r2@example.org,2021-06-30 12:00:00,Pending,Single emails\n"
     "r3@example.org,2021-06-30 12:00:00,Unfollowed,Newspaper\n",
     "cpw", "2021-06-30T12:00:00Z", ""},
    {"csv",
     "Email,Name,Status,Subscribed on\n"
     "r1@example.org,Gus,Active,2021-06-01\n"
     "r2@example.org,,Inactive,2021-06-01\n",
     "cw", "2021-06-01T00:00:00Z", "Gus"},
};

char state_of(List& list, std::string_view mail) {
  if (*list.suppressions.lookup(address(mail))) return 'x';
  const auto states = list.states(mail);
  if (states == "none") return '-';
  return states[states.find('=') + 1];
}

}  // namespace

TEST_CASE("import_columns: exports of other services are known by their headers, status and date with them") {
  for (const auto& one : services) {
    CAPTURE(one.format);
    CAPTURE(one.states);
    List list;
    auto reader = CsvReader::over(one.text, "export.csv");
    const auto report =
        import_csv(list.database, list.clock, reader, {.digests = {"weekly"}, .known_digests = {"weekly"}});
    REQUIRE(report);
    CHECK(report->format == one.format);
    for (const auto& rejected : report->rejected_lines) FAIL_CHECK(rejected.reason);
    std::string states;
    for (std::size_t i = 1; i <= one.states.size(); ++i)
      states += state_of(list, "r" + std::to_string(i) + "@example.org");
    CHECK(states == one.states);
    const auto first = *list.table.find(address("r1@example.org"));
    if (!first) continue;
    CHECK(first->name == one.name);
    if (!one.confirmed.empty()) CHECK(format_rfc3339(*first->subscriptions.at(0).confirmed) == one.confirmed);
  }
}

TEST_CASE("import_columns: a mapping of the caller beats what a service's export means") {
  List list;
  auto reader = CsvReader::over(
      "email,active_subscription,email_disabled,created_at,Their "
      "status\nr1@example.org,false,false,2023-01-02,pending\n",
      "x.csv");
  const auto report = import_csv(list.database, list.clock, reader,
                                 {.digests = {"weekly"},
                                  .known_digests = {"weekly"},
                                  .map = {{"status", "their status"}, {"confirmed_at", ""}}});
  REQUIRE(report);
  CHECK(list.states("r1@example.org") == "weekly=pending");
}

TEST_CASE("import_columns: every word that we write is a word that we read") {
  for (const auto state : {State::pending, State::confirmed, State::withdrawn}) {
    CHECK(read_status(name_of(state)).status == LineStatus{state});
  }
  for (const auto cause : {SuppressionCause::hard_bounce, SuppressionCause::soft_bounces,
                           SuppressionCause::complaint, SuppressionCause::manual}) {
    CHECK(read_status(status_word(cause)).status == LineStatus{cause});
  }
  CHECK_FALSE(read_status("perhaps").known);
  CHECK(read_status("enabled").known);
  CHECK_FALSE(read_status("enabled").status);
}
