#include "base/mail_address.hpp"

#include <cstdint>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.hpp"

using namespace tidings;

TEST_CASE("mail_address: good addresses are read, domains become A-labels in lower case") {
  struct Case {
    const char* text;
    const char* want;
  };
  for (const auto& [text, want] : {Case{"ana@example.org", "ana@example.org"},
                                   Case{"Ana.Lima+news@Example.ORG", "Ana.Lima+news@example.org"},
                                   Case{"o'neill@example.org", "o'neill@example.org"},
                                   Case{"post@bücher.example", "post@xn--bcher-kva.example"},
                                   Case{"post@straße.example", "post@xn--strae-oqa.example"},
                                   Case{"x@日本語.example", "x@xn--wgv71a119e.example"}}) {
    CAPTURE(text);
    const auto got = parse_mail_address(text);
    REQUIRE(got);
    CHECK(got->text() == want);
    CHECK_FALSE(got->needs_smtputf8);
  }
}

TEST_CASE("mail_address: a local part outside ASCII is marked") {
  CHECK(parse_mail_address("δοκιμή@example.org")->needs_smtputf8);
}

TEST_CASE("mail_address: what a relay must never be given is refused") {
  for (const std::string text : {"",
                                 "ana",
                                 "@example.org",
                                 "ana@",
                                 "ana@example",
                                 "a b@example.org",
                                 "ana@exa mple.org",
                                 ".ana@example.org",
                                 "ana.@example.org",
                                 "a..b@example.org",
                                 "ana@-x.org",
                                 "ana@a_b.example",
                                 "ana@example..org",
                                 "ana@[127.0.0.1]",
                                 "<ana@example.org>",
                                 "\"a b\"@example.org",
                                 "ana@example.org>\r\nRCPT TO:<evil@example.net",
                                 "ana\n@example.org",
                                 "a@b@example.org",
                                 "ana,bob@example.org"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_mail_address(text));
  }
  CHECK_FALSE(parse_mail_address(std::string("an\0a@example.org", 16)));
  CHECK_FALSE(parse_mail_address(std::string(65, 'a') + "@example.org"));
  CHECK_FALSE(parse_mail_address("a@" + std::string(64, 'b') + ".org"));
}

TEST_CASE("mail_address: characters that nobody sees or that turn the text around are refused by name") {
  for (const char32_t character :
       {U'\u0080', U'\u0085', U'\u009F', U'\u00A0', U'\u00AD', U'\u061C',     U'\u200B',    U'\u200C',
        U'\u200D', U'\u200E', U'\u200F', U'\u2028', U'\u2029', U'\u202A',     U'\u202E',    U'\u2060',
        U'\u2066', U'\u2069', U'\u3000', U'\uFEFF', U'\uFFFD', U'\U000E0041', U'\U0010FFFF'}) {
    std::string text{"an"};
    append_utf8(text, character);
    text += "a@example.org";
    const auto name = fmt::format("U+{:04X} ", static_cast<std::uint32_t>(character));
    CAPTURE(name);
    const auto got = parse_mail_address(text);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == Errc::bad_data);
    CHECK(got.error().what.find(name) != std::string::npos);
    // What got into a database before is still found.
    CHECK(stored_address(text).text() == text);
  }
  for (const std::string text : {"jürgen@example.org", "用户@example.org", "ल@example.org", "ä̈@example.org",
                                 "مثال@example.org", "😀@example.org"}) {
    CAPTURE(text);
    REQUIRE(parse_mail_address(text));
    CHECK(parse_mail_address(text) == stored_address(text));
  }
}

TEST_CASE("mail_address: a stored address is split and not judged") {
  CHECK(stored_address("Ana@example.org").key() == parse_mail_address("ana@example.org")->key());
  CHECK(stored_address("a b@c@Example.org").local == "a b@c");
  CHECK(stored_address("a b@c@Example.org").domain == "example.org");
  CHECK(stored_address("").domain.empty());
  CHECK(stored_address("nobody").local == "nobody");
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
