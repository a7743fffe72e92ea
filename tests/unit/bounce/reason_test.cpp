#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "bounce/reason.hpp"
#include "bounce/scan.hpp"

namespace {

using namespace tidings::bounce;

TEST_CASE("reason: hard is only what blames the address for good") {
  struct Case {
    Evidence evidence{};
    Kind kind = Kind::soft;
    std::string status{};
  };
  const std::vector<Case> cases{
      {{.status = "5.1.1"}, Kind::hard, "5.1.1"},
      {{.status = "5.0.0", .diagnostic = "550 5.1.1 No such user"}, Kind::hard, "5.1.1"},
      {{.diagnostic = "550 user unknown"}, Kind::hard, "5.1.1"},
      {{.status = "5.1.10", .diagnostic = "Recipient address has null MX"}, Kind::hard, "5.1.10"},
      {{.status = "5.1.2"}, Kind::hard, "5.1.2"},
      {{.status = "5.7.1", .diagnostic = "550 5.7.1 Unknown user"}, Kind::hard, "5.7.1"},
      {{.status = "5.2.2"}, Kind::soft, "5.2.2"},
      {{.status = "5.1.1", .diagnostic = "552 mailbox is full"}, Kind::soft, "5.1.1"},
      {{.status = "5.7.1", .diagnostic = "554 5.7.1 blocked using zen.example, user does not exist"},
       Kind::soft,
       "5.7.1"},
      {{.status = "5.1.8", .diagnostic = "550 5.1.8 sender address rejected: domain not found"},
       Kind::soft,
       "5.1.8"},
      {{.status = "4.1.1", .diagnostic = "450 user unknown"}, Kind::soft, "4.1.1"},
      {{.action = Action::delayed, .status = "5.1.1"}, Kind::soft, "4.1.1"},
      {{.status = "5.0.0", .diagnostic = "450 4.1.1 user unknown"}, Kind::soft, "4.1.1"},
      {{.status = "5.2.1"}, Kind::soft, "5.2.1"},
      {{.status = "5.2.1", .diagnostic = "550 5.2.1 The account has been disabled"}, Kind::soft, "5.2.1"},
      {{.status = "5.2.1", .diagnostic = "550 5.2.1 Mailbox unavailable"}, Kind::soft, "5.2.1"},
      {{.status = "5.1.1", .diagnostic = "550 5.1.1 Mailbox unavailable or access denied"},
       Kind::hard,
       "5.1.1"},
      {{.status = "5.1.1", .diagnostic = "550 5.1.1 closed mailing list, access denied"},
       Kind::soft,
       "5.1.1"},
      {{.status = "5.1.0"}, Kind::hard, "5.1.0"},
      {{.status = "5.4.4"}, Kind::hard, "5.4.4"},
      {{.diagnostic = "Name service error for domain reef.example: Host not found, try again"},
       Kind::soft,
       "5.4.0"},
      {{.status = "5.3.4"}, Kind::soft, "5.3.4"},
      {{.diagnostic = "Message has been in the queue too long"}, Kind::soft, "4.4.7"},
      {{}, Kind::soft, "5.0.0"},
      // The sender's null MX, and Gmail's word for a failed SPF check; only words make it the recipient's.
      {{.status = "5.7.27"}, Kind::soft, "5.7.27"},
      {{.status = "5.7.27", .diagnostic = "550 5.7.27 Sender address has null MX"}, Kind::soft, "5.7.27"},
      {{.status = "5.7.27", .diagnostic = "550 5.7.27 does not accept mail (nullMX)"}, Kind::hard, "5.7.27"},
      // Refused before a recipient was named, whatever it says.
      {{.status = "5.1.0",
        .diagnostic =
            "remote server after MAIL FROM:<news@example.org>: 553 5.1.0 example.org does not exist"},
       Kind::soft,
       "5.1.0"},
      {{.status = "5.1.1",
        .diagnostic = "550 5.1.1 unknown",
        .around = "said: 550 (in reply to MAIL FROM command)"},
       Kind::soft,
       "5.1.1"},
      {{.diagnostic = "550 no", .around = ">>> MAIL From:<a@b.example> <<< 550 no such user"},
       Kind::soft,
       "5.7.1"},
      {{.diagnostic = "550 no such user", .around = ">>> RCPT To:<a@b.example> <<< 550"},
       Kind::hard,
       "5.1.1"},
      // About our own host, and both at once.
      {{.diagnostic = "550 the reverse DNS of 192.0.2.1 does not exist"}, Kind::soft, "5.7.1"},
      {{.diagnostic = "550 HELO name: domain not found"}, Kind::soft, "5.7.1"},
      {{.diagnostic = "550 too many invalid recipients"}, Kind::soft, "5.7.1"},
      {{.diagnostic = "550 looks like spam, user unknown"}, Kind::soft, "5.7.1"},
      {{.diagnostic = "550 host spam.reef.example said: no such user"}, Kind::hard, "5.1.1"},
      {{.diagnostic = "550 sender@reef.example: user unknown"}, Kind::hard, "5.1.1"},
      {{.diagnostic = "550 unknown recipient or mailbox full"}, Kind::soft, "5.2.2"},
      {{.diagnostic = "550 Mailbox unavailable or access denied"}, Kind::soft, "5.2.1"},
      {{.status = "5.1.1", .diagnostic = "550 5.1.1 mailbox currently suspended"}, Kind::soft, "5.1.1"},
      {{.status = "5.1.1", .diagnostic = "x-unix; command died: permission denied"}, Kind::soft, "5.1.1"},
      // The text that RFC 5321 gives for 550 says nothing that another cause, or a telling code, does not
      // outweigh.
      {{.diagnostic = "550 Requested action not taken: mailbox unavailable"}, Kind::hard, "5.1.1"},
      {{.status = "5.5.0", .diagnostic = "550 5.5.0 Requested action not taken: mailbox unavailable"},
       Kind::hard,
       "5.5.0"},
      {{.diagnostic =
            "550-Requested action not taken: mailbox unavailable 550 Reject due to policy restrictions"},
       Kind::soft,
       "5.7.1"},
      {{.diagnostic = "550-Requested action not taken: mailbox unavailable 550-Invalid DNS MX or A/AAAA "
                      "resource record"},
       Kind::soft,
       "5.7.1"},
      {{.diagnostic = "550 mailbox unavailable: blocked by recipient"}, Kind::soft, "5.7.1"},
      {{.status = "5.7.1", .diagnostic = "550 5.7.1 mailbox unavailable"}, Kind::soft, "5.7.1"},
      {{.status = "5.7.1",
        .diagnostic = "554 5.7.1 <a@b.example>: Recipient address rejected: Access denied"},
       Kind::soft,
       "5.7.1"},
      {{.status = "5.4.1",
        .diagnostic = "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)"},
       Kind::hard,
       "5.4.1"},
      {{.diagnostic = "553 Requested action aborted: bad address found in the message body"},
       Kind::soft,
       "5.7.1"},
      // qmail-remote's "does not like recipient" tells the stage, what the host said tells the cause.
      {{.diagnostic = "192.0.2.9 does not like recipient. Remote host said: 550 rejected by user. Giving up "
                      "on 192.0.2.9."},
       Kind::soft,
       "5.0.0"},
      {{.diagnostic =
            "192.0.2.9 does not like recipient. Remote host said: 550 no such user. Giving up on 192.0.2.9."},
       Kind::hard,
       "5.1.1"},
      // Plain words of an unknown user, and a cause beside them that is not the user.
      {{.status = "5.7.1",
        .diagnostic = "550 5.7.1 recipient does not exist or you are not permitted to send to it"},
       Kind::soft,
       "5.7.1"},
      {{.diagnostic = "550 user unknown right now, please try again later"}, Kind::soft, "5.7.1"},
      {{.status = "5.1.1", .diagnostic = "550 5.1.1 your message violates our DMARC policy"},
       Kind::soft,
       "5.1.1"},
      {{.status = "5.4.4", .diagnostic = "554 5.4.4 temporary DNS failure"}, Kind::soft, "5.4.4"},
      {{.diagnostic = "535 5.7.8 authentication failed: no such user"}, Kind::soft, "5.7.8"},
      {{.diagnostic = "535 no such user"}, Kind::soft, "5.7.1"},
      {{.diagnostic = "554 The domain is not reachable. Please check the domain and try again"},
       Kind::soft,
       "5.4.0"},
      // The sender, in other languages; letters of any case.
      {{.diagnostic = "550 L'expéditeur n'existe pas"}, Kind::soft, "5.7.1"},
      {{.diagnostic = "550 Ihre Domain existiert nicht im DNS"}, Kind::soft, "5.7.1"},
      {{.diagnostic = "550 发件人域名不存在"}, Kind::soft, "5.7.1"},
      {{.diagnostic = "550 Отправитель не существует"}, Kind::soft, "5.7.1"},
      {{.diagnostic = "550 ПОЛЬЗОВАТЕЛЬ не найден"}, Kind::hard, "5.1.1"},
      {{.diagnostic = "550 'ann@quay.example' is not a registered gateway user"}, Kind::hard, "5.1.1"},
      // A code of the class alone asks the notice.
      {{.status = "5.5.0", .around = "mail.local: unknown user: ann"}, Kind::hard, "5.5.0"},
      {{.diagnostic = "421 come back later"}, Kind::soft, "4.0.0"},
  };
  for (const auto& [evidence, kind, status] : cases) {
    CAPTURE(evidence.status);
    CAPTURE(evidence.diagnostic);
    const auto got = judge(evidence);
    CHECK(got.kind == kind);
    CHECK(got.status == status);
  }
}

TEST_CASE("scan: statuses and codes are told from versions, addresses and dates") {
  CHECK(find_status("550 5.1.1 no") == "5.1.1");
  CHECK(find_status("(#5.1.1)") == "5.1.1");
  CHECK(find_status("host [5.4.3.2] said 550 5.7.1") == "5.7.1");
  CHECK(find_status("Exim 4.9.2 at work").empty());
  CHECK(find_status("Internet Mail Service (5.5.2653.19)").empty());
  CHECK(find_reply_code("said: 550 no") == 550);
  CHECK(find_reply_code("552-5.2.2 full") == 552);
  CHECK(find_reply_code("on 5500 lines") == 0);
  CHECK(find_reply_code("192.0.2.550") == 0);
}

TEST_CASE("scan: addresses are found bare, bracketed, quoted, routed and in X.400 names") {
  CHECK(address_of("rfc822; ann@quay.example") == "ann@quay.example");
  CHECK(address_of("RFC822;<@relay.example:ann@quay.example>") == "ann@quay.example");
  CHECK(address_of("Ann <ann@quay.example>") == "ann@quay.example");
  CHECK(address_of("x400; /RFC-822=ann(a)quay.example/ADMD= /C=WW/") == "ann@quay.example");
  CHECK(address_of("<root@mailhost>") == "root@mailhost");
  CHECK(address_of("rfc822; ann@#quay.example") == "ann@#quay.example");
  CHECK_FALSE(address_of("ann@#quay.example said no"));
  CHECK_FALSE(address_of("@"));
  CHECK_FALSE(address_of("LOCAL; |/bin/program"));
  const auto found = find_addresses("550 ann@quay.example... No such user, \"b c\"@pier.example; not a@b");
  REQUIRE(found.size() == 2);
  CHECK(found[0].address == "ann@quay.example");
  CHECK(found[1].address == "\"b c\"@pier.example");
}

}  // namespace
