#include "delivery/brake.hpp"

#include <doctest/doctest.h>

#include "delivery/refusal_watch.hpp"

using namespace tidings;
using namespace tidings::delivery;

namespace {

Outcome taken() { return classify(Stage::dot, 250, "ok"); }
Outcome refused(const std::string& text = "5.1.1 user unknown") { return classify(Stage::rcpt, 550, text); }
Outcome about_us() { return classify(Stage::rcpt, 550, "relay not permitted"); }

Settled answer(int reader, Outcome outcome) {
  return {.claim = {.edition = EditionId{1}, .subscriber = SubscriberId{reader}, .attempt = 1},
          .outcome = std::move(outcome),
          .relay = "r"};
}

RefusalWatch::Finding last_of(RefusalWatch& watch, int count, const Outcome& outcome, bool several_domains) {
  auto finding = RefusalWatch::Finding::nothing;
  for (int i = 0; i < count; ++i)
    finding = watch.note(outcome, several_domains && i % 2 == 1 ? "a.example" : "b.example");
  return finding;
}

}  // namespace

TEST_CASE("refusal watch: the same words to nearly all of twenty, over several domains") {
  RefusalWatch watch;
  watch.begin_run(true);
  CHECK(last_of(watch, 100, taken(), true) == RefusalWatch::Finding::nothing);
  CHECK(last_of(watch, 17, refused(), true) == RefusalWatch::Finding::nothing);
  CHECK(watch.note(refused("5.1.1 <x@y.example>: User Unknown"), "c.example") ==
        RefusalWatch::Finding::alike);
  CHECK(watch.words() == "550 user unknown");
  CHECK(watch.note(refused(), "c.example") == RefusalWatch::Finding::nothing);  // found once
}

TEST_CASE("refusal watch: one domain is its own matter where others are served") {
  RefusalWatch watch;
  watch.begin_run(false);
  CHECK(watch.note(taken(), "a.example") == RefusalWatch::Finding::nothing);
  CHECK(last_of(watch, 40, refused(), false) == RefusalWatch::Finding::nothing);
  watch.begin_run(false);
  CHECK(last_of(watch, 20, refused(), false) == RefusalWatch::Finding::alike);
}

TEST_CASE("refusal watch: other words, and every third taken, are no brake") {
  RefusalWatch watch;
  watch.begin_run(false);
  for (int i = 0; i < 60; ++i) {
    CHECK(watch.note(i % 3 == 0 ? taken() : refused(), i % 2 == 0 ? "a.example" : "b.example") ==
          RefusalWatch::Finding::nothing);
  }
}

TEST_CASE(
    "refusal watch: ten refusals of us by a relay that took nothing, eighteen of twenty by one that did") {
  RefusalWatch watch;
  watch.begin_run(false);
  CHECK(last_of(watch, 9, about_us(), true) == RefusalWatch::Finding::nothing);
  CHECK(watch.note(about_us(), "a.example") == RefusalWatch::Finding::about_us);
  watch.begin_run(true);
  CHECK(last_of(watch, 17, about_us(), true) == RefusalWatch::Finding::nothing);
  CHECK(watch.note(about_us(), "a.example") == RefusalWatch::Finding::about_us);
}

TEST_CASE("brake: what was refused in the words is taken back, and what comes later is deferred") {
  const std::vector<RelayMemory> relays{{.name = "r"}};
  Brake brake{relays};
  const std::vector<Settled> settled{answer(1, refused()), answer(2, taken()),
                                     answer(3, refused("5.1.1 gone")), answer(4, refused())};
  brake.recorded(settled);
  const auto keys = brake.pull("r", words_of_refusal(refused()));
  REQUIRE(keys.size() == 2);
  CHECK(keys[1].subscriber == 4);
  std::vector<Settled> later{answer(5, refused()), answer(6, refused("5.1.1 gone"))};
  brake.soften(later);
  CHECK(later[0].outcome.kind == OutcomeKind::temporary);
  CHECK(later[0].outcome.verdict == Verdict::none);
  CHECK(later[1].outcome.kind == OutcomeKind::permanent);
  CHECK(brake.at_end().empty());
}

TEST_CASE("brake: our quota is never the reader's, even on a relay that has taken some of the edition") {
  const std::vector<RelayMemory> relays{{.name = "r", .works = true}};
  const Brake brake{relays};
  std::vector<Settled> settled{
      answer(1, classify(Stage::rcpt, 550, "5.4.5 Daily user sending quota exceeded")),
      answer(2, classify(Stage::rcpt, 550, "5.7.1 this mailbox takes no mail from 192.0.2.1"))};
  REQUIRE(is_relay_trouble(settled[1].outcome));
  brake.soften(settled);
  CHECK(is_relay_trouble(settled[0].outcome));
  CHECK(!is_relay_trouble(settled[1].outcome));
}

TEST_CASE("brake: a short list that is refused as a whole is found at the end") {
  const auto found = [](bool works, std::string words, std::vector<Settled> answers) {
    const std::vector<RelayMemory> relays{{.name = "r", .refused_alike = std::move(words), .works = works}};
    Brake brake{relays};
    brake.recorded(answers);
    return brake.at_end().size();
  };
  CHECK(found(false, "", {answer(1, refused()), answer(2, refused()), answer(3, refused())}) == 1);
  CHECK(found(false, "", {answer(1, refused()), answer(2, refused())}) == 0);
  CHECK(found(false, "", {answer(1, refused("the gate is locked"))}) == 1);  // a first relay, wrongly set up
  CHECK(found(false, "", {answer(1, refused("the gate is locked")), answer(2, taken())}) == 0);
  CHECK(found(false, "", {answer(1, refused("5.2.1 mailbox disabled"))}) == 0);
  CHECK(found(true, "", {answer(1, refused("the gate is locked"))}) == 0);
  CHECK(found(false, "",
              {answer(1, refused()), answer(2, refused()), answer(3, refused()), answer(4, taken())}) == 0);
  CHECK(found(true, "", {answer(1, refused()), answer(2, refused()), answer(3, refused())}) == 0);
  CHECK(found(true, "550 user unknown", {answer(1, refused())}) == 1);  // the brake of an earlier run stands
  CHECK(found(false, "", {answer(1, about_us())}) == 1);
  CHECK(found(true, "", {answer(1, about_us())}) == 0);
}

TEST_CASE("brake: a relay that has served some and then refuses many retries alike is found at the end") {
  const auto found = [](int count, int domains) {
    const std::vector<RelayMemory> relays{{.name = "r", .works = true}};
    Brake brake{relays};
    std::vector<Settled> answers;
    for (int i = 1; i <= count; ++i) {
      answers.push_back(answer(i, refused("the gate is locked")));
      answers.back().claim.attempt = 2;
      answers.back().claim.address = "r@d" + std::to_string(i % domains) + ".example";
    }
    brake.recorded(answers);
    return brake.at_end().size();
  };
  CHECK(found(36, 3) == 1);
  CHECK(found(17, 3) == 0);  // a few are believed
  CHECK(found(36, 1) == 0);  // one domain's refusals are its own matter
}

TEST_CASE("brake: refusals of a run that died belong to the next one") {
  const std::vector<RelayMemory> relays{{.name = "r"}};
  Brake brake{relays};
  std::vector<Refusal> left;
  for (int i = 1; i <= 9; ++i)
    left.push_back({.claim = answer(i, {}).claim, .outcome = refused(), .relay = "r", .at = {}});
  brake.recall(left);
  brake.recorded(std::vector<Settled>{answer(10, refused())});
  REQUIRE(brake.at_end().size() == 1);
  CHECK(brake.pull("r", brake.at_end()[0].words).size() == 10);
}
