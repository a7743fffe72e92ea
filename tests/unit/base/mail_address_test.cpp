#include "base/mail_address.hpp"

#include <doctest/doctest.h>

using namespace tidings;

TEST_CASE("mail_address: good addresses are read, domains become A-labels in lower case") {
  struct Case {
    const char* text;
    const char* want;
  };
  for (const auto& [text, want] :
       {Case{"ana@example.org", "ana@example.org"}, Case{"Ana.Lima+news@Example.ORG", "Ana.Lima+news@example.org"},
        Case{"o'neill@example.org", "o'neill@example.org"}, Case{"post@bücher.example", "post@xn--bcher-kva.example"},
        Case{"post@straße.example", "post@xn--strae-oqa.example"}, Case{"x@日本語.example", "x@xn--wgv71a119e.example"}}) {
    CAPTURE(text);
    const auto got = parse_mail_address(text);
    REQUIRE(got);
    CHECK(got->text() == want);
    CHECK_FALSE(got->needs_smtputf8);
  }
}

TEST_CASE("mail_address: a local part outside ASCII is marked") { CHECK(parse_mail_address("δοκιμή@example.org")->needs_smtputf8); }

TEST_CASE("mail_address: what a relay must never be given is refused") {
  for (const std::string text :
       {"", "ana", "@example.org", "ana@", "ana@example", "a b@example.org", "ana@exa mple.org", ".ana@example.org",
        "ana.@example.org", "a..b@example.org", "ana@-x.org", "ana@a_b.example", "ana@example..org", "ana@[127.0.0.1]",
        "<ana@example.org>", "\"a b\"@example.org", "ana@example.org>\r\nRCPT TO:<evil@example.net", "ana\n@example.org",
        "a@b@example.org", "ana,bob@example.org"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_mail_address(text));
  }
  CHECK_FALSE(parse_mail_address(std::string("an\0a@example.org", 16)));
  CHECK_FALSE(parse_mail_address(std::string(65, 'a') + "@example.org"));
  CHECK_FALSE(parse_mail_address("a@" + std::string(64, 'b') + ".org"));
}

TEST_CASE("mail_address: the key finds the same mailbox in other letters") {
  CHECK(parse_mail_address("ANA@Example.org")->key() == parse_mail_address("ana@example.ORG")->key());
  CHECK(parse_mail_address("ana@example.org")->key() != parse_mail_address("ana+x@example.org")->key());
}

TEST_CASE("mail_address: mailboxes with and without names") {
  CHECK(parse_mailbox("Harbour News <news@example.org>")->name == "Harbour News");
  CHECK(parse_mailbox("\"Lima, Ana \\\"A\\\"\" <ana@example.org>")->name == "Lima, Ana \"A\"");
  CHECK(parse_mailbox("ana@example.org")->name.empty());
  CHECK_FALSE(parse_mailbox("Ana <ana@example.org"));
  CHECK_FALSE(parse_mailbox("Ana\r\nBcc: x@y.z <ana@example.org>"));
}
