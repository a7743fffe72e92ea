#include "delivery/ledger.hpp"

#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/file.hpp"
#include "delivery/journal.hpp"
#include "unit/delivery/fixture.hpp"

using namespace tidings;
using namespace tidings::delivery;
using namespace std::chrono_literals;
using test::answer_to;
using test::Book;

namespace {

constexpr EditionId first{1};

DeliveryRow row_of(Ledger& ledger, SubscriberId subscriber) {
  const auto rows = ledger.list({.edition = first, .subscriber = subscriber, .state = {}});
  REQUIRE(rows);
  REQUIRE(rows->size() == 1);
  return rows->front();
}

Result<void> settle(Book& book, const Settled& answer, RetryPolicy policy = {}) {
  return book.ledger.settle({answer}, {.policy = policy, .within = {}, .sync = store::Sync::full});
}

Claim claim_one(Book& book) {
  const auto batch = book.ledger.claim(first, 1);
  REQUIRE(batch);
  REQUIRE(batch->claims.size() == 1);
  return batch->claims.front();
}

}  // namespace

TEST_CASE("ledger: planning twice changes nothing and the counts balance") {
  Book book{5};
  for (int i = 1; i <= 5; ++i) REQUIRE(book.ledger.plan(first, SubscriberId{i}, SegmentId{1}));
  const auto counts = book.ledger.counts(first);
  REQUIRE(counts);
  CHECK(counts->recipients == 5);
  CHECK(counts->planned == 5);
  CHECK(counts->balances());
}

TEST_CASE("ledger: many planned at once are as many planned one by one, and again changes nothing") {
  constexpr EditionId second{2};
  for (const int count : {0, 1, 11, 12, 13, 40}) {
    CAPTURE(count);
    Book book{40};
    tidings::test::fill(book.database, book.ledger, 0, second);
    std::vector<Planned> all;
    for (int i = 1; i <= count; ++i) all.push_back({.subscriber = SubscriberId{i}, .segment = SegmentId{2}});
    REQUIRE(book.ledger.plan(second, all));
    REQUIRE(book.ledger.plan(second, all));
    CHECK(book.ledger.counts(second)->planned == count);
    CHECK(book.ledger.counts(first)->planned == 40);
    const auto batch = book.ledger.claim(second, 1000);
    REQUIRE(batch);
    REQUIRE(static_cast<int>(batch->claims.size()) == count);
    for (int i = 1; i <= count; ++i) {
      const auto& claim = batch->claims[static_cast<std::size_t>(i - 1)];
      CHECK(claim.subscriber == SubscriberId{i});
      CHECK(claim.segment == SegmentId{2});
    }
  }
}

TEST_CASE("ledger: a claim is on disk before it is returned") {
  Book book{3};
  const auto batch = book.ledger.claim(first, 2);
  REQUIRE(batch);
  REQUIRE(batch->claims.size() == 2);
  CHECK(batch->claims[0].address == "r1@example.org");
  CHECK(batch->claims[0].name == "Reader 1");
  CHECK(batch->claims[0].segment == SegmentId{1});
  CHECK(batch->claims[0].attempt == 1);
  auto other = store::Database::open_read_only(book.folder / "list.db");
  REQUIRE(other);
  Ledger view{*other, book.clock};
  CHECK(view.counts(first)->claimed == 2);
  CHECK(view.counts(first)->planned == 1);
}

TEST_CASE("ledger: nobody is claimed twice, and everybody once") {
  Book book{7};
  std::vector<std::int64_t> seen;
  for (;;) {
    const auto batch = book.ledger.claim(first, 3);
    REQUIRE(batch);
    if (batch->claims.empty()) break;
    for (const auto& claim : batch->claims) seen.push_back(claim.subscriber.value);
  }
  CHECK(seen == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7});
}

TEST_CASE("ledger: the suppressed, the withdrawn and the erased are marked instead of claimed") {
  Book book{6};
  REQUIRE(book.database.execute(R"sql(
    INSERT INTO suppressions (address_key, cause, at_ms, detail) VALUES ('r1@example.org', 'complaint', 0, '');
    UPDATE subscriptions SET state = 'withdrawn' WHERE subscriber_id = 2;
    UPDATE subscribers SET address = '', address_key = 'gone', erased_ms = 1 WHERE id = 3;
    DELETE FROM subscriptions WHERE subscriber_id = 4;)sql"));
  const auto batch = book.ledger.claim(first, 2);
  REQUIRE(batch);
  CHECK(batch->suppressed == 4);
  REQUIRE(batch->claims.size() == 2);
  CHECK(batch->claims[0].subscriber == SubscriberId{5});
  CHECK(row_of(book.ledger, SubscriberId{1}).reply == "suppressed: complaint");
  CHECK(row_of(book.ledger, SubscriberId{2}).reply == "withdrawn");
  CHECK(row_of(book.ledger, SubscriberId{3}).reply == "erased");
  CHECK(row_of(book.ledger, SubscriberId{4}).state == DeliveryState::suppressed);
  CHECK(book.ledger.counts(first)->balances());
}

TEST_CASE("ledger: an answer decides the state of its row") {
  struct Case {
    Stage stage;
    int code;
    const char* text;
    DeliveryState state;
    bool due;
  };
  for (const auto& c : {Case{Stage::dot, 250, "2.0.0 queued as 4F2", DeliveryState::sent, false},
                        Case{Stage::rcpt, 450, "4.2.0 greylisted", DeliveryState::deferred, true},
                        Case{Stage::rcpt, 550, "5.1.1 no such user", DeliveryState::failed, false},
                        Case{Stage::body, 0, "connection closed", DeliveryState::deferred, true},
                        Case{Stage::dot, 0, "connection closed", DeliveryState::in_doubt, true}}) {
    CAPTURE(c.text);
    Book book{1};
    const auto claim = claim_one(book);
    REQUIRE(settle(book, answer_to(claim, c.stage, c.code, c.text)));
    const auto row = row_of(book.ledger, claim.subscriber);
    CHECK(row.state == c.state);
    CHECK(row.due.has_value() == c.due);
    CHECK(row.code == (c.code == 0 ? std::nullopt : std::optional{c.code}));
    CHECK(row.reply == c.text);
    CHECK(book.ledger.attempts(first, claim.subscriber)->size() == (c.code == 250 ? 0 : 1));
    CHECK(book.ledger.counts(first)->balances());
  }
}

TEST_CASE("ledger: a deferred delivery comes back when it is due, not before, as the next attempt") {
  Book book{1};
  REQUIRE(settle(book, answer_to(claim_one(book), Stage::rcpt, 451, "4.3.0 later")));
  CHECK(book.ledger.claim(first, 10)->claims.empty());
  CHECK(*book.ledger.next_due(first) == book.clock.now() + 5min);
  book.clock.advance(5min);
  const auto again = claim_one(book);
  CHECK(again.attempt == 2);
  CHECK(again.address == "r1@example.org");
}

TEST_CASE("ledger: what is deferred too long is given up and blamed on the address softly") {
  Book book{1};
  std::vector<Settled> seen;
  const RetryPolicy policy{.give_up_after = 1h, .give_up_at = {}};
  int attempts = 0;
  for (; attempts < 20; ++attempts) {
    const auto batch = book.ledger.claim(first, 1);
    REQUIRE(batch);
    if (batch->claims.empty()) break;
    const std::vector answers{answer_to(batch->claims.front(), Stage::rcpt, 452, "4.2.2 mailbox full")};
    REQUIRE(book.ledger.settle(answers, {.policy = policy,
                                         .within = [&](std::span<const Settled> settled) -> Result<void> {
                                           seen.assign(settled.begin(), settled.end());
                                           return {};
                                         },
                                         .sync = store::Sync::full}));
    if (const auto due = *book.ledger.next_due(first)) book.clock.set(*due);
  }
  // 5, 15, 30 minutes, and the end itself.
  CHECK(attempts == 5);
  const auto row = row_of(book.ledger, SubscriberId{1});
  CHECK(row.state == DeliveryState::failed);
  CHECK(row.reply == "given up: 4.2.2 mailbox full");
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].outcome.kind == OutcomeKind::permanent);
  CHECK(seen[0].outcome.verdict == Verdict::soft);
}

TEST_CASE(
    "ledger: a connection that was cut takes no time from a mailbox, unless nothing else ever happens") {
  const RetryPolicy policy{.give_up_after = 48h, .give_up_at = {}};
  const auto settle_with = [&](Book& book, const auto& outcome_of) {
    const auto batch = book.ledger.claim(first, 1);
    REQUIRE(batch);
    REQUIRE(batch->claims.size() == 1);
    const std::vector answers{outcome_of(batch->claims.front())};
    REQUIRE(book.ledger.settle(answers, {.policy = policy}));
  };
  const auto cut = [](const Claim& claim) {
    auto answer = answer_to(claim, Stage::rcpt, 451, "4.7.1 greylisted");
    answer.outcome = no_reply(Stage::rcpt, "the relay closed the connection");
    return answer;
  };
  const auto greylisted = [](const Claim& claim) {
    return answer_to(claim, Stage::rcpt, 451, "4.7.1 greylisted");
  };
  Book book{1};
  settle_with(book, cut);
  book.clock.advance(50h);
  settle_with(book, greylisted);
  CHECK(row_of(book.ledger, SubscriberId{1}).state == DeliveryState::deferred);
  book.clock.advance(49h);
  settle_with(book, greylisted);
  CHECK(row_of(book.ledger, SubscriberId{1}).state == DeliveryState::failed);
  Book silent{1};
  settle_with(silent, cut);
  silent.clock.advance(50h);
  settle_with(silent, cut);
  CHECK(row_of(silent.ledger, SubscriberId{1}).state == DeliveryState::failed);
  Book silent_in_the_end{1};
  settle_with(silent_in_the_end, greylisted);
  silent_in_the_end.clock.advance(50h);
  settle_with(silent_in_the_end, cut);
  CHECK(row_of(silent_in_the_end.ledger, SubscriberId{1}).state == DeliveryState::deferred);
  silent_in_the_end.clock.advance(49h);
  settle_with(silent_in_the_end, cut);
  CHECK(row_of(silent_in_the_end.ledger, SubscriberId{1}).state == DeliveryState::failed);
}

TEST_CASE(
    "ledger: an attempt dated before the edition, by a clock that was behind, takes no time from a mailbox") {
  Book book{1};
  const auto right = book.clock.now();
  REQUIRE(book.database.prepare("UPDATE editions SET sealed_ms = :now").bind(":now", right).run());
  const auto defer = [&] {
    const auto batch = book.ledger.claim(first, 1);
    REQUIRE(batch);
    REQUIRE(batch->claims.size() == 1);
    const std::vector answers{answer_to(batch->claims.front(), Stage::rcpt, 452, "4.2.2 mailbox full")};
    REQUIRE(book.ledger.settle(answers, {.policy = {.give_up_after = 48h, .give_up_at = {}}}));
  };
  book.clock.set(right - 72h);
  defer();
  book.clock.set(right + 1h);
  defer();
  CHECK(row_of(book.ledger, SubscriberId{1}).state == DeliveryState::deferred);
}

TEST_CASE("ledger: in doubt is retried once, then held; or held at once") {
  Book book{2};
  auto batch = book.ledger.claim(first, 2);
  REQUIRE(settle(book, answer_to(batch->claims[0], Stage::dot, 0, "lost")));
  REQUIRE(settle(book, answer_to(batch->claims[1], Stage::dot, 0, "lost"),
                 {.give_up_at = {}, .in_doubt = InDoubt::hold}));
  CHECK_FALSE(row_of(book.ledger, SubscriberId{2}).due);
  book.clock.advance(14min);
  CHECK(book.ledger.claim(first, 2)->claims.empty());
  book.clock.advance(1min);
  const auto again = claim_one(book);
  CHECK(again.subscriber == SubscriberId{1});
  REQUIRE(settle(book, answer_to(again, Stage::dot, 0, "lost again")));
  CHECK_FALSE(row_of(book.ledger, SubscriberId{1}).due);
  CHECK_FALSE(book.ledger.next_due(first)->has_value());
  CHECK(book.ledger.counts(first)->in_doubt == 2);
}

TEST_CASE("ledger: an answer to an older attempt is passed over") {
  Book book{1};
  const auto old = claim_one(book);
  REQUIRE(book.ledger.release(std::array{old}));
  const auto now = claim_one(book);
  auto stale = old;
  stale.attempt = 7;
  REQUIRE(settle(book, answer_to(stale, Stage::dot, 250, "ok")));
  CHECK(row_of(book.ledger, SubscriberId{1}).state == DeliveryState::claimed);
  CHECK(now.attempt == 1);
}

TEST_CASE("ledger: many answers at once are each the row's own, whatever lies between them") {
  Book book{300};
  const auto claimed = book.ledger.claim(first, 300);
  REQUIRE(claimed);
  REQUIRE(claimed->claims.size() == 300);
  std::vector<Settled> answers;
  std::vector<std::int64_t> expected;
  for (int i = 299; i >= 0; --i) {  // not in order; every seventh is still out, every eleventh refused, and a
                                    // wide gap in the middle
    if (i % 7 == 3 || (i > 100 && i < 190)) continue;
    auto answer = answer_to(claimed->claims[static_cast<std::size_t>(i)], Stage::dot, i % 11 == 5 ? 550 : 250,
                            fmt::format("2.0.0 as {}", i));
    if (i == 40) answer.claim.attempt = 2;  // not the row's claim
    if (i == 41) REQUIRE(book.ledger.release(std::array{answer.claim}));
    if (i != 40 && i != 41) expected.push_back(i + 1);
    answers.push_back(std::move(answer));
  }
  std::vector<std::int64_t> recorded;
  const auto within = [&](std::span<const Settled> some) -> Result<void> {
    for (const auto& answer : some) recorded.push_back(answer.claim.subscriber.value);
    return {};
  };
  REQUIRE(book.ledger.settle(answers, {.policy = {}, .within = within, .sync = store::Sync::full}));
  std::sort(recorded.begin(), recorded.end());
  std::sort(expected.begin(), expected.end());
  CHECK(recorded == expected);
  const auto rows = book.ledger.list({.edition = first, .subscriber = {}, .state = {}});
  REQUIRE(rows);
  REQUIRE(rows->size() == 300);
  for (int i = 0; i < 300; ++i) {
    CAPTURE(i);
    const auto& row = (*rows)[static_cast<std::size_t>(i)];
    const bool answered = std::binary_search(expected.begin(), expected.end(), i + 1);
    CHECK(row.state == (i == 41       ? DeliveryState::planned
                        : !answered   ? DeliveryState::claimed
                        : i % 11 == 5 ? DeliveryState::failed
                                      : DeliveryState::sent));
    CHECK(row.settled.has_value() == answered);
    if (answered) CHECK(row.reply == fmt::format("2.0.0 as {}", i));
    if (answered) CHECK(row.code == (i % 11 == 5 ? 550 : 250));
  }
  CHECK(book.ledger.counts(first)->balances());
}

TEST_CASE("ledger: released claims do not count as attempts and are claimed again") {
  Book book{2};
  const auto claims = book.ledger.claim(first, 2)->claims;
  REQUIRE(settle(book, answer_to(claims[1], Stage::rcpt, 451, "later")));
  book.clock.advance(1h);
  const auto second = book.ledger.claim(first, 2)->claims;
  REQUIRE(second.size() == 1);
  REQUIRE(book.ledger.release(std::array{claims[0], second[0]}));
  CHECK(row_of(book.ledger, SubscriberId{1}).state == DeliveryState::planned);
  CHECK(row_of(book.ledger, SubscriberId{1}).attempts == 0);
  CHECK(row_of(book.ledger, SubscriberId{2}).state == DeliveryState::deferred);
  CHECK(row_of(book.ledger, SubscriberId{2}).attempts == 1);
  CHECK(book.ledger.claim(first, 10)->claims.size() == 2);
}

TEST_CASE("ledger: an error within settling rolls the whole batch back") {
  Book book{2};
  const auto claims = book.ledger.claim(first, 2)->claims;
  const std::vector answers{answer_to(claims[0], Stage::dot, 250, "ok"),
                            answer_to(claims[1], Stage::dot, 250, "ok")};
  const auto failed = book.ledger.settle(
      answers, {.policy = {},
                .within = [](std::span<const Settled>) -> Result<void> { return fail(Errc::io, "no"); },
                .sync = store::Sync::full});
  CHECK_FALSE(failed);
  CHECK(book.ledger.counts(first)->claimed == 2);
}

TEST_CASE("ledger: after a crash the journal tells untouched, answered and doubtful claims apart") {
  Book book{5};
  const auto claims = book.ledger.claim(first, 4)->claims;
  {
    auto journal = Journal::create(book.database.path());
    REQUIRE(journal);
    for (int i = 1; i < 4; ++i) journal->leaving(key_of(claims[static_cast<std::size_t>(i)]));
    journal->answered(key_of(claims[2]), classify(Stage::dot, 250, "2.0.0 queued"), "relay.example:25");
    journal->answered(key_of(claims[3]), classify(Stage::dot, 451, "4.3.0 later"), "relay.example:25");
    REQUIRE(journal->flush());
  }
  Ledger after{book.database, book.clock};
  std::vector<std::string> addresses;  // those that answers are about: what suppresses one needs it
  const auto recovered =
      after.recover({.policy = {}, .within = [&](std::span<const Settled> answers) -> Result<void> {
                       for (const auto& answer : answers) addresses.push_back(answer.claim.address);
                       return {};
                     }});
  REQUIRE(recovered);
  CHECK(addresses == std::vector<std::string>{"r3@example.org", "r2@example.org", "r4@example.org"});
  CHECK(recovered->planned == 1);
  CHECK(recovered->answered == 2);
  CHECK(recovered->in_doubt == 1);
  CHECK(row_of(after, SubscriberId{1}).state == DeliveryState::planned);
  CHECK(row_of(after, SubscriberId{1}).attempts == 0);
  CHECK(row_of(after, SubscriberId{2}).state == DeliveryState::in_doubt);
  CHECK(row_of(after, SubscriberId{3}).state == DeliveryState::sent);
  CHECK(row_of(after, SubscriberId{3}).reply == "2.0.0 queued");
  CHECK(row_of(after, SubscriberId{4}).state == DeliveryState::deferred);
  CHECK(row_of(after, SubscriberId{5}).state == DeliveryState::planned);
  CHECK_FALSE(std::filesystem::exists(book.folder / "list.db.sending.1"));
  CHECK(after.recover({})->in_doubt == 0);
}

TEST_CASE("ledger: without a trustworthy journal every open claim is in doubt") {
  Book book{3};
  REQUIRE(book.ledger.claim(first, 2));
  SUBCASE("it is not there") {}
  SUBCASE("it is from before the last boot") {
    REQUIRE(write_file(book.folder / "list.db.sending.1",
                       "tidings sending 2 00000000-0000-0000-0000-000000000000\n"));
  }
  Ledger after{book.database, book.clock};
  const auto recovered = after.recover({});
  REQUIRE(recovered);
  CHECK(recovered->in_doubt == 2);
  CHECK(after.counts(first)->planned == 1);
}

TEST_CASE("journal: a record torn anywhere is as if it had not been written") {
  Book book{1};
  const auto claim = claim_one(book);
  std::string whole;
  {
    auto journal = Journal::create(book.database.path());
    REQUIRE(journal);
    journal->leaving(key_of(claim));
    REQUIRE(journal->flush());
    whole = *read_file(book.folder / "list.db.sending.1");
  }
  const auto header = whole.find('\n') + 1;
  for (std::size_t size = header; size < whole.size(); ++size) {
    for (const auto& file : journal_files(book.database.path()))
      REQUIRE(write_file(file, whole.substr(0, size)));
    const auto contents = read_journal(book.database.path());
    REQUIRE(contents);
    CHECK(contents->trustworthy);
    CHECK(contents->records.empty());
  }
  REQUIRE(write_file(book.folder / "list.db.sending.1", whole));
  CHECK(read_journal(book.database.path())->records.size() == 1);
}

TEST_CASE("journal: whatever becomes of one file, its twin knows") {
  Book book{4};
  const auto claims = book.ledger.claim(first, 4)->claims;
  {
    auto journal = Journal::create(book.database.path());
    REQUIRE(journal);
    for (const auto& claim : claims) journal->leaving(key_of(claim));
    journal->answered(key_of(claims[0]), classify(Stage::dot, 250, "2.0.0 queued as 1"), "r:25");
    journal->answered(key_of(claims[1]), classify(Stage::dot, 451, "4.3.0 later"), "r:25");
    REQUIRE(journal->flush());
  }
  const auto whole = read_journal(book.database.path());
  REQUIRE(whole);
  REQUIRE(whole->records.size() == 4);
  for (const auto& file : journal_files(book.database.path())) {
    const auto sound = *read_file(file);
    const auto check = [&](const std::string& damaged) {
      REQUIRE(write_file(file, damaged));
      const auto contents = read_journal(book.database.path());
      REQUIRE(contents);
      CHECK(contents->trustworthy);
      REQUIRE(contents->records.size() == 4);
      for (std::size_t i = 0; i < 4; ++i) {
        CHECK(contents->records[i].key == whole->records[i].key);
        REQUIRE(contents->records[i].outcome.has_value() == whole->records[i].outcome.has_value());
        if (contents->records[i].outcome)
          CHECK(contents->records[i].outcome->kind == whole->records[i].outcome->kind);
      }
    };
    for (std::size_t at = 0; at < sound.size(); ++at) {
      auto flipped = sound;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << (at % 8)));
      check(flipped);
      check(sound.substr(0, at));
    }
    REQUIRE(write_file(file, sound));
  }
}

TEST_CASE("journal: where both files are damaged, no claim is believed to be unsent") {
  Book book{2};
  const auto claims = book.ledger.claim(first, 2)->claims;
  {
    auto journal = Journal::create(book.database.path());
    REQUIRE(journal);
    journal->leaving(key_of(claims[0]));
    REQUIRE(journal->flush());
  }
  for (const auto& file : journal_files(book.database.path())) {
    auto damaged = *read_file(file);
    damaged[damaged.size() - 2] ^= 4;
    REQUIRE(write_file(file, damaged));
  }
  const auto contents = read_journal(book.database.path());
  REQUIRE(contents);
  CHECK_FALSE(contents->trustworthy);
}

TEST_CASE("journal: a new segment takes open marks along and hides no answer") {
  Book book{3};
  const auto claims = book.ledger.claim(first, 3)->claims;
  auto journal = Journal::create(book.database.path());
  REQUIRE(journal);
  for (const auto& claim : claims) journal->leaving(key_of(claim));
  journal->answered(key_of(claims[0]), classify(Stage::dot, 250, "one"), "r:25");
  const auto old = journal->rotate();
  REQUIRE(old);
  journal->answered(key_of(claims[1]), classify(Stage::dot, 250, "two"), "r:25");
  REQUIRE(journal->flush());
  auto both = read_journal(book.database.path());
  REQUIRE(both);
  REQUIRE(both->records.size() == 3);
  CHECK(both->records[0].outcome->text == "one");
  CHECK(both->records[1].outcome->text == "two");
  CHECK_FALSE(both->records[2].outcome);
  for (const auto& file : *old) std::filesystem::remove(file);
  auto late = read_journal(book.database.path());
  CHECK(late->trustworthy);
  CHECK(late->records.size() == 2);
}

TEST_CASE("ledger: an admin retries and resolves, and only what can be") {
  Book book{3};
  const auto claims = book.ledger.claim(first, 3)->claims;
  REQUIRE(settle(book, answer_to(claims[0], Stage::rcpt, 550, "5.1.1 no")));
  REQUIRE(settle(book, answer_to(claims[1], Stage::dot, 0, "lost")));
  REQUIRE(settle(book, answer_to(claims[2], Stage::dot, 250, "ok")));
  CHECK(book.ledger.retry(first, DeliveryState::sent).error().code == Errc::usage);
  CHECK(*book.ledger.retry(first, DeliveryState::failed) == 1);
  CHECK(claim_one(book).subscriber == SubscriberId{1});
  CHECK(book.ledger.resolve(first, SubscriberId{3}, DeliveryState::sent).error().code == Errc::no_input);
  REQUIRE(book.ledger.resolve(first, SubscriberId{2}, DeliveryState::sent));
  CHECK(book.ledger.counts(first)->sent == 2);
  CHECK(*book.ledger.mark_bounced(first, SubscriberId{3}, "5.1.1 gone"));
  CHECK_FALSE(*book.ledger.mark_bounced(first, SubscriberId{3}, "5.1.1 gone"));
  CHECK(book.ledger.counts(first)->bounced == 1);
  CHECK(book.ledger.counts(first)->balances());
}

TEST_CASE("ledger: deferred deliveries are counted by reason") {
  Book book{3};
  const auto claims = book.ledger.claim(first, 3)->claims;
  for (const auto& claim : claims) {
    REQUIRE(
        settle(book, answer_to(claim, Stage::rcpt, claim.subscriber.value == 2 ? 452 : 450, "4.2.0 later")));
  }
  const auto reasons = book.ledger.deferred_by_reason(first);
  REQUIRE(reasons);
  REQUIRE(reasons->size() == 2);
  CHECK((*reasons)[0] == std::pair<std::string, std::int64_t>{"450 4.2.0 later", 2});
}

TEST_CASE("ledger: the view for other rooms calls each state by its name") {
  Book book(1);
  for (int number = 1; number <= 8; ++number) {
    CAPTURE(number);
    REQUIRE(book.database.execute(fmt::format("UPDATE deliveries SET state = {}", number).c_str()));
    auto query = book.database.prepare("SELECT state FROM delivery_states");
    REQUIRE(*query.step());
    CHECK(query.text(0) == name_of(static_cast<DeliveryState>(number)));
    CHECK_FALSE(query.text(0).empty());
  }
}
