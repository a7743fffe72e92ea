#include "message/dkim.hpp"

#include <doctest/doctest.h>

#include "base/codec.hpp"
#include "base/file.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "message/build.hpp"
#include "message/slots.hpp"
#include "unit/message/support.hpp"

using namespace tidings;
using namespace tidings::message;

namespace {

DkimSigner signer_of(const std::string& name) {
  const auto pem = test::must(read_file(std::string{TIDINGS_TEST_DATA} + "/dkim/" + name + ".pem"));
  return test::must(make_dkim_signer("example.org", name, test::must(SigningKey::from_pem(pem))));
}

std::string hash_of(std::string_view body) {
  DkimBodyHash hash;
  hash.update(body);
  return base64_encode(hash.finish());
}

}  // namespace

TEST_CASE("dkim: the relaxed body is the one of RFC 6376 section 3.4") {
  const auto sha = [](std::string_view canonical) { return base64_encode(sha256(canonical)); };
  CHECK(hash_of("") == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");  // of nothing, as the RFC says
  CHECK(hash_of("\r\n\r\n") == sha(""));
  CHECK(hash_of(" \t\r\n") == sha(""));
  CHECK(hash_of(" C \r\nD \t E\r\n\r\n\r\n") == sha(" C\r\nD E\r\n"));
  CHECK(hash_of("a") == sha("a\r\n"));
  CHECK(hash_of("a\r\n\r\n\r\nb\r\n") == sha("a\r\n\r\n\r\nb\r\n"));
  CHECK(hash_of("a\r\n \r\nb") == sha("a\r\n\r\nb\r\n"));
  CHECK(hash_of("\r\n\r\na") == sha("\r\n\r\na\r\n"));
}

TEST_CASE("dkim: a body hashed in pieces, in lines made relaxed before, or from a copy, has one hash") {
  SeededRandom random{5};
  const std::vector<std::string> words{"a", " ", "\t", "\r\n", "\r\n\r\n", "word", "="};
  for (int round = 0; round < 1000; ++round) {
    std::string body;
    for (auto left = random.below(30); left > 0; --left) body += words[random.below(words.size())];
    body += "\r\n";
    const auto want = hash_of(body);
    const auto cut = random.below(body.size());
    DkimBodyHash pieces;
    pieces.update(std::string_view{body}.substr(0, cut));
    auto copy = pieces;
    copy.update(std::string_view{body}.substr(cut));
    CHECK(base64_encode(copy.finish()) == want);
    const auto line = body.rfind("\r\n", cut);
    const auto from = line == std::string::npos ? 0 : line + 2;
    DkimBodyHash lines;
    lines.update_relaxed(relaxed_lines(std::string_view{body}.substr(0, from)));
    lines.update_relaxed(relaxed_lines(std::string_view{body}.substr(from)));
    CHECK(base64_encode(lines.finish()) == want);
  }
}

TEST_CASE("dkim: a signed compiled message is the signed whole build, for each set of signers") {
  SeededRandom random{6};
  const auto slot = marker_of(Slot::unsubscribe_url) + " " + marker_of(Slot::reader_name);
  for (const auto& signers : std::vector<std::vector<DkimSigner>>{
           {}, {signer_of("ed")}, {signer_of("rsa")}, {signer_of("rsa"), signer_of("ed")}}) {
    auto options = test::options_of_harbour();
    options.signers = signers;
    for (int round = 0; round < 40; ++round) {
      options.images.clear();
      if (round % 3 == 0) options.images = {test::image_of(random), test::image_of(random)};
      const auto blank = [&] {
        return std::string(random.below(4), ' ') + std::string(random.below(3), '\n');
      };
      const digest::SegmentBody body{
          .subject = "Subject",
          .text = "text" + blank() + "a" + blank() + (random.below(2) == 0 ? slot : "") + blank(),
          .html = random.below(3) == 0 ? "" : "<p>" + blank() + slot + blank() + "</p>" + blank() + slot};
      const auto reader = test::reader_with_name(random.below(2) == 0 ? "" : "Ada   Lovelace");
      Message got;
      test::must(compile(std::vector{body}, options)).write(reader, test::monday_morning(), got);
      const digest::SegmentBody filled{.subject = body.subject,
                                       .text = fill_slots(body.text, reader, Escape::none).value(),
                                       .html = fill_slots(body.html, reader, Escape::html).value()};
      REQUIRE(got == test::must(build_full(filled, options, reader, test::monday_morning())));
    }
  }
}

TEST_CASE("dkim: the fields that must be signed are, From twice, and no line is long") {
  auto options = test::options_of_harbour();
  options.signers = {signer_of("rsa")};
  Message message;
  test::must(compile(std::vector<digest::SegmentBody>{{.subject = "s", .text = "t", .html = "h"}}, options))
      .write(test::reader_with_name("Ada"), test::monday_morning(), message);
  const auto text = message.text();
  const auto field = text.substr(0, text.find("\r\nFrom:"));
  CHECK(field.starts_with(
      "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org;\r\n s=rsa; t=1768204800;\r\n"));
  CHECK(field.find("l=") == std::string::npos);
  std::string names = field.substr(field.find("h=") + 2);
  names = replace_all(replace_all(names.substr(0, names.find(';')), "\r\n", ""), " ", "");
  CHECK(names ==
        "from:to:subject:date:message-id:mime-version:content-type:content-language:list-id:list-unsubscribe:"
        "list-unsubscribe-post:list-post:"
        "feedback-id:auto-submitted:from");
  for (const auto line : split(field, '\n')) CHECK(line.size() <= 79);
}

TEST_CASE("dkim: the record is what resolvers and zone files want") {
  const auto ed = dkim_record(signer_of("ed"));
  CHECK(ed.name == "ed._domainkey.example.org");
  CHECK(ed.text.starts_with("v=DKIM1; k=ed25519; p="));
  CHECK(ed.text.size() == 22 + 44);
  const auto rsa = dkim_record(signer_of("rsa"));
  CHECK(rsa.text.starts_with("v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"));
  CHECK(rsa.zone_line.starts_with("rsa._domainkey.example.org. IN TXT ( \"v=DKIM1; k=rsa; p="));
  std::string joined;
  const auto parts = split(rsa.zone_line, '"');
  for (std::size_t i = 1; i < parts.size(); i += 2) {
    CHECK(parts[i].size() <= 255);
    joined += parts[i];
  }
  CHECK(joined == rsa.text);
}

TEST_CASE("dkim: a domain or selector that is none is refused; alignment is by domain or below") {
  const auto key = signer_of("ed").key;
  CHECK(make_dkim_signer("exa mple.org", "a", key).error().code == Errc::config);
  CHECK(make_dkim_signer("example.org", "a;b=", key).error().code == Errc::config);
  CHECK(make_dkim_signer("example.org", "2026.a", key));
  CHECK(is_aligned("example.org", "example.org"));
  CHECK(is_aligned("example.org", "News.Example.org"));
  CHECK(is_aligned("mail.example.org", "example.org"));
  CHECK_FALSE(is_aligned("example.org", "badexample.org"));
  CHECK_FALSE(is_aligned("example.com", "example.org"));
}
