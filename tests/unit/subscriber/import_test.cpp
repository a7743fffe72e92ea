#include "subscriber/import.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "subscriber/notice_table.hpp"
#include "subscriber/support.hpp"
#include "support/temp_folder.hpp"

using namespace tidings;
using namespace tidings::subscriber;
using namespace tidings::subscriber::test;
using namespace std::string_literals;
using State = SubscriptionState;

namespace {

ImportOptions options() {
  return {
      .digests = {"daily", "weekly"}, .known_digests = {"daily", "monthly", "weekly"}, .detail = "list.csv"};
}

Result<ImportReport> import_text(List& list, std::string_view text, const ImportOptions& wanted = options()) {
  auto reader = CsvReader::over(text, "list.csv");
  return import_csv(list.database, list.clock, reader, wanted);
}

}  // namespace

TEST_CASE("import: every column arrives where it belongs") {
  List list;
  const auto report = import_text(list,
                                  "email,name,language,digests,topics,status,confirmed_at\n"
                                  "ana@example.org,Ana,es,weekly,art;sea,confirmed,2025-03-01T10:00:00Z\n"
                                  "bo@example.org,,,,,,\n"
                                  "cy@example.org,Cy,,monthly;weekly,,withdrawn,2024-01-01\n");
  REQUIRE(report);
  CHECK(report->format == "tidings");
  CHECK(report->records == 3);
  CHECK(report->added == 2);
  CHECK(report->withdrawn == 1);
  const auto ana = *list.table.find(address("ana@example.org"));
  REQUIRE(ana);
  CHECK(ana->name == "Ana");
  CHECK(ana->language == "es");
  CHECK(ana->topics == std::vector<std::string>{"art", "sea"});
  CHECK(ana->subscriptions.at(0).confirmed == *parse_rfc3339("2025-03-01T10:00:00Z"));
  CHECK(list.states("ana@example.org") == "weekly=confirmed");
  CHECK(list.states("bo@example.org") == "daily=pending weekly=pending");
  CHECK(list.states("cy@example.org") == "monthly=withdrawn weekly=withdrawn");
  CHECK(list.consents.history(ana->id)->at(0) == Consent{.digest = "weekly",
                                                         .event = ConsentEvent::confirmed,
                                                         .at = *parse_rfc3339("2025-03-01T10:00:00Z"),
                                                         .origin = Origin::import,
                                                         .detail = "list.csv:2"});
}

TEST_CASE("import: headers are found by their usual names, mapped by the caller, or missed with a hint") {
  struct Case {
    std::string header;
    std::vector<std::pair<std::string, std::string>> map;
    std::string email;
    std::string name;
  };
  const Case cases[] = {
      {"E-Mail Address,Full Name", {}, "E-Mail Address", "Full Name"},
      {"first name,LAST NAME,EMAIL", {}, "EMAIL", "first name + LAST NAME"},
      {"Kontakt,name", {{"email", "Kontakt"}}, "Kontakt", "name"},
      {"kontakt,name", {{"email", "KONTAKT"}, {"name", ""}}, "kontakt", ""},
      {"email,alt", {{"email", "alt"}}, "alt", ""},
      {"Адрес,Имя,почта", {{"name", "Имя"}}, "почта", "Имя"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.header);
    List list;
    auto wanted = options();
    wanted.map = one.map;
    const auto report = import_text(list, one.header + "\n", wanted);
    REQUIRE(report);
    CHECK(report->columns.at(0) == ColumnChoice{"email", one.email});
    CHECK(report->columns.at(1) == ColumnChoice{"name", one.name});
  }
  List list;
  const auto none = import_text(list, "who,what\na@example.org,b\n");
  REQUIRE_FALSE(none);
  CHECK(none.error().code == Errc::bad_data);
  CHECK(none.error().what == "list.csv:1: there is no email column");
  auto wanted = options();
  wanted.map = {{"email", "emial"}};
  CHECK(import_text(list, "email\n", wanted).error().hint == "did you mean \"email\"?");
  wanted.map = {{"mail", "email"}};
  CHECK(import_text(list, "email\n", wanted).error().code == Errc::usage);
}

TEST_CASE("import: a list of bare addresses needs no header") {
  List list;
  const auto report = import_text(list, "a@example.org\nb@example.org\n");
  REQUIRE(report);
  CHECK(report->added == 2);
}

TEST_CASE("import: a bad line is rejected with its number and reason, the others are imported") {
  List list;
  const tidings::test::TempFolder folder;
  auto wanted = options();
  wanted.reject_file = folder / "rejected.csv";
  const auto report = import_text(list,
                                  "email,name,language,digests,topics,status,confirmed_at\n"
                                  "good@example.org,,,,,,\n"
                                  "no-at-sign,,,,,,\n"
                                  ",Nobody,,,,,\n"
                                  "a@example.org,\"two\r\nli\x01nes\",,,,,\n"
                                  "b@example.org,\0,,,,,\n"
                                  "c@example.org,,12!,,,,\n"
                                  "d@example.org,,,weakly,,,\n"
                                  "e@example.org,,,,,perhaps,\n"
                                  "f@example.org,,,,,confirmed,yesterday\n"
                                  "g@example.org,,,,,,,too,many\n"
                                  "caf\xE9@example.org,,,,,,\n"
                                  "=h@example..org,Zoë,,,,,\n"s,
                                  wanted);
  REQUIRE(report);
  CHECK(report->records == 12);
  CHECK(report->added == 1);
  CHECK(report->rejected == 11);
  struct Case {
    std::int64_t line;
    std::string_view reason;
  };
  const Case cases[] = {{3, "it has no @"},
                        {4, "the address is missing"},
                        {5, "control characters"},
                        {7, "control characters"},
                        {8, "not a language"},
                        {9, "did you mean \"weekly\"?"},
                        {10, "not a status"},
                        {11, "not a date"},
                        {12, "9 fields, the header 7"},
                        {13, "not UTF-8"},
                        {14, "empty part"}};
  REQUIRE(report->rejected_lines.size() == std::size(cases));
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    CHECK(report->rejected_lines[i].line == cases[i].line);
    CHECK(report->rejected_lines[i].reason.find(cases[i].reason) != std::string::npos);
  }
  const auto file = read_file(folder / "rejected.csv");
  REQUIRE(file);
  CHECK(file->starts_with("line,reason,email,name,language,digests,topics,status,confirmed_at\n3,"));
  CHECK(file->find("no-at-sign") != std::string::npos);
  CHECK(file->find(",'=h@example..org,") != std::string::npos);
}

TEST_CASE("import: mended rejects can be imported as they are") {
  List list;
  const auto report = import_text(list, "line,reason,email,name\n3,why,a@example.org,Ada\n");
  REQUIRE(report);
  CHECK(report->added == 1);
  CHECK((*list.table.find(address("a@example.org")))->name == "Ada");
}

TEST_CASE("import: broken structure changes nothing, however late it comes") {
  for (const auto* const tail : {"x@example.org,\"never closed\n", "\"x@example.org\"x,y\n"}) {
    List list;
    std::string text = "email,name\n";
    for (int i = 0; i < 300; ++i) text += "r" + std::to_string(i) + "@example.org,R\n";
    const auto report = import_text(list, text + tail);
    REQUIRE_FALSE(report);
    CHECK(report.error().code == Errc::bad_data);
    CHECK(report.error().what.starts_with("list.csv:302: "));
    CHECK(list.table.counts()->subscribers == 0);
    auto wanted = options();
    wanted.batch = 100;
    CHECK_FALSE(import_text(list, text + tail, wanted));
    CHECK(list.table.counts()->subscribers == 300);
    CHECK(import_text(list, text)->unchanged == 300);
  }
  List list;
  CHECK(import_text(list, "").error().code == Errc::bad_data);
}

TEST_CASE("import: nobody who left or is suppressed comes back") {
  List list;
  const auto left = list.add("left@example.org", {"daily", "weekly"}, State::confirmed).id;
  REQUIRE(list.table.unsubscribe(left, "", Origin::one_click, ""));
  REQUIRE(list.suppressions.add(address("Bounced@example.org"), SuppressionCause::hard_bounce, ""));
  const auto erased = list.add("erased@example.org", {"weekly"}, State::confirmed).id;
  REQUIRE(list.table.erase(erased));
  auto wanted = options();
  wanted.state = State::confirmed;
  const auto report = import_text(
      list, "email,status\nLEFT@example.org,confirmed\nbounced@example.org,\nerased@example.org,confirmed\n",
      wanted);
  REQUIRE(report);
  CHECK(report->skipped_left == 1);
  CHECK(report->skipped_suppressed == 2);
  CHECK(report->added == 0);
  CHECK(list.states("left@example.org") == "daily=withdrawn weekly=withdrawn");
  CHECK(list.recipients("weekly").empty());
}

TEST_CASE("import: statuses of all kinds count line by line, and a second time nothing changes") {
  const auto* const text =
      "email,status\na@example.org,Subscribed\nb@example.org,UNSUBSCRIBED\nc@example.org,Cleaned\nd@example."
      "org,complained\n"
      "e@example.org,blocked\nf@example.org,pending\ng@example.org,\nA@EXAMPLE.ORG,subscribed\n";
  List list;
  auto wanted = options();
  wanted.digests = {"weekly"};
  const auto report = import_text(list, text, wanted);
  REQUIRE(report);
  CHECK(report->added == 3);
  CHECK(report->unchanged == 1);
  CHECK(report->withdrawn == 1);
  CHECK(report->suppressed == 3);
  CHECK(list.states("a@example.org") == "weekly=confirmed");
  CHECK(list.states("b@example.org") == "weekly=withdrawn");
  CHECK(list.states("c@example.org") == "none");
  CHECK((*list.suppressions.lookup(address("c@example.org")))->cause == SuppressionCause::hard_bounce);
  CHECK((*list.suppressions.lookup(address("d@example.org")))->cause == SuppressionCause::complaint);
  CHECK((*list.suppressions.lookup(address("e@example.org")))->cause == SuppressionCause::manual);
  CHECK(list.states("g@example.org") == "weekly=pending");
  const auto again = import_text(list, text, wanted);
  CHECK(again->added + again->updated + again->suppressed == 0);
  CHECK(again->records == again->unchanged + again->withdrawn);
}

TEST_CASE("import: a dry run reports the same and changes nothing") {
  List list;
  auto wanted = options();
  wanted.dry_run = DryRun::yes;
  const auto* const text = "email,status\na@example.org,\nA@example.org,\nb@example.org,bounced\nbad,\n";
  const auto report = import_text(list, text, wanted);
  REQUIRE(report);
  CHECK(report->added == 1);
  CHECK(report->unchanged == 1);
  CHECK(report->suppressed == 1);
  CHECK(report->rejected == 1);
  CHECK(list.table.counts()->subscribers == 0);
  CHECK(list.suppressions.list(std::nullopt, "", 9)->empty());
}

TEST_CASE("import: options that cannot be are refused before anything is read") {
  List list;
  auto wanted = options();
  wanted.digests = {"wekly"};
  const auto report = import_text(list, "email\n", wanted);
  REQUIRE_FALSE(report);
  CHECK(report.error().hint == "did you mean \"weekly\"?");
  wanted.digests.clear();
  CHECK(import_text(list, "email\n", wanted).error().code == Errc::usage);
}

TEST_CASE("import: the example list is good to its last line") {
  List list;
  auto reader = CsvReader::open(TIDINGS_EXAMPLE_LIST);
  REQUIRE(reader);
  const auto report = import_csv(list.database, list.clock, *reader, options());
  REQUIRE(report);
  CHECK(report->rejected == 0);
  CHECK(report->records == 25);
  CHECK(list.table.counts()->subscribers == 25);
  CHECK(list.states("info@xn--bcher-kva.example") == "monthly=confirmed");
  CHECK(list.recipients("weekly").size() == 12);
  CHECK(list.recipients("daily").size() == 8);
  CHECK(list.recipients("monthly").size() == 6);
}

TEST_CASE("import: roles and slips are imported and warned about, once") {
  List list;
  const auto* const text = "email\ninfo@example.org\nann@gmial.com\nann@example.org\n";
  const auto report = import_text(list, text);
  REQUIRE(report);
  CHECK(report->added == 3);
  CHECK(report->warned == 2);
  CHECK(report->warnings.at(1) ==
        RejectedLine{.line = 3, .reason = "ann@gmial.com: did they mean @gmail.com?"});
  CHECK(import_text(list, text)->warned == 0);
}

TEST_CASE(
    "import: who is pending is asked by mail only if the publisher wants it, and nobody is asked twice") {
  const std::string text =
      "email,digests,status\na@example.org,weekly,\nb@example.org,weekly,confirmed\nc@example.org,,"
      "withdrawn\n";
  List list;
  NoticeTable notices{list.database, list.clock};
  CHECK(import_text(list, text)->asked == 0);
  CHECK(*notices.open() == 0);
  auto wanted = options();
  wanted.ask = AskReaders::yes;
  wanted.dry_run = DryRun::yes;
  CHECK(import_text(list, "email\nd@example.org\n", wanted)->asked == 1);
  CHECK(*notices.open() == 0);
  wanted.dry_run = DryRun::no;
  const auto report = import_text(list, "email\nd@example.org\nc@example.org\n", wanted);
  REQUIRE(report);
  CHECK(report->asked == 1);
  CHECK(*notices.open() == 1);
  const auto notice = *notices.claim();
  REQUIRE(notice);
  CHECK(notice->kind == NoticeKind::confirm);
  CHECK(notice->digests == std::vector<std::string>{"daily", "weekly"});
}

namespace {

/// 7000 lines: new readers with one or two digests and topics, some twice, some known, some suppressed, left
/// or erased, some broken.
std::string mixed_list() {
  std::string text = "email,name,digests,topics,status\n";
  for (int i = 0; i < 7000; ++i) {
    const int who = i % 7 == 6 ? i / 2 : i;  // every seventh is there already, as it is or in capitals
    const auto* const digests = who % 3 == 0 ? "daily;weekly" : "weekly";
    const auto* const status = i % 50 == 8   ? "withdrawn"
                               : i % 50 == 9 ? "bounced"
                               : i % 4 == 0  ? "pending"
                                             : "confirmed";
    text += fmt::format("{}{}@m{}.example.org,{},{},{},{}\n", i % 14 == 13 ? "R" : "r", who * 7919 % 10007,
                        who % 11, i % 5 == 0 ? "" : "Zoë", digests, i % 6 == 0 ? "art;sea" : "",
                        i % 1000 == 999 ? "nonsense" : status);
  }
  return text;
}

/// Every row of the tables of the list, in order but without ids (some are left out where a line was there
/// already), and the schema.
std::string all_rows(store::Database& database) {
  std::string text;
  for (const char* const sql :
       {"SELECT address || '|' || address_key || '|' || name || '|' || created_ms FROM subscribers ORDER BY "
        "id",
        "SELECT address || digest || state || since_ms || '|' || coalesce(confirmed_ms, '-') "
        "FROM subscriptions JOIN subscribers s ON s.id = subscriber_id ORDER BY 1",
        "SELECT address || topic FROM subscriber_topics JOIN subscribers s ON s.id = subscriber_id ORDER BY "
        "1",
        "SELECT address || digest || event || at_ms || origin || detail "
        "FROM consents JOIN subscribers s ON s.id = subscriber_id ORDER BY s.id, digest, consents.id",
        "SELECT address_key || cause || detail FROM suppressions WHERE cause <> 'erased' ORDER BY 1",
        "SELECT name || sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY 1"}) {
    auto rows = database.prepare(sql);
    while (*rows.step()) text += rows.text(0) + "\n";
  }
  return text;
}

void add_old_readers(List& list) {
  for (int i = 0; i < 40; ++i) {
    const auto mail = fmt::format("r{}@m{}.example.org", i * 7919 % 10007, i % 11);
    const auto added = list.add(mail, {"weekly"}, i % 2 == 0 ? State::confirmed : State::pending);
    if (i % 10 == 3) REQUIRE(list.table.unsubscribe(added.id, "weekly", Origin::web, ""));
    if (i % 10 == 4) REQUIRE(list.table.erase(added.id));
    if (i % 10 == 5) REQUIRE(list.suppressions.add(address(mail), SuppressionCause::complaint, ""));
  }
}

}  // namespace

TEST_CASE("import: a large file, whose indexes are away meanwhile, leaves what its lines leave one by one") {
  List at_once;
  List in_parts;
  add_old_readers(at_once);
  add_old_readers(in_parts);
  const auto text = mixed_list();
  auto parts = options();
  parts.batch = 500;  // never enough in a transaction for bulk mode
  const auto one = import_text(at_once, text);
  const auto other = import_text(in_parts, text, parts);
  REQUIRE(one);
  REQUIRE(other);
  CHECK(one->added > 5500);
  const auto counts = [](const ImportReport& report) {
    return std::vector{report.records,   report.added,      report.updated,      report.unchanged,
                       report.withdrawn, report.suppressed, report.skipped_left, report.skipped_suppressed,
                       report.rejected,  report.pending,    report.warned};
  };
  CHECK(counts(*one) == counts(*other));
  for (const auto count : {one->updated, one->unchanged, one->withdrawn, one->suppressed, one->skipped_left,
                           one->skipped_suppressed, one->rejected}) {
    CHECK(count > 0);
  }
  CHECK(all_rows(at_once.database) == all_rows(in_parts.database));
  CHECK(at_once.database.check());
  CHECK(import_text(at_once, text)->added == 0);
  CHECK(at_once.add("next@example.org", {"daily"}, State::confirmed).id >
        at_once.add("r7919@m1.example.org", {"daily"}, State::confirmed).id);
}

TEST_CASE("import: a large file that breaks off, or is only tried, leaves list and indexes as they were") {
  List list;
  add_old_readers(list);
  const auto before = all_rows(list.database);
  CHECK(import_text(list, mixed_list() + "\"never closed").error().code == Errc::bad_data);
  CHECK(all_rows(list.database) == before);
  auto trial = options();
  trial.dry_run = DryRun::yes;
  CHECK(import_text(list, mixed_list(), trial)->added > 5500);
  CHECK(all_rows(list.database) == before);
  CHECK(list.database.check());
  CHECK(list.add("r0@m0.example.org", {"weekly"}, State::confirmed).outcome == AddOutcome::already_there);
}
