#include "base/refusal.hpp"

#include <array>
#include <string>

#include <doctest/doctest.h>

using namespace tidings;

TEST_CASE("refusal: words about us are told from words about a mailbox, whatever their case") {
  struct Case {
    const char* text;
    RefusedPart part;
  };
  for (const auto& c :
       {Case{"relay not permitted", RefusedPart::relaying}, Case{"RELAYING DENIED", RefusedPart::relaying},
        Case{"<a@b.example>: Relay  access denied", RefusedPart::relaying},
        Case{"sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", RefusedPart::relaying},
        Case{"Please turn on SMTP Authentication in your mail client", RefusedPart::login},
        Case{"Daily user sending limit exceeded", RefusedPart::quota},
        Case{"Domain x.example has exceeded the max emails per hour (5/5)", RefusedPart::quota},
        Case{"Account suspended", RefusedPart::account},
        Case{"Message rejected: Email address is not verified.", RefusedPart::account},
        Case{"Client host [192.0.2.1] blocked using zen.spamhaus.org; see https://x.example/",
             RefusedPart::reputation},
        Case{"Message rejected as spam", RefusedPart::reputation},
        Case{"Administrative prohibition", RefusedPart::policy},
        Case{"Delivery not authorized, message refused", RefusedPart::sender}}) {
    CAPTURE(c.text);
    const auto part = refused_part(c.text);
    REQUIRE(part);
    CHECK(name_of(*part) == name_of(c.part));
  }
  for (const auto* const text :
       {"user unknown", "<relay-access-denied@spam.example>: no such user", "mailbox full", "user over quota",
        "User unknown in relay recipient table", "The email account that you tried to reach does not exist",
        "mailbox unavailable", "account is disabled", "domain does not accept mail",
        "see https://blocked.by/rbl"}) {
    CAPTURE(text);
    CHECK_FALSE(refused_part(text));
  }
}

TEST_CASE("refusal: greylisting is known by its words") {
  CHECK(is_greylisting("Greylisted, please try again in 300 seconds"));
  CHECK(is_greylisting("Recipient address rejected: GREYLISTING in effect"));
  CHECK_FALSE(is_greylisting("too many messages from you"));
}

TEST_CASE("refusal: addresses, host names, numbers and queue ids do not make answers different") {
  CHECK(refusal_key("<a@x.example>: no such user (4XyZ1q) at mx1.x.example") ==
        refusal_key("<b@y.example>: no such user (5AbC9z) at mx2.y.example"));
  CHECK(refusal_key("No such user!") == refusal_key("no such USER"));
  CHECK(refusal_key("no such user") != refusal_key("no such domain"));
  CHECK(refusal_key("").empty());
}

TEST_CASE("refusal: no phrase says what another of its part says") {
  for (const auto part : {RefusedPart::login, RefusedPart::account, RefusedPart::quota, RefusedPart::relaying,
                          RefusedPart::sender, RefusedPart::reputation, RefusedPart::policy}) {
    const auto phrases = refusal_phrases(part);
    for (const auto& one : phrases) {
      for (const auto& other : phrases)
        CHECK_MESSAGE((&one == &other || !contains_pattern(one, other)), one << " holds " << other);
    }
  }
}
