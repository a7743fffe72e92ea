#include "subscriber/token.hpp"

#include <limits>
#include <set>

#include "base/codec.hpp"
#include "base/text.hpp"
#include "subscriber/support.hpp"

using namespace tidings;
using namespace tidings::subscriber;
using namespace tidings::subscriber::test;

namespace {

constexpr TokenPurpose purposes[] = {TokenPurpose::unsubscribe, TokenPurpose::preferences, TokenPurpose::view,
                                     TokenPurpose::bounce};
constexpr TokenForm forms[] = {TokenForm::link, TokenForm::local_part};

KeyRing fixed_keys() { return KeyRing{{{.id = 1, .secret = std::string(32, 'k')}}}; }

}  // namespace

TEST_CASE("token: verifies for its own purpose and form and for no other") {
  const Tokens tokens{fixed_keys()};
  const TokenSubject subject{.subscriber = {123'456}, .edition = {789}};
  std::set<std::string> seen;
  for (const auto purpose : purposes) {
    for (const auto form : forms) {
      const auto token = tokens.make(purpose, form, subject);
      CHECK(seen.insert(token).second);
      for (const auto other_purpose : purposes) {
        for (const auto other_form : forms) {
          const auto read = tokens.verify(other_purpose, other_form, token);
          CHECK(read.has_value() == (other_purpose == purpose && other_form == form));
          if (read) CHECK(*read == subject);
        }
      }
    }
  }
}

TEST_CASE("token: stays what it is, byte for byte, so that old links work after an upgrade") {
  const Tokens tokens{fixed_keys()};
  const TokenSubject subject{.subscriber = {1}, .edition = {2}};
  CHECK(tokens.make(TokenPurpose::unsubscribe, TokenForm::link, subject) == "AQEBAq_n6kCz-cZOI3ZQlYxdzb0");
  CHECK(tokens.make(TokenPurpose::bounce, TokenForm::local_part, subject) == "aecacarkk22ftjybdsvtfaa");
}

TEST_CASE("token: fits where it has to go, for the smallest and the largest ids") {
  const Tokens tokens{fixed_keys()};
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  for (const auto& subject :
       {TokenSubject{{1}, {0}}, TokenSubject{{127}, {128}}, TokenSubject{{1'000'000}, {10'000}},
        TokenSubject{{(std::int64_t{1} << 35) - 1}, {(std::int64_t{1} << 28) - 1}},
        TokenSubject{{most}, {most}}}) {
    const auto link = tokens.make(TokenPurpose::unsubscribe, TokenForm::link, subject);
    const auto local = tokens.make(TokenPurpose::bounce, TokenForm::local_part, subject);
    CHECK(link.size() <= 48);
    CHECK(local.size() <= (subject.subscriber.value >> 35 == 0 ? 34U : max_local_part_token_size));
    CHECK(local.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567") == std::string::npos);
    CHECK(tokens.verify(TokenPurpose::unsubscribe, TokenForm::link, link) == subject);
    CHECK(tokens.verify(TokenPurpose::bounce, TokenForm::local_part, local) == subject);
    std::string upper;
    for (const char c : local) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    CHECK(tokens.verify(TokenPurpose::bounce, TokenForm::local_part, upper) == subject);
  }
}

TEST_CASE("token: truncated at any place, lengthened, or with any bit turned, it is nothing") {
  const Tokens tokens{fixed_keys()};
  for (const auto form : forms) {
    const auto token = tokens.make(TokenPurpose::unsubscribe, form, {.subscriber = {300}, .edition = {7}});
    const auto good = [&](std::string_view text) {
      return tokens.verify(TokenPurpose::unsubscribe, form, text).has_value();
    };
    CHECK(good(token));
    for (std::size_t size = 0; size < token.size(); ++size) CHECK_FALSE(good(token.substr(0, size)));
    for (const auto* const more : {"A", "=", " ", "\n", "%00", "/"}) {
      CHECK_FALSE(good(token + more));
      CHECK_FALSE(good(more + token));
    }
    for (std::size_t i = 0; i < token.size(); ++i) {
      for (int bit = 0; bit < 8; ++bit) {
        auto changed = token;
        changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
        if (form == TokenForm::local_part && ascii_lower(changed) == token)
          continue;  // case is all that changed
        CHECK_FALSE(good(changed));
      }
    }
  }
}

TEST_CASE("token: arbitrary bytes are nothing and do no harm") {
  const Tokens tokens{fixed_keys()};
  SeededRandom random{7};
  for (int i = 0; i < 20'000; ++i) {
    const auto bytes = random.bytes(random.below(60));
    for (const auto form : forms) {
      CHECK_FALSE(tokens.verify(TokenPurpose::view, form, bytes));
      CHECK_FALSE(tokens.verify(TokenPurpose::view, form, "\x01\x03" + bytes));
      CHECK_FALSE(tokens.verify(TokenPurpose::view, form,
                                form == TokenForm::link ? base64url_encode("\x01\x03" + bytes)
                                                        : base32_encode("\x01\x03" + bytes)));
    }
  }
  CHECK_FALSE(tokens.verify(TokenPurpose::view, TokenForm::link, std::string(1'000'000, 'A')));
}

TEST_CASE("token: keys are made once, kept, and after a rotation old tokens stay good") {
  List list;
  SystemRandom random;
  const auto peeked = KeyRing::peek(list.database, random);
  REQUIRE(peeked);
  const auto first = KeyRing::open(list.database, random, list.clock);
  REQUIRE(first);
  CHECK(peeked->newest().secret != first->newest().secret);
  const auto again = KeyRing::open(list.database, random, list.clock);
  CHECK(again->newest().secret == first->newest().secret);
  CHECK(KeyRing::peek(list.database, random)->newest().secret == first->newest().secret);
  const TokenSubject subject{.subscriber = {5}, .edition = {6}};
  const auto old_token = Tokens{*first}.make(TokenPurpose::unsubscribe, TokenForm::link, subject);
  const auto rotated = KeyRing::rotate(list.database, random, list.clock);
  REQUIRE(rotated);
  CHECK(rotated->newest().id == 2);
  const Tokens tokens{*KeyRing::open(list.database, random, list.clock)};
  CHECK(tokens.verify(TokenPurpose::unsubscribe, TokenForm::link, old_token) == subject);
  const auto new_token = tokens.make(TokenPurpose::unsubscribe, TokenForm::link, subject);
  CHECK(new_token != old_token);
  CHECK_FALSE(Tokens{*first}.verify(TokenPurpose::unsubscribe, TokenForm::link, new_token));
  for (int i = 2; i < 255; ++i) REQUIRE(KeyRing::rotate(list.database, random, list.clock));
  CHECK(KeyRing::rotate(list.database, random, list.clock).error().code == Errc::not_permitted);
}
