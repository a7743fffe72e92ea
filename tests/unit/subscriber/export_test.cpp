#include "subscriber/export.hpp"

#include <nlohmann/json.hpp>

#include "base/random.hpp"
#include "subscriber/import.hpp"
#include "subscriber/support.hpp"

using namespace tidings;
using namespace tidings::subscriber;
using namespace tidings::subscriber::test;
using State = SubscriptionState;

namespace {

std::string export_text(List& list, ExportFormat format = ExportFormat::csv,
                        const SubscriberFilter& filter = {}) {
  std::string out;
  REQUIRE(export_subscribers(list.database, list.clock, filter, {.format = format},
                             [&](std::string_view piece) -> Result<void> {
                               out += piece;
                               return {};
                             }));
  return out;
}

ImportReport import_text(List& list, const std::string& text) {
  auto reader = CsvReader::over(text, "list.csv");
  const auto report = import_csv(
      list.database, list.clock, reader,
      {.digests = {"daily", "monthly", "weekly"}, .known_digests = {"daily", "monthly", "weekly"}});
  REQUIRE(report);
  return *report;
}

template <class T>
const T& any_of(SeededRandom& random, const std::vector<T>& all) {
  return all[random.below(all.size())];
}

/// Up to 40 readers in every state there is, with the fields that files break on.
void fill(List& list, SeededRandom& random) {
  const std::vector<std::string> names = {
      "",  "Ada", "=cmd|'/c calc'!A1", "'=1", "Zoë \"Z\" O'Hara", "Liu, 小明", "-", "@home", "a;b", "{{x}}",
      "|", "'"};
  const std::vector<std::string> topics = {"art", "sea & sand", "=1", "+plus", "Île", "\"q\""};
  const std::vector<std::string> digests = {"daily", "monthly", "weekly"};
  for (std::uint64_t i = random.below(40) + 1; i > 0; --i) {
    const auto local =
        any_of(random, std::vector<std::string>{"a", "+x", "=y", "-z", "Ö", "'q", "B.c"}) + std::to_string(i);
    const auto mail =
        address(local + any_of(random, std::vector<std::string>{"@example.org", "@bücher.example"}));
    for (std::uint64_t j = random.below(3) + 1; j > 0; --j) {
      NewSubscriber wanted{.address = mail,
                           .name = any_of(random, names),
                           .language = any_of(random, std::vector<std::string>{"", "de", "pt-BR"}),
                           .digests = {any_of(random, digests)}};
      for (std::uint64_t k = random.below(3); k > 0; --k) wanted.topics.push_back(any_of(random, topics));
      wanted.state = any_of(random, std::vector<State>{State::pending, State::confirmed, State::withdrawn});
      if (random.below(2) == 0)
        wanted.confirmed = from_ms(static_cast<std::int64_t>(random.below(1'700'000'000'000)));
      REQUIRE(list.table.add(wanted));
    }
    if (random.below(5) == 0) {
      REQUIRE(list.suppressions.add(
          mail,
          any_of(random,
                 std::vector<SuppressionCause>{SuppressionCause::hard_bounce, SuppressionCause::soft_bounces,
                                               SuppressionCause::complaint, SuppressionCause::manual}),
          "x"));
    }
  }
}

}  // namespace

TEST_CASE("export: gives back exactly what import takes, whatever is in the list") {
  SeededRandom random{2026};
  for (int round = 0; round < 60; ++round) {
    List list;
    fill(list, random);
    const auto text = export_text(list);
    List copy;
    const auto report = import_text(copy, text);
    CHECK(report.rejected == 0);
    CHECK(export_text(copy) == text);
    const auto again = import_text(copy, text);
    CHECK(again.added + again.updated + again.suppressed == 0);
    CHECK(export_text(copy) == text);
  }
}

TEST_CASE("export: one line for each status and date of a reader, sorted digests, guarded fields") {
  List list;
  REQUIRE(list.table.add({.address = address("a@example.org"),
                          .name = "=HYPERLINK(1)",
                          .topics = {"sea", "art"},
                          .digests = {"weekly", "daily"},
                          .state = State::confirmed,
                          .confirmed = *parse_rfc3339("2025-01-01T00:00:00Z")}));
  list.add("a@example.org", {"monthly"}, State::pending);
  REQUIRE(list.suppressions.add(address("a@example.org"), SuppressionCause::complaint, ""));
  CHECK(export_text(list) ==
        "email,name,language,digests,topics,status,confirmed_at,left_at,paused_until,timezone\n"
        "a@example.org,'=HYPERLINK(1),,\"daily;weekly\",\"art;sea\",confirmed,2025-01-01T00:00:00Z,,,\n"
        "a@example.org,'=HYPERLINK(1),,monthly,\"art;sea\",pending,,,,\n"
        "a@example.org,'=HYPERLINK(1),,,\"art;sea\",complained,,,,\n");
  CHECK(export_text(list, ExportFormat::csv, {.state = State::pending}) ==
        "email,name,language,digests,topics,status,confirmed_at,left_at,paused_until,timezone\n"
        "a@example.org,'=HYPERLINK(1),,monthly,\"art;sea\",pending,,,,\n");
}

TEST_CASE("export: JSON lines are one valid object a reader") {
  List list;
  SeededRandom random{5};
  fill(list, random);
  const auto text = export_text(list, ExportFormat::json_lines);
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    const auto object = nlohmann::json::parse(text.substr(at, end - at));
    const auto found = *list.table.find(address(object.at("address").get<std::string>()));
    REQUIRE(found);
    CHECK((object.at("name").is_null() ? "" : object.at("name").get<std::string>()) == found->name);
    CHECK(object.at("subscriptions").size() == found->subscriptions.size());
    ++count;
    at = end + 1;
  }
  CHECK(static_cast<std::int64_t>(count) == list.table.counts()->subscribers);
}

TEST_CASE("export: one person's data holds all that is known, and nobody else's") {
  List list;
  const auto id = list.add("a@example.org", {"weekly"}, State::pending, Origin::web).id;
  list.add("b@example.org", {"weekly"}, State::confirmed);
  REQUIRE(list.table.confirm(id, "", Origin::web, "192.0.2.7"));
  const auto text = export_one(list.database, list.clock, address("A@example.org"));
  REQUIRE(text);
  const auto object = nlohmann::json::parse(*text);
  CHECK(object.at("consents").size() == 2);
  CHECK(object.at("consents")[1].at("detail") == "192.0.2.7");
  CHECK(text->find("b@example.org") == std::string::npos);
  REQUIRE(list.table.erase(id));
  const auto after = export_one(list.database, list.clock, address("a@example.org"));
  REQUIRE(after);
  CHECK(nlohmann::json::parse(*after).at("suppressed").at("cause") == "erased");
  CHECK(export_one(list.database, list.clock, address("c@example.org")).error().code == Errc::no_input);
}
