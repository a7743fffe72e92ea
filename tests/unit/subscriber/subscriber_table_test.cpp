#include "subscriber/subscriber_table.hpp"

#include <chrono>

#include "subscriber/support.hpp"

using namespace tidings;
using namespace tidings::subscriber;
using namespace tidings::subscriber::test;
using State = SubscriptionState;

TEST_CASE("subscriber_table: who is added is found by address in any case, and by id") {
  List list;
  const auto added = list.table.add({.address = address("Ana.Díaz@Bücher.example"),
                                     .name = "  Ana   Díaz ",
                                     .language = "es",
                                     .topics = {"music", "art", "music"},
                                     .digests = {"weekly", "daily", "weekly"},
                                     .state = State::confirmed});
  REQUIRE(added);
  CHECK(added->outcome == AddOutcome::added);
  CHECK(added->created);
  const auto found = list.table.find(address("ana.DÍAZ@xn--bcher-kva.example"));
  REQUIRE((found && *found));
  CHECK((*found)->address == "Ana.Díaz@xn--bcher-kva.example");
  CHECK((*found)->name == "Ana Díaz");
  CHECK((*found)->topics == std::vector<std::string>{"art", "music"});
  CHECK(list.states("ana.díaz@bücher.example") == "daily=confirmed weekly=confirmed");
  CHECK(*list.table.find(added->id) == *found);
  CHECK_FALSE(*list.table.find(SubscriberId{999}));
  CHECK_FALSE(*list.table.find(address("nobody@example.org")));
}

TEST_CASE("subscriber_table: adding again answers what became of it, and each change is in the consent log") {
  List list;
  struct Step {
    State wanted;
    Origin origin;
    AddOutcome outcome;
    std::string_view states;
    std::string_view history;
  };
  const Step steps[] = {
      {State::pending, Origin::web, AddOutcome::added, "weekly=pending", "requested/web"},
      {State::pending, Origin::import, AddOutcome::already_there, "weekly=pending", "requested/web"},
      {State::pending, Origin::web, AddOutcome::already_there, "weekly=pending",
       "requested/web requested/web"},
      {State::confirmed, Origin::cli, AddOutcome::added, "weekly=confirmed",
       "requested/web requested/web confirmed/cli"},
      {State::pending, Origin::web, AddOutcome::already_there, "weekly=confirmed",
       "requested/web requested/web confirmed/cli"},
      {State::withdrawn, Origin::import, AddOutcome::left, "weekly=withdrawn",
       "requested/web requested/web confirmed/cli withdrawn/import"},
      {State::confirmed, Origin::import, AddOutcome::left, "weekly=withdrawn",
       "requested/web requested/web confirmed/cli withdrawn/import"},
      {State::confirmed, Origin::cli, AddOutcome::resubscribed_pending, "weekly=pending",
       "requested/web requested/web confirmed/cli withdrawn/import requested/cli"},
  };
  SubscriberId id;
  for (const auto& step : steps) {
    CAPTURE(name_of(step.wanted));
    CAPTURE(name_of(step.origin));
    list.clock.advance(std::chrono::minutes{1});
    const auto result = list.add("a@example.org", {"weekly"}, step.wanted, step.origin);
    if (!id) id = result.id;
    CHECK(result.id == id);
    CHECK(result.outcome == step.outcome);
    CHECK(list.states("a@example.org") == step.states);
    CHECK(list.history(id) == step.history);
    CHECK(result.pending.empty() == (list.states("a@example.org") != "weekly=pending"));
  }
}

TEST_CASE("subscriber_table: a name and a language are filled in where empty and never replaced") {
  List list;
  const auto add = [&](std::string name, std::string language) {
    REQUIRE(list.table.add(
        {.address = address("a@example.org"), .name = name, .language = language, .digests = {"weekly"}}));
    const auto found = *list.table.find(address("a@example.org"));
    return found->name + "/" + found->language;
  };
  CHECK(add("", "") == "/");
  CHECK(add("Ada", "en") == "Ada/en");
  CHECK(add("Other", "fr") == "Ada/en");
}

TEST_CASE("subscriber_table: the suppressed are not added, not confirmed, no recipients and no contacts") {
  List list;
  const auto known = list.add("known@example.org", {"weekly"}, State::pending);
  for (const auto* const mail : {"known@example.org", "new@example.org"}) {
    REQUIRE(*list.suppressions.add(address(mail), SuppressionCause::complaint, "test"));
    const auto result = list.add(mail, {"weekly"}, State::confirmed);
    CHECK(result.outcome == AddOutcome::suppressed);
    CHECK(result.cause == SuppressionCause::complaint);
  }
  CHECK(list.states("new@example.org") == "none");
  CHECK(list.states("known@example.org") == "weekly=pending");
  const auto confirmed = list.table.confirm(known.id, "", Origin::cli, "");
  REQUIRE_FALSE(confirmed);
  CHECK(confirmed.error().code == Errc::not_permitted);
  CHECK_FALSE(*list.table.contact(known.id));
}

TEST_CASE("subscriber_table: recipients are the confirmed, in id order, with their topics") {
  List list;
  const auto zoe = list.table.add({.address = address("zoe@example.org"),
                                   .language = "el",
                                   .topics = {"sea", "art"},
                                   .digests = {"weekly"},
                                   .state = State::confirmed});
  list.add("pending@example.org", {"weekly"}, State::pending);
  list.add("other@example.org", {"daily"}, State::confirmed);
  const auto ann = list.add("ann@example.org", {"daily", "weekly"}, State::confirmed);
  const auto gone = list.add("gone@example.org", {"weekly"}, State::confirmed);
  const auto bad = list.add("Bad@example.org", {"weekly"}, State::confirmed);
  REQUIRE(list.table.unsubscribe(gone.id, "weekly", Origin::one_click, ""));
  REQUIRE(list.suppressions.add(address("bad@example.org"), SuppressionCause::hard_bounce, "5.1.1"));
  CHECK(list.recipients("weekly") ==
        std::vector<Recipient>{{.id = zoe->id, .language = "el", .topics = {"art", "sea"}}, {.id = ann.id}});
  CHECK(list.recipients("none").empty());
  CHECK(bad.id.value > ann.id.value);
  const auto stopped = list.table.for_each_recipient(
      "weekly", [](const Recipient&) -> Result<void> { return fail(Errc::io, "full"); });
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().what == "full");
}

TEST_CASE(
    "subscriber_table: everybody's topics are their own, however far apart the readers of a digest are") {
  List list;
  std::vector<Recipient> want;
  for (int i = 0; i < 200; ++i) {
    // Few get the weekly one, and between them are many with topics.
    const bool reads = i % 37 == 5 || i == 42 || i == 43;
    std::vector<std::string> topics;
    for (int k = 0; k < i % 4; ++k)
      topics.push_back("topic " + std::to_string(k) + " of " + std::to_string(i));
    const auto added = list.table.add({.address = address("r" + std::to_string(i) + "@example.org"),
                                       .topics = topics,
                                       .digests = {reads ? "weekly" : "daily"},
                                       .state = State::confirmed});
    REQUIRE(added);
    if (reads) want.push_back({.id = added->id, .topics = topics});
  }
  CHECK(list.recipients("weekly") == want);
}

TEST_CASE("subscriber_table: a visitor of recipients may write through the same handle") {
  List list;
  for (int i = 0; i < 50; ++i)
    list.add("r" + std::to_string(i) + "@example.org", {"weekly"}, State::confirmed);
  auto transaction = list.database.begin();
  REQUIRE(transaction);
  REQUIRE(list.table.for_each_recipient("weekly", [&](const Recipient& one) {
    auto write = list.database.prepare("INSERT INTO facts (name, value) VALUES (:name, '')");
    return write.bind(":name", "seen " + std::to_string(one.id.value)).run();
  }));
  REQUIRE(transaction->commit());
  auto count = list.database.prepare("SELECT count(*) FROM facts WHERE name LIKE 'seen %'");
  REQUIRE(count.step());
  CHECK(count.integer(0) == 50);
}

TEST_CASE(
    "subscriber_table: leaving one digest leaves the others, leaving all takes the pending too, and twice is "
    "once") {
  List list;
  const auto id = list.add("a@example.org", {"daily", "weekly"}, State::confirmed).id;
  list.add("a@example.org", {"monthly"}, State::pending);
  CHECK(*list.table.unsubscribe(id, "daily", Origin::one_click, "edition 3") ==
        std::vector<std::string>{"daily"});
  CHECK(list.table.unsubscribe(id, "daily", Origin::one_click, "edition 3")->empty());
  CHECK(list.states("a@example.org") == "daily=withdrawn monthly=pending weekly=confirmed");
  CHECK(*list.table.unsubscribe(id, "", Origin::mailto, "") == std::vector<std::string>{"monthly", "weekly"});
  CHECK(list.table.unsubscribe(SubscriberId{77}, "", Origin::mailto, "")->empty());
  CHECK(list.history(id) ==
        "confirmed/cli confirmed/cli requested/cli withdrawn/one-click withdrawn/mailto withdrawn/mailto");
  const auto found = *list.table.find(id);
  CHECK(found->subscriptions[0].confirmed == list.clock.now());
}

TEST_CASE("subscriber_table: confirming touches what is pending and nothing that was left") {
  List list;
  const auto id = list.add("a@example.org", {"daily", "weekly"}, State::pending).id;
  REQUIRE(list.table.unsubscribe(id, "daily", Origin::web, ""));
  CHECK(*list.table.confirm(id, "", Origin::web, "click") == std::vector<std::string>{"weekly"});
  CHECK(list.table.confirm(id, "", Origin::web, "click")->empty());
  CHECK(list.states("a@example.org") == "daily=withdrawn weekly=confirmed");
  CHECK(list.table.confirm(SubscriberId{9}, "", Origin::web, "").error().code == Errc::no_input);
}

TEST_CASE(
    "subscriber_table: an erased person leaves no trace but a hash, and an import cannot bring them back") {
  List list;
  const auto id = list.table
                      .add({.address = address("Secret.Person@example.org"),
                            .name = "Secret Person",
                            .topics = {"art"},
                            .digests = {"weekly"},
                            .state = State::confirmed,
                            .detail = "Secret.Person wrote"})
                      ->id;
  list.add("other@example.org", {"weekly"}, State::confirmed);
  CHECK(*list.table.erase(id));
  CHECK_FALSE(*list.table.erase(id));
  CHECK_FALSE(*list.table.find(id));
  CHECK(list.history(id).empty());
  CHECK(list.recipients("weekly").size() == 1);
  for (const auto* const table :
       {"subscribers", "subscriptions", "subscriber_topics", "consents", "suppressions", "facts"}) {
    CAPTURE(table);
    auto rows = list.database.prepare(("SELECT * FROM " + std::string{table}).c_str());
    while (*rows.step()) {
      for (int column = 0; column < 4; ++column) CHECK(rows.text(column).find("ecret") == std::string::npos);
    }
  }
  const auto again = list.add("secret.person@EXAMPLE.org", {"weekly"}, State::confirmed, Origin::import);
  CHECK(again.outcome == AddOutcome::suppressed);
  CHECK(again.cause == SuppressionCause::erased);
  CHECK(
      (*list.suppressions.lookup(address("secret.person@example.org")))->address_key.starts_with("sha256:"));
}

TEST_CASE("subscriber_table: pending subscriptions expire; who had left before is still known as gone") {
  List list;
  const auto never = list.add("never@example.org", {"weekly"}, State::pending).id;
  const auto back = list.add("back@example.org", {"weekly"}, State::confirmed).id;
  const auto other = list.add("other@example.org", {"daily"}, State::confirmed).id;
  REQUIRE(list.table.unsubscribe(back, "", Origin::web, ""));
  list.add("back@example.org", {"weekly"}, State::pending, Origin::web);
  list.add("other@example.org", {"weekly"}, State::pending, Origin::web);
  list.clock.advance(std::chrono::hours{24 * 7});
  CHECK(*list.table.expire_pending(list.clock.now() - std::chrono::hours{24 * 7}) == 0);
  CHECK(*list.table.expire_pending(list.clock.now()) == 3);
  CHECK_FALSE(*list.table.find(never));
  CHECK(list.states("back@example.org") == "weekly=withdrawn");
  CHECK(list.states("other@example.org") == "daily=confirmed");
  CHECK(list.history(other) == "confirmed/cli requested/web expired/system");
}

TEST_CASE("subscriber_table: filters hold together, and pages follow each other without gap or overlap") {
  List list;
  for (int i = 0; i < 25; ++i) {
    REQUIRE(list.table.add(
        {.address = address("p" + std::to_string(i) + (i % 2 == 0 ? "@example.org" : "@bücher.example")),
         .name = i == 7 ? "100%_sure" : "Reader " + std::to_string(i),
         .topics = i % 5 == 0 ? std::vector<std::string>{"art"} : std::vector<std::string>{},
         .digests = {i % 3 == 0 ? "daily" : "weekly"},
         .state = i % 4 == 0 ? State::pending : State::confirmed}));
    list.clock.advance(std::chrono::minutes{1});
  }
  struct Case {
    SubscriberFilter filter;
    std::int64_t want;
  };
  const Case cases[] = {
      {{}, 25},
      {{.state = State::pending}, 7},
      {{.digest = "daily"}, 9},
      {{.state = State::pending, .digest = "daily"}, 3},
      {{.topic = "art"}, 5},
      {{.domain = "BÜCHER.example"}, 12},
      {{.domain = "xn--bcher-kva.example"}, 12},
      {{.domain = "ücher.example"}, 0},
      {{.since = *parse_rfc3339("2026-01-05T08:20:00Z")}, 5},
      {{.text = "READER 1"}, 11},
      {{.text = "%_"}, 1},
      {{.text = "' OR 1=1 --"}, 0},
      {{.suppressed_only = true}, 0},
  };
  for (const auto& one : cases) {
    CAPTURE(one.filter.text);
    CHECK(*list.table.count(one.filter) == one.want);
    CHECK(static_cast<std::int64_t>(list.table.list(one.filter, {.limit = 100})->size()) == one.want);
  }
  std::vector<std::int64_t> seen;
  for (Page page{.limit = 7};;) {
    const auto found = list.table.list({}, page);
    REQUIRE(found);
    for (const auto& one : *found) seen.push_back(one.id.value);
    if (found->size() < 7) break;
    page.after = found->back().id;
  }
  CHECK(seen.size() == 25);
  CHECK(std::is_sorted(seen.begin(), seen.end()));
  CHECK_FALSE(list.table.list({.domain = "no domain"}, {}));
}

TEST_CASE("subscriber_table: counts tell the mailable from the suppressed") {
  List list;
  list.add("a@example.org", {"daily", "weekly"}, State::confirmed);
  list.add("b@example.org", {"weekly"}, State::confirmed);
  list.add("c@example.org", {"weekly"}, State::pending);
  const auto erased = list.add("d@example.org", {"weekly"}, State::confirmed).id;
  REQUIRE(list.table.erase(erased));
  REQUIRE(list.suppressions.add(address("b@example.org"), SuppressionCause::manual, ""));
  const auto counts = list.table.counts();
  REQUIRE(counts);
  CHECK(counts->subscribers == 3);
  CHECK(counts->erased == 1);
  CHECK(counts->digests ==
        std::vector<SubscriptionCounts>{{.digest = "daily", .confirmed = 1},
                                        {.digest = "weekly", .pending = 1, .confirmed = 1, .suppressed = 1}});
}

TEST_CASE("subscriber_table: changes are written down and say whether there was one") {
  List list;
  const auto id = list.add("a@example.org", {"weekly"}, State::confirmed).id;
  CHECK(*list.table.set(
      id, {.name = "Ada", .language = "pt_BR", .topics = std::vector<std::string>{"sea", "art"}}));
  CHECK_FALSE(*list.table.set(
      id, {.name = "Ada", .language = "pt-BR", .topics = std::vector<std::string>{"art", "sea"}}));
  CHECK(*list.table.set(id, {.topics = std::vector<std::string>{}, .origin = Origin::web}));
  const auto found = *list.table.find(id);
  CHECK(found->name == "Ada");
  CHECK(found->language == "pt-BR");
  CHECK(found->topics.empty());
  CHECK(list.history(id) == "confirmed/cli changed/cli changed/web");
  CHECK(list.table.set(SubscriberId{99}, {.name = "x"}).error().code == Errc::no_input);
}

TEST_CASE(
    "subscriber_table: fields with control characters or bad UTF-8 are refused and nothing is changed") {
  List list;
  using namespace std::string_literals;
  for (const auto& bad : {"a\r\nBcc: x@example.org"s, "a\nb"s, "a\0b"s, "a\x7F"s, "a\xC2\x85z"s, "\xFF"s,
                          std::string(201, 'x')}) {
    CHECK_FALSE(list.table.add({.address = address("a@example.org"), .name = bad, .digests = {"weekly"}}));
    CHECK_FALSE(
        list.table.add({.address = address("a@example.org"), .language = bad, .digests = {"weekly"}}));
    CHECK_FALSE(
        list.table.add({.address = address("a@example.org"), .topics = {bad}, .digests = {"weekly"}}));
  }
  CHECK_FALSE(list.table.add({.address = address("a@example.org"), .digests = {}}));
  CHECK_FALSE(list.table.add({.address = address("a@example.org"), .digests = {""}}));
  CHECK(list.table.counts()->subscribers == 0);
  for (const auto* const odd : {"Robert'); DROP TABLE subscribers;--", "{{{name}}}{{#x}}",
                                "<script>alert(1)</script>", "=1+1", "Ünïcødé 名前"}) {
    REQUIRE(list.table.add({.address = address("b@example.org"), .digests = {"weekly"}}));
    const auto id = (*list.table.find(address("b@example.org")))->id;
    REQUIRE(
        list.table.set(id, {.name = odd,
                            .topics = std::vector<std::string>{
                                odd == std::string{"Robert'); DROP TABLE subscribers;--"} ? "it's" : odd}}));
    CHECK((*list.table.find(id))->name == odd);
  }
}
