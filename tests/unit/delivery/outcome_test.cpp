#include "delivery/outcome.hpp"

#include <doctest/doctest.h>

#include "delivery/retry.hpp"

using namespace tidings;
using namespace tidings::delivery;
using namespace std::chrono_literals;

TEST_CASE("outcome: replies are classified by stage, code, status and words") {
  struct Case {
    Stage stage;
    int code;
    const char* text;
    OutcomeKind kind;
    Blame blame;
    Verdict verdict;
  };
  using enum OutcomeKind;
  for (const auto& c : {
           Case{Stage::dot, 250, "2.0.0 Ok: queued as 4XY", accepted, Blame::nobody, Verdict::none},
           Case{Stage::dot, 251, "fine", accepted, Blame::nobody, Verdict::none},
           Case{Stage::rcpt, 550, "5.1.1 <a@b>: Recipient address rejected: User unknown", permanent,
                Blame::address, Verdict::hard},
           Case{Stage::rcpt, 550, "5.1.10 null MX", permanent, Blame::address, Verdict::hard},
           Case{Stage::rcpt, 550, "No such user here", permanent, Blame::address, Verdict::hard},
           Case{Stage::rcpt, 550, "mailbox unavailable", permanent, Blame::address, Verdict::soft},
           Case{Stage::dot, 550, "5.1.1 no such user", permanent, Blame::address, Verdict::soft},
           Case{Stage::rcpt, 550, "5.2.1 inactive or receiving too much", permanent, Blame::address,
                Verdict::soft},
           Case{Stage::rcpt, 552, "5.2.2 over quota", permanent, Blame::address, Verdict::soft},
           Case{Stage::rcpt, 554, "5.7.13 account disabled", permanent, Blame::address, Verdict::hard},
           Case{Stage::rcpt, 450, "4.2.0 Greylisted", temporary, Blame::address, Verdict::none},
           Case{Stage::rcpt, 452, "4.2.2 full", temporary, Blame::address, Verdict::none},
           Case{Stage::rcpt, 451, "4.3.0 internal", temporary, Blame::nobody, Verdict::none},
           Case{Stage::rcpt, 451, "4.7.1 try again", temporary, Blame::relay, Verdict::none},
           Case{Stage::rcpt, 554, "5.7.1 Relay access denied", temporary, Blame::relay, Verdict::none},
           Case{Stage::dot, 550, "5.7.515 not authenticated", temporary, Blame::relay, Verdict::none},
           Case{Stage::mail, 550, "sender rejected", temporary, Blame::relay, Verdict::none},
           Case{Stage::mail, 530, "5.7.0 authentication required", temporary, Blame::relay, Verdict::none},
           Case{Stage::mail, 552, "5.3.4 too big", permanent, Blame::message, Verdict::none},
           Case{Stage::dot, 552, "message too large", permanent, Blame::message, Verdict::none},
           Case{Stage::dot, 554, "5.6.0 malformed", permanent, Blame::message, Verdict::none},
           Case{Stage::dot, 554, "transaction failed", permanent, Blame::address, Verdict::soft},
           Case{Stage::rcpt, 451, "4.7.1 Greylisted, come back later", temporary, Blame::address,
                Verdict::none},
           Case{Stage::rcpt, 550, "relay not permitted", temporary, Blame::relay, Verdict::none},
           Case{Stage::rcpt, 550, "5.4.5 Daily user sending limit exceeded", temporary, Blame::relay,
                Verdict::none},
           Case{Stage::rcpt, 550, "5.4.1 Recipient address rejected: Access denied", permanent,
                Blame::address, Verdict::soft},
           Case{Stage::rcpt, 550, "5.2.1 the account is suspended", permanent, Blame::address, Verdict::soft},
           Case{Stage::rcpt, 521, "no mail", temporary, Blame::relay, Verdict::none},
           Case{Stage::rcpt, 571, "Delivery not authorized", temporary, Blame::relay, Verdict::none},
           Case{Stage::dot, 552, "Message rejected as spam", temporary, Blame::relay, Verdict::none},
           Case{Stage::rcpt, 550, "5.1.1 no such user, or your host is on our black list", permanent,
                Blame::address, Verdict::soft},
           Case{Stage::rcpt, 550, "5.1.1 <spam@blacklist.example>: no such user", permanent, Blame::address,
                Verdict::hard},
           Case{Stage::dot, 421, "4.3.2 closing", temporary, Blame::relay, Verdict::none},
           Case{Stage::greeting, 554, "no service", temporary, Blame::relay, Verdict::none},
           Case{Stage::auth, 535, "5.7.8 wrong", temporary, Blame::relay, Verdict::none},
           Case{Stage::rcpt, 503, "5.5.1 bad sequence", temporary, Blame::relay, Verdict::none},
           Case{Stage::rcpt, 250, "where 354 was due", temporary, Blame::nobody, Verdict::none},
       }) {
    CAPTURE(c.code);
    CAPTURE(c.text);
    const auto outcome = classify(c.stage, c.code, c.text);
    CHECK(name_of(outcome.kind) == name_of(c.kind));
    CHECK(name_of(outcome.blame) == name_of(c.blame));
    CHECK(outcome.verdict == c.verdict);
    CHECK(outcome.stage == c.stage);
    CHECK(outcome.code == c.code);
  }
}

TEST_CASE("outcome: nothing above 400 is ever taken for accepted, nothing below for refused") {
  for (int stage = 0; stage <= static_cast<int>(Stage::dot); ++stage) {
    for (int code = 200; code < 600; ++code) {
      const auto outcome = classify(static_cast<Stage>(stage), code, "words");
      CHECK((outcome.kind == OutcomeKind::accepted) ==
            (static_cast<Stage>(stage) == Stage::dot && code < 300));
      if (outcome.kind == OutcomeKind::permanent) CHECK(code >= 500);
      if (outcome.verdict == Verdict::hard) CHECK(static_cast<Stage>(stage) == Stage::rcpt);
    }
  }
}

TEST_CASE("outcome: the reply text is one clean line of at most 500 bytes") {
  const auto outcome =
      classify(Stage::rcpt, 550, "5.1.1 one\n5.1.1 two\x1b[31m\xff" + std::string(2000, 'x'));
  CHECK(outcome.enhanced == "5.1.1");
  CHECK(outcome.text.starts_with("one 5.1.1 two"));
  CHECK(outcome.text.size() <= 500);
  CHECK(outcome.text.find('\x1b') == std::string::npos);
  CHECK(outcome.text.find('\n') == std::string::npos);
  CHECK(classify(Stage::rcpt, 550, "5.1.1").enhanced == "5.1.1");
  CHECK(classify(Stage::rcpt, 550, "5.1 x").enhanced.empty());
  CHECK(classify(Stage::rcpt, 550, "3.1.1 x").enhanced.empty());
  CHECK(classify(Stage::rcpt, 550, "5.1.1x").enhanced.empty());
}

TEST_CASE("outcome: silence is doubtful only after the final dot") {
  for (int stage = 0; stage <= static_cast<int>(Stage::dot); ++stage) {
    const auto outcome = no_reply(static_cast<Stage>(stage), "gone");
    CHECK((outcome.kind == OutcomeKind::unknown) == (static_cast<Stage>(stage) == Stage::dot));
  }
}

TEST_CASE("retry: the waits grow and end") {
  CHECK(retry_delay(1) == 5min);
  CHECK(retry_delay(2) == 15min);
  CHECK(retry_delay(7) == 8h);
  CHECK(retry_delay(100) == 8h);
  const auto start = from_ms(0);
  const RetryPolicy policy{.give_up_after = 24h, .give_up_at = start + 2h};
  CHECK(next_try(policy, 1, start, start) == start + 5min);
  CHECK(next_try(policy, 5, start, start + 110min) == start + 2h);
  CHECK_FALSE(next_try(policy, 5, start, start + 2h));
  CHECK_FALSE(next_try({.give_up_after = 24h, .give_up_at = {}}, 9, start, start + 24h));
}

TEST_CASE("retry: a relay's back-off doubles from a minute to an hour") {
  CHECK(relay_back_off(1, 0) == 1min);
  CHECK(relay_back_off(3, 0) == 4min);
  CHECK(relay_back_off(50, 0) == 1h);
  CHECK(relay_back_off(1, 1) == 45s);
}
