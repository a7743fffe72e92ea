#include "message/compile.hpp"

#include <algorithm>
#include <array>
#include <regex>
#include <thread>

#include <doctest/doctest.h>

#include "base/file.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "message/build.hpp"
#include "message/slots.hpp"
#include "unit/message/support.hpp"

using namespace tidings;
using namespace tidings::message;
using digest::SegmentBody;

namespace {

Message written(const std::vector<SegmentBody>& bodies, const HeaderOptions& options, const Reader& reader) {
  Message out;
  test::must(compile(bodies, options)).write(reader, test::monday_morning(), out);
  out.pieces([](std::string_view lines, bool may_have_dots) {
    REQUIRE(unsound_lines(lines).empty());
    REQUIRE((may_have_dots || (!lines.starts_with('.') && lines.find("\n.") == std::string_view::npos)));
  });
  REQUIRE(out.size_bytes() == out.text().size());
  return test::in_one_piece(out);
}

Message built(const std::vector<SegmentBody>& bodies, const HeaderOptions& options, const Reader& reader) {
  const auto& body = bodies[variant_of(reader, bodies.size())];
  return test::must(build_full({.subject = fill_slots(body.subject, reader, Escape::none).value(),
                                .text = fill_slots(body.text, reader, Escape::none).value(),
                                .html = fill_slots(body.html, reader, Escape::html).value()},
                               options, reader, test::monday_morning()));
}

/// Text of random pieces: all that quoted-printable treats specially, several scripts, slots.
std::string random_text(Random& random, std::size_t pieces, bool lines) {
  static const std::vector<std::string> words{"a",
                                              "harbour ",
                                              " ",
                                              "=",
                                              ".",
                                              "From ",
                                              "é",
                                              "日本",
                                              "🚢",
                                              "<b>",
                                              "&amp;",
                                              "\t",
                                              "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                                              marker_of(Slot::reader_name),
                                              marker_of(Slot::unsubscribe_url),
                                              marker_of(Slot::preferences_url),
                                              marker_of(Slot::view_url)};
  std::string out = "x";
  for (std::size_t i = 0; i < pieces; ++i) {
    const auto pick = random.below(words.size() + 3);
    if (pick < words.size())
      out += words[pick];
    else if (lines)
      out += pick == words.size() ? "\r\n" : "\n";
  }
  return out;
}

std::string random_name(Random& random) {
  static const std::vector<std::string> words{"Ada", " ", "<Eve>", "&",       "\"", "Мария",         "小林",
                                              ".",   "=", "🙂",  "O'Neill", "\\", "=?utf-8?Q?x?=", ","};
  std::string out;
  for (auto left = random.below(20); left > 0; --left) out += words[random.below(words.size())];
  return out;
}

}  // namespace

TEST_CASE(
    "compile: the spliced message is the whole build octet for octet, whatever the bodies, names and links") {
  SeededRandom random{11};
  for (int round = 0; round < 1000; ++round) {
    std::vector<SegmentBody> bodies(1 + random.below(2));
    const bool html = random.below(4) > 0;
    for (auto& body : bodies) {
      body = {.subject = random_text(random, random.below(12), false),
              .text = random_text(random, random.below(60), true),
              .html = html ? random_text(random, random.below(120), true) : ""};
      std::erase(body.subject, '\t');
    }
    auto reader = test::reader_with_name(random_name(random));
    reader.subscriber = {static_cast<std::int64_t>(random.below(1'000'000))};
    if (random.below(5) == 0) reader.unsubscribe_mailto.clear();
    if (random.below(5) == 0) reader.preferences_url.clear();
    reader.view_url += std::string(random.below(90), 'v');
    auto options = test::options_of_harbour();
    if (random.below(3) == 0) options.subject_prefix = "[Test] ";
    if (random.below(3) == 0)
      options.reply_to = Mailbox{.name = "", .address = test::must(parse_mail_address("editor@example.org"))};
    for (auto images = random.below(6); images > 3; --images)
      options.images.push_back(test::image_of(random));
    const auto got = written(bodies, options, reader);
    const auto want = built(bodies, options, reader);
    REQUIRE(got.bytes == want.bytes);
    REQUIRE(got == want);
  }
}

TEST_CASE("compile: a message is 7-bit, CRLF only, in lines that every transport takes, and ends in CRLF") {
  SeededRandom random{12};
  for (int round = 0; round < 100; ++round) {
    std::vector<SegmentBody> bodies{{.subject = random_text(random, 20, false),
                                     .text = random_text(random, 80, true),
                                     .html = random_text(random, 80, true)}};
    std::erase(bodies[0].subject, '\t');
    auto reader = test::reader_with_name(random_name(random));
    // whatever got into the store, nothing can break out of its place
    if (round % 2 == 0) {
      for (auto* field : {&reader.name, &reader.address, &reader.unsubscribe_url, &reader.unsubscribe_mailto,
                          &reader.view_url, &reader.envelope_from}) {
        *field += std::array{"\r\nBcc: x@example.org", "\n\nbody", "\r", "\x02reader_name\x03",
                             "\x7F"}[random.below(5)];
      }
    }
    const auto message = written(bodies, test::options_of_harbour(), reader);
    CHECK(message.bytes.ends_with("--\r\n"));
    CHECK(is_valid_utf8(message.bytes));
    CHECK(message.bytes.substr(0, message.bytes.find("\r\n\r\n")).find("\nBcc") == std::string::npos);
    CHECK(message.envelope_to.find_first_of("\r\n") == std::string::npos);
    CHECK(message.envelope_from.find_first_of("\r\n") == std::string::npos);
    bool in_body = false;
    for (const auto line : split(std::string_view{message.bytes}.substr(0, message.bytes.size() - 1), '\n')) {
      REQUIRE(line.ends_with('\r'));
      REQUIRE(line.find('\r') == line.size() - 1);
      if (line == "\r") in_body = true;
      CHECK(line.size() <= (in_body ? 77 : 998));
      CHECK_FALSE(line.starts_with("."));
      CHECK(std::ranges::all_of(line, [](char c) {
        return static_cast<unsigned char>(c) < 127 && (c >= 32 || c == '\t' || c == '\r');
      }));
    }
  }
}

TEST_CASE("compile: every field that must be there once is there once") {
  const std::vector<SegmentBody> bodies{{.subject = "Subject", .text = "text\n", .html = "<p>html</p>\n"}};
  const auto message = written(bodies, test::options_of_harbour(), test::reader_with_name("Ada"));
  const auto header = message.bytes.substr(0, message.bytes.find("\r\n\r\n") + 2);
  for (const auto* name : {"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "List-Id",
                           "List-Unsubscribe", "List-Unsubscribe-Post", "List-Post", "Feedback-ID",
                           "Content-Type", "Auto-Submitted", "Precedence", "Content-Language"}) {
    CAPTURE(name);
    const std::regex field{std::string{"(^|\n)"} + name + ": "};
    CHECK(std::distance(std::sregex_iterator{header.begin(), header.end(), field}, {}) == 1);
  }
  CHECK(header.find("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n") != std::string::npos);
  CHECK(header.find("\r\nDate: Mon, 12 Jan 2026 08:00:00 +0000\r\n") != std::string::npos);
}

TEST_CASE("compile: what a message must not be made of is refused") {
  const auto refused = [](SegmentBody body, auto change) {
    auto options = test::options_of_harbour();
    change(options);
    const auto made = compile(std::vector{body}, options);
    return !made && made.error().code == Errc::bad_data;
  };
  const SegmentBody body{.subject = "s", .text = "t", .html = "h"};
  const auto nothing = [](HeaderOptions&) {};
  CHECK_FALSE(refused(body, nothing));
  CHECK(refused({.subject = "", .text = "t", .html = {}}, nothing));
  CHECK(refused({.subject = "s", .text = " \n", .html = {}}, nothing));
  CHECK(refused({.subject = "s\r\nBcc: x", .text = "t", .html = {}}, nothing));
  CHECK(refused({.subject = "s", .text = "\x02nothing\x03", .html = {}}, nothing));
  CHECK(refused({.subject = "s", .text = "t", .html = "\x03"}, nothing));
  CHECK(refused(body, [](HeaderOptions& o) { o.from.name = "a\nb"; }));
  CHECK(refused(body, [](HeaderOptions& o) { o.subject_prefix = "a\r\nb"; }));
  CHECK(refused(body, [](HeaderOptions& o) { o.language = "en\r\nX: y"; }));
  CHECK(refused(body, [](HeaderOptions& o) { o.list.list_id = "none"; }));
  CHECK(refused(body, [](HeaderOptions& o) { o.message_domain = "a b"; }));
}

TEST_CASE("inline image: a kind of picture is known by its first octets, and nothing else becomes a part") {
  using namespace std::string_view_literals;
  CHECK(image_type("\xFF\xD8\xFF\xE0"sv) == "image/jpeg");
  CHECK(image_type("\x89PNG\r\n\x1A\nIHDR"sv) == "image/png");
  CHECK(image_type("GIF87a"sv) == "image/gif");
  CHECK(image_type("GIF89a..."sv) == "image/gif");
  CHECK(image_type("RIFF\x04\0\0\0WEBPVP8 "sv) == "image/webp");
  for (const auto other : {""sv, "\xFF\xD8"sv, "\x89PNG\n"sv, "GIF88a"sv, "RIFF\x04\0\0\0WAVE"sv, "RIFF"sv,
                           "<svg xmlns=\"x\"/>"sv, "<!doctype html>"sv, " GIF89a"sv}) {
    CHECK(image_type(other).empty());
    CHECK_FALSE(make_inline_image("i1@example.org", other));
  }
  for (const auto* id : {"", "@", "i1", "i1@", "@example.org", "i1@example.org>\r\nX: y", "i 1@example.org",
                         "é@example.org", "i\"1@example.org"}) {
    CHECK_FALSE(make_inline_image(id, "GIF89a"));
  }
}

TEST_CASE(
    "compile: pictures stand after the HTML they belong to, under both, and none goes with a text alone") {
  auto options = test::options_of_harbour();
  options.images = {test::must(make_inline_image("i1@example.org", "GIF89a")),
                    test::must(make_inline_image("i2@example.org", "GIF87a"))};
  const auto with = written({{.subject = "s", .text = "t", .html = "<img src=\"cid:i1@example.org\">"}},
                            options, test::reader_with_name(""))
                        .bytes;
  std::vector<std::size_t> order;
  for (const auto* part :
       {"\r\nContent-Type: multipart/alternative;", "\r\nContent-Type: text/plain;",
        "\r\nContent-Type: multipart/related; type=\"text/html\";", "\r\nContent-Type: text/html;",
        "\r\nContent-ID: <i1@example.org>\r\n", "\r\nContent-ID: <i2@example.org>\r\n"}) {
    order.push_back(with.find(part));
  }
  CHECK(order.back() != std::string::npos);
  CHECK(std::ranges::is_sorted(order));
  const auto without =
      written({{.subject = "s", .text = "t", .html = ""}}, options, test::reader_with_name("")).bytes;
  CHECK(without.find("Content-ID") == std::string::npos);
}

TEST_CASE("compile: one compiled message serves several threads") {
  const std::vector<SegmentBody> bodies{{.subject = "s " + marker_of(Slot::reader_name),
                                         .text = "t\n" + marker_of(Slot::unsubscribe_url) + "\n",
                                         .html = "h\n"}};
  const auto message = test::must(compile(bodies, test::options_of_harbour()));
  std::array<bool, 4> good{};
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < good.size(); ++i) {
      threads.emplace_back([&, i] {
        const auto reader = test::reader_with_name("Reader " + std::to_string(i));
        const auto want = built(bodies, test::options_of_harbour(), reader);
        Message out;
        good[i] = true;
        for (int n = 0; n < 100; ++n) {
          message.write(reader, test::monday_morning(), out);
          good[i] = good[i] && out == want;
        }
      });
    }
  }
  CHECK(good == std::array{true, true, true, true});
}

TEST_CASE("compile: the size that is told is the size of a message without what is personal") {
  const std::vector<SegmentBody> bodies{
      {.subject = "s", .text = std::string(1000, 'a'), .html = std::string(5000, 'b')}};
  const auto compiled = test::must(compile(bodies, test::options_of_harbour()));
  const auto message = written(bodies, test::options_of_harbour(), test::reader_with_name("Ada"));
  CHECK(compiled.size_bytes() < message.bytes.size());
  CHECK(compiled.size_bytes() + 600 > message.bytes.size());
}

TEST_CASE("compile: a message of shared parts is the message of the whole texts, signed or not") {
  const auto slot = [](Slot which) { return marker_of(which); };
  const std::string big(3000, 'z');
  const std::vector<std::string> parts{"Hello " + slot(Slot::reader_name) + ",\n\n",
                                       "one  line\n" + big + "\n",
                                       "two\n",
                                       "leave: " + slot(Slot::unsubscribe_url) + "\n",
                                       "<p>one  \t line</p>\n<p>" + big + "</p>\n",
                                       "<p>two &amp; " + slot(Slot::reader_name) + "</p>\n",
                                       "<a href=\"" + slot(Slot::unsubscribe_url) + "\">leave</a>"};
  const std::vector<std::pair<digest::PartedBody, int>> segments{
      {{.subject = "both", .text = {0, 1, 2, 3}, .html = {4, 5, 6}}, 0},
      {{.subject = "one", .text = {0, 1, 3}, .html = {4, 6}}, 0},
      {{.subject = "two", .text = {2, 3}, .html = {5, 5, 6}}, 0},
      {{.subject = "plain " + slot(Slot::reader_name), .text = {1, 3}, .html = {}}, 0}};
  for (const bool sign : {false, true}) {
    auto options = test::options_of_harbour();
    if (sign)
      options.signers = {test::must(make_dkim_signer(
          "example.org", "ed",
          test::must(SigningKey::from_pem(test::must(read_file(TIDINGS_TEST_DATA "/dkim/ed.pem"))))))};
    digest::PartedEdition edition{.parts = parts, .segments = {}};
    for (const auto& [body, unused] : segments)
      edition.segments.push_back({.id = {}, .language = {}, .bodies = {body}});
    Compiler compiler{edition};
    const auto frame = test::must(Compiler::frame(options));
    std::vector<CompiledMessage> compiled;
    for (const auto& [body, unused] : segments)
      compiled.push_back(test::must(compiler.compile(std::vector{body}, frame)));
    for (const auto* name : {"", "Ada", "Bob & <Eve>"}) {
      for (std::size_t i = 0; i < segments.size(); ++i) {
        CAPTURE(sign);
        CAPTURE(i);
        const auto& parted = segments[i].first;
        SegmentBody whole{.subject = parted.subject, .text = {}, .html = {}};
        for (const auto number : parted.text) whole.text += parts[number];
        for (const auto number : parted.html) whole.html += parts[number];
        Message got;
        compiled[i].write(test::reader_with_name(name), test::monday_morning(), got);
        CHECK(got.text() == built({whole}, options, test::reader_with_name(name)).text());
      }
    }
  }
}

TEST_CASE("compile: a body with a part that is not there is bad data") {
  digest::PartedEdition edition{.parts = {"text\n"}, .segments = {}};
  Compiler compiler{edition};
  const auto frame = test::must(Compiler::frame(test::options_of_harbour()));
  const auto made =
      compiler.compile(std::vector{digest::PartedBody{.subject = "s", .text = {0, 1}, .html = {}}}, frame);
  REQUIRE_FALSE(made);
  CHECK(made.error().code == Errc::bad_data);
}
