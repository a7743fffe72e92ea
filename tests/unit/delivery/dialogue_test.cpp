#include "delivery/dialogue.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <span>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace tidings;
using namespace tidings::delivery;

namespace {

const Capabilities everything{
    .pipelining = true, .chunking = true, .smtputf8 = false, .size = false, .max_size_bytes = 0};

message::Message message(int number) {
  return {.envelope_from = "news@n.example",
          .envelope_to = fmt::format("r{}@x.example", number),
          .bytes = fmt::format("Subject: {}\r\n\r\n.dot\r\n", number)};
}

/// Messages 1, 2, ... with their number as ticket; they stay where they are.
struct Talk {
  Dialogue dialogue;
  std::deque<message::Message> messages;
  std::string said;
  std::vector<Answer> answers;
  std::vector<Ticket> marked;

  explicit Talk(Dialect dialect, int window = 4, Capabilities capabilities = everything)
      : dialogue({.capabilities = capabilities, .dialect = dialect, .window = window}) {}

  void submit() {
    messages.push_back(message(static_cast<int>(messages.size()) + 1));
    dialogue.submit(messages.size(), messages.back());
  }
  /// What has been said since the last call, all of it written.
  std::string hear() {
    dialogue.leaving([&](Ticket ticket) { marked.push_back(ticket); });
    std::string out;
    while (dialogue.output_bytes() > 0) {
      // Two places at a time, and an odd end: pieces are taken up again wherever they were left.
      std::array<std::string_view, 2> pieces;
      std::string some;
      for (const auto piece : std::span{pieces}.first(dialogue.output(pieces))) some += piece;
      some.resize(std::max<std::size_t>(1, some.size() - some.size() / 3));
      dialogue.wrote(some.size());
      out += some;
    }
    return out;
  }
  void reply(std::string_view text) {
    dialogue.received(text);
    for (auto& answer : dialogue.take_answers()) answers.push_back(std::move(answer));
  }
  void lose(Loss loss) {
    dialogue.lost(loss, "gone");
    for (auto& answer : dialogue.take_answers()) answers.push_back(std::move(answer));
  }
};

std::string mail(int) { return "MAIL FROM:<news@n.example>\r\n"; }
std::string rcpt(int number) { return fmt::format("RCPT TO:<r{}@x.example>\r\n", number); }
std::string body(int number) { return fmt::format("Subject: {}\r\n\r\n..dot\r\n.\r\n", number); }
std::string group(int number) { return mail(number) + rcpt(number) + "DATA\r\n"; }
std::string chunk(int number) {
  const auto bytes = message(number).bytes;
  return mail(number) + rcpt(number) + fmt::format("BDAT {} LAST\r\n{}", bytes.size(), bytes);
}

/// A session that has earned its window: one message taken.
Talk with_window(int window = 4) {
  Talk talk{Dialect::chunking, window};
  talk.submit();
  CHECK(talk.hear() == group(1));
  talk.reply("250 ok\r\n250 ok\r\n354 go\r\n");
  CHECK(talk.hear() == body(1));
  talk.reply("250 ok\r\n");
  talk.answers.clear();
  talk.marked.clear();
  return talk;
}

}  // namespace

TEST_CASE("dialogue: lock-step says one command at a time and stuffs dots") {
  Talk talk{Dialect::lock_step};
  CHECK(talk.dialogue.ready());
  talk.submit();
  CHECK_FALSE(talk.dialogue.ready());
  CHECK(talk.hear() == mail(1));
  talk.reply("250 2.1.0 ok\r\n");
  CHECK(talk.hear() == rcpt(1));
  talk.reply("250 2.1.5 ok\r\n");
  CHECK(talk.hear() == "DATA\r\n");
  talk.reply("354 go on\r\n");
  CHECK(talk.marked.empty());
  CHECK(talk.hear() == body(1));
  CHECK(talk.marked == std::vector<Ticket>{1});
  CHECK(talk.dialogue.awaiting() == Awaiting::final_dot);
  talk.reply("250-2.0.0 ok\r\n250 2.0.0 queued as 77\r\n");
  REQUIRE(talk.answers.size() == 1);
  CHECK(talk.answers[0].ticket == 1);
  CHECK(talk.answers[0].outcome.kind == OutcomeKind::accepted);
  CHECK(talk.dialogue.ready());
  talk.dialogue.quit();
  CHECK(talk.hear() == "QUIT\r\n");
  talk.reply("221 bye\r\n");
  CHECK(talk.dialogue.finished());
}

TEST_CASE("dialogue: replies may be cut at any octet") {
  const std::string all = "250 ok\r\n250 ok\r\n354 go\r\n250 2.0.0 queued\r\n";
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    Talk talk{Dialect::lock_step};
    talk.submit();
    std::string script = all;
    // Each reply is only due once its command was said: feed octet by octet, hearing in between, in pieces
    // around the cut.
    for (std::size_t at = 0; at < script.size(); ++at) {
      [[maybe_unused]] const auto said = talk.hear();
      if (at == cut) talk.reply("");
      talk.reply(script.substr(at, 1));
    }
    REQUIRE(talk.answers.size() == 1);
    CHECK(talk.answers[0].outcome.kind == OutcomeKind::accepted);
  }
}

TEST_CASE("dialogue: a refused recipient is reset before the next message") {
  Talk talk{Dialect::lock_step};
  talk.submit();
  [[maybe_unused]] auto said = talk.hear();
  talk.reply("250 ok\r\n");
  said = talk.hear();
  talk.reply("550 5.1.1 no such user\r\n");
  REQUIRE(talk.answers.size() == 1);
  CHECK(talk.answers[0].outcome.verdict == Verdict::hard);
  CHECK_FALSE(talk.answers[0].untried);
  talk.submit();
  CHECK(talk.hear() == "RSET\r\n" + mail(2));
  talk.reply("250 reset\r\n");
  CHECK(talk.hear().empty());
  talk.reply("250 ok\r\n");
  CHECK(talk.hear() == rcpt(2));
}

TEST_CASE("dialogue: pipelined, the next group leaves with the body: one round trip a message") {
  Talk talk{Dialect::pipelined};
  talk.submit();
  CHECK(talk.hear() == group(1));
  CHECK(talk.dialogue.ready());
  talk.submit();
  CHECK(talk.hear().empty());
  CHECK_FALSE(talk.dialogue.ready());
  talk.reply("250 ok\r\n250 ok\r\n354 go\r\n");
  CHECK(talk.hear() == body(1) + group(2));
  CHECK(talk.marked == std::vector<Ticket>{1});
  CHECK(talk.dialogue.ready());
  talk.submit();
  talk.reply("250 queued\r\n250 ok\r\n250 ok\r\n354 go\r\n");
  CHECK(talk.hear() == body(2) + group(3));
  REQUIRE(talk.answers.size() == 1);
  CHECK(talk.answers[0].ticket == 1);
}

TEST_CASE("dialogue: pipelined, a refused recipient costs no session") {
  Talk talk{Dialect::pipelined};
  talk.submit();
  talk.submit();
  [[maybe_unused]] const auto said = talk.hear();
  SUBCASE("the relay refuses DATA too") {
    talk.reply("250 ok\r\n550 5.1.1 unknown\r\n554 5.5.1 no valid recipients\r\n");
    CHECK(talk.hear() == "RSET\r\n" + group(2));
  }
  SUBCASE("the relay takes DATA all the same: a lone dot") {
    talk.reply("250 ok\r\n550 5.1.1 unknown\r\n354 go\r\n");
    CHECK(talk.hear() == ".\r\nRSET\r\n" + group(2));
    talk.reply("554 no recipients\r\n");
  }
  REQUIRE(talk.answers.size() == 1);
  CHECK(talk.answers[0].outcome.line() == "550 5.1.1 unknown");
  talk.reply("250 reset\r\n250 ok\r\n250 ok\r\n354 go\r\n");
  CHECK(talk.hear() == body(2));
  talk.reply("250 queued\r\n");
  CHECK(talk.answers.back().outcome.kind == OutcomeKind::accepted);
  CHECK(talk.dialogue.ready());
}

TEST_CASE("dialogue: chunking earns its window with one good message") {
  Talk talk{Dialect::chunking};
  talk.submit();
  CHECK(talk.hear() == group(1));
  CHECK_FALSE(talk.dialogue.ready());
  talk.reply("250 ok\r\n250 ok\r\n354 go\r\n");
  CHECK(talk.hear() == body(1));
  talk.reply("250 queued\r\n");
  for (int i = 0; i < 4; ++i) {
    REQUIRE(talk.dialogue.ready());
    talk.submit();
  }
  CHECK_FALSE(talk.dialogue.ready());
  CHECK(talk.hear() == chunk(2) + "RSET\r\n" + chunk(3) + "RSET\r\n" + chunk(4) + "RSET\r\n" + chunk(5));
  CHECK(talk.marked == std::vector<Ticket>{1, 2, 3, 4, 5});
  talk.reply("250 ok\r\n250 ok\r\n250 queued 2\r\n250 reset\r\n250 ok\r\n");
  REQUIRE(talk.answers.size() == 2);
  CHECK(talk.dialogue.ready());
}

TEST_CASE("dialogue: chunking, a refused message leaves its neighbours alone") {
  auto talk = with_window(3);
  for (int i = 0; i < 3; ++i) talk.submit();
  [[maybe_unused]] const auto said = talk.hear();
  talk.reply(
      "250 ok\r\n550 5.1.1 unknown\r\n503 5.5.1 no recipients\r\n250 reset\r\n250 ok\r\n250 ok\r\n250 "
      "queued\r\n");
  talk.reply("250 reset\r\n250 ok\r\n250 ok\r\n452 4.3.1 no space\r\n");
  REQUIRE(talk.answers.size() == 3);
  CHECK(talk.answers[0].outcome.verdict == Verdict::hard);
  CHECK(talk.answers[1].outcome.kind == OutcomeKind::accepted);
  CHECK(talk.answers[2].outcome.line() == "452 4.3.1 no space");
  CHECK_FALSE(talk.dialogue.finished());
}

TEST_CASE("dialogue: what is lost is in doubt only if its last octet left") {
  auto talk = with_window(3);
  for (int i = 0; i < 3; ++i) talk.submit();
  const auto total = talk.dialogue.output_bytes();
  int leaving = 0;
  talk.dialogue.leaving([&](Ticket) { ++leaving; });
  CHECK(leaving == 3);
  // All but the last octet of the third.
  talk.dialogue.wrote(total - 1);
  talk.reply("250 ok\r\n250 ok\r\n250 queued\r\n");
  talk.lose(Loss::closed);
  REQUIRE(talk.answers.size() == 3);
  CHECK(talk.answers[0].outcome.kind == OutcomeKind::accepted);
  CHECK(talk.answers[1].outcome.kind == OutcomeKind::unknown);
  CHECK(talk.answers[2].outcome.kind == OutcomeKind::temporary);
  CHECK(talk.answers[2].outcome.stage == Stage::body);
}

TEST_CASE("dialogue: a lost connection in lock-step, stage by stage") {
  struct Case {
    const char* replies;
    Stage stage;
    OutcomeKind kind;
    bool untried;
  };
  for (const auto& c : {Case{"", Stage::mail, OutcomeKind::temporary, true},
                        Case{"250 a\r\n", Stage::rcpt, OutcomeKind::temporary, true},
                        Case{"250 a\r\n250 b\r\n", Stage::data, OutcomeKind::temporary, true},
                        Case{"250 a\r\n250 b\r\n354 c\r\n", Stage::dot, OutcomeKind::unknown, false}}) {
    CAPTURE(c.replies);
    Talk talk{Dialect::lock_step};
    talk.submit();
    std::string_view rest = c.replies;
    [[maybe_unused]] auto said = talk.hear();
    while (!rest.empty()) {
      const auto end = rest.find('\n') + 1;
      talk.reply(rest.substr(0, end));
      rest.remove_prefix(end);
      said = talk.hear();
    }
    talk.lose(Loss::closed);
    REQUIRE(talk.answers.size() == 1);
    CHECK(talk.answers[0].outcome.stage == c.stage);
    CHECK(talk.answers[0].outcome.kind == c.kind);
    CHECK(talk.answers[0].untried == c.untried);
    CHECK_FALSE(talk.dialogue.grouping_failed());
    CHECK(talk.dialogue.finished());
  }
}

TEST_CASE("dialogue: 421 closes, and what it left unanswered was not taken") {
  auto talk = with_window(3);
  for (int i = 0; i < 3; ++i) talk.submit();
  [[maybe_unused]] const auto said = talk.hear();
  talk.reply("250 ok\r\n250 ok\r\n250 queued\r\n250 reset\r\n250 ok\r\n421 4.7.0 too many\r\n");
  REQUIRE(talk.answers.size() == 3);
  CHECK(talk.answers[1].outcome.line() == "421 4.7.0 too many");
  CHECK_FALSE(talk.answers[1].untried);
  CHECK(talk.answers[2].outcome.kind == OutcomeKind::temporary);
  CHECK(talk.answers[2].untried);
  CHECK(talk.dialogue.finished());
  CHECK(is_relay_trouble(talk.dialogue.farewell()));
}

TEST_CASE("dialogue: an idle session that answers 421 to MAIL has not tried the message") {
  auto talk = with_window();
  talk.submit();
  [[maybe_unused]] const auto said = talk.hear();
  talk.reply("421 4.4.2 timeout\r\n");
  REQUIRE(talk.answers.size() == 1);
  CHECK(talk.answers[0].untried);
}

TEST_CASE("dialogue: surprises end the session and are never taken for success") {
  struct Case {
    const char* what;
    Dialect dialect;
    const char* replies;
    bool lied;
  };
  for (const auto& c : {
           Case{"354 to MAIL", Dialect::lock_step, "354 go\r\n", false},
           Case{"354 to RCPT", Dialect::pipelined, "250 ok\r\n354 go\r\n", true},
           Case{"250 to DATA", Dialect::pipelined, "250 ok\r\n250 ok\r\n250 ok\r\n", true},
           Case{"RCPT taken after MAIL was refused", Dialect::pipelined, "451 no\r\n250 ok\r\n", true},
           Case{"503 to RCPT in a group", Dialect::pipelined, "250 ok\r\n503 5.5.1 bad sequence\r\n", true},
           Case{"pipelining refused at DATA", Dialect::pipelined,
                "250 ok\r\n250 ok\r\n554 5.5.0 improper use of pipelining\r\n", true},
           Case{"a line feed alone", Dialect::lock_step, "250 ok\n", false},
           Case{"no reply at all", Dialect::lock_step, "hello there\r\n", false},
           Case{"two codes in one reply", Dialect::lock_step, "250-ok\r\n550 no\r\n", false},
           Case{"code 199", Dialect::lock_step, "199 what\r\n", false},
       }) {
    CAPTURE(c.what);
    Talk talk{c.dialect};
    talk.submit();
    [[maybe_unused]] const auto said = talk.hear();
    talk.reply(c.replies);
    REQUIRE(talk.answers.size() == 1);
    CHECK(talk.answers[0].outcome.kind == OutcomeKind::temporary);
    CHECK(talk.dialogue.finished());
    CHECK(talk.dialogue.grouping_failed() == c.lied);
    if (c.lied && talk.answers[0].outcome.code == 0) CHECK(talk.answers[0].untried);
    CHECK_FALSE(talk.dialogue.farewell().text.empty());
  }
}

TEST_CASE("dialogue: silence in the middle of a group points at grouping, a broken connection does not") {
  for (const auto loss : {Loss::silence, Loss::closed}) {
    Talk talk{Dialect::pipelined};
    talk.submit();
    [[maybe_unused]] const auto said = talk.hear();
    talk.reply("250 ok\r\n");
    talk.lose(loss);
    CHECK(talk.dialogue.grouping_failed() == (loss == Loss::silence));
    REQUIRE(talk.answers.size() == 1);
    CHECK(talk.answers[0].untried);
  }
}

TEST_CASE("dialogue: a message to nobody that is taken makes the relay untrustworthy") {
  auto talk = with_window(2);
  talk.submit();
  talk.submit();
  [[maybe_unused]] const auto said = talk.hear();
  talk.reply("250 ok\r\n550 5.1.1 unknown\r\n250 taken\r\n");
  REQUIRE(talk.answers.size() == 2);
  CHECK(talk.answers[0].outcome.kind == OutcomeKind::permanent);
  CHECK(talk.answers[1].outcome.kind == OutcomeKind::unknown);
  CHECK(talk.dialogue.grouping_failed());
}

TEST_CASE("dialogue: a refusal while the body is still leaving is an answer and ends the session") {
  Talk talk{Dialect::lock_step};
  talk.submit();
  for (const auto* const reply : {"250 a\r\n", "250 b\r\n", "354 c\r\n"}) {
    [[maybe_unused]] const auto said = talk.hear();
    talk.reply(reply);
  }
  talk.dialogue.wrote(5);
  talk.reply("552 5.3.4 too big\r\n");
  REQUIRE(talk.answers.size() == 1);
  CHECK(talk.answers[0].outcome.blame == Blame::message);
  CHECK(talk.dialogue.finished());
}

TEST_CASE("dialogue: an unsolicited 421 ends an idle session quietly") {
  auto talk = with_window();
  talk.reply("421 4.4.2 idle\r\n");
  CHECK(talk.dialogue.finished());
  CHECK_FALSE(talk.dialogue.grouping_failed());
  CHECK(talk.answers.empty());
}

TEST_CASE("dialogue: a megabyte of reply is cut off") {
  Talk line{Dialect::lock_step};
  line.submit();
  [[maybe_unused]] auto said = line.hear();
  line.reply("250 " + std::string(1 << 20, 'x'));
  CHECK(line.dialogue.finished());
  Talk lines{Dialect::lock_step};
  lines.submit();
  said = lines.hear();
  std::string many;
  while (many.size() < (1 << 20)) many += "250-more of the same and more of the same\r\n";
  lines.reply(many);
  CHECK(lines.dialogue.finished());
}

TEST_CASE("dialogue: what the relay cannot take is refused before a word is said") {
  auto can = everything;
  can.size = true;
  can.max_size_bytes = 10;
  Talk talk{Dialect::lock_step, 1, can};
  talk.submit();
  talk.reply("");
  REQUIRE(talk.answers.size() == 1);
  CHECK(talk.answers[0].outcome.blame == Blame::relay);
  CHECK(concerns_everybody(talk.answers[0].outcome));
  CHECK(talk.hear().empty());

  Talk plain{Dialect::lock_step};
  const message::Message umlaut{
      .envelope_from = "a@b.example", .envelope_to = "jörg@b.example", .bytes = "x\r\n"};
  plain.dialogue.submit(9, umlaut);
  plain.reply("");
  REQUIRE(plain.answers.size() == 1);
  CHECK(plain.answers[0].outcome.kind == OutcomeKind::permanent);

  can = everything;
  can.smtputf8 = can.size = true;
  Talk wide{Dialect::lock_step, 1, can};
  wide.dialogue.submit(9, umlaut);
  CHECK(wide.hear() == "MAIL FROM:<a@b.example> SIZE=3 SMTPUTF8\r\n");
  can.eight_bit_mime = true;
  Talk eight{Dialect::lock_step, 1, can};
  eight.dialogue.submit(9, umlaut);
  CHECK(eight.hear() == "MAIL FROM:<a@b.example> SIZE=3 BODY=8BITMIME SMTPUTF8\r\n");
}

TEST_CASE("dialogue: only the header of a message to an address outside ASCII may have UTF-8") {
  const auto wrong = [](std::string to, std::string bytes) {
    return unsound({.envelope_from = "n@n.example", .envelope_to = std::move(to), .bytes = std::move(bytes)});
  };
  const std::string good = "To: jörg@b.example\r\n\r\nbody\r\n";
  CHECK(wrong("jörg@b.example", good).empty());
  CHECK_FALSE(wrong("jorg@b.example", good).empty());
  CHECK_FALSE(wrong("jörg@b.example", "To: jörg@b.example\r\n\r\nbödy\r\n").empty());
  CHECK_FALSE(wrong("jörg@b.example", "To: j\xF6rg@b.example\r\n\r\nbody\r\n").empty());
  CHECK_FALSE(wrong("jörg@b.example", "To: jörg@b.example\n\r\nbody\r\n").empty());
}

TEST_CASE("dialogue: replies are counted when they are whole") {
  Talk talk{Dialect::lock_step};
  talk.submit();
  [[maybe_unused]] const auto said = talk.hear();
  talk.reply("250-still\r\n250-working\r\n25");
  CHECK(talk.dialogue.replies() == 0);
  talk.reply("0 ok\r\n");
  CHECK(talk.dialogue.replies() == 1);
}

TEST_CASE("relay: a password is kept out of words in every form of a login") {
  RelayOptions relay;
  CHECK(relay.secrets().empty());
  relay.username = "news";
  relay.password = "s3cret";
  for (const std::string form : {"s3cret", "czNjcmV0", "AG5ld3MAczNjcmV0"}) {
    CHECK(without("bad password " + form + ", " + form, relay.secrets()) ==
          "bad password (password), (password)");
  }
  CHECK(without("nothing of it", relay.secrets()) == "nothing of it");
}

TEST_CASE("dialogue: capabilities are read whatever their case") {
  const auto can = read_capabilities({"Pipelining", "SIZE 35882577", "chunking", "8BITMIME", "AUTH PLAIN"});
  CHECK(can.pipelining);
  CHECK(can.chunking);
  CHECK(can.max_size_bytes == 35882577);
  CHECK_FALSE(can.smtputf8);
  CHECK(dialect_for(can, Dialect::chunking) == Dialect::chunking);
  CHECK(dialect_for(can, Dialect::lock_step) == Dialect::lock_step);
  CHECK(dialect_for({.chunking = true}, Dialect::chunking) == Dialect::lock_step);
  CHECK(dialect_for({.pipelining = true}, Dialect::chunking) == Dialect::pipelined);
}

TEST_CASE("dialogue: dots are stuffed at the start of a line and nowhere else") {
  const auto as_data = [](const std::string& bytes) {
    Talk talk{Dialect::lock_step};
    const message::Message one{.envelope_from = "n@n.example", .envelope_to = "a@n.example", .bytes = bytes};
    talk.dialogue.submit(1, one);
    talk.reply("250 ok\r\n");
    talk.reply("250 ok\r\n");
    talk.hear();
    talk.reply("354 go on\r\n");
    return talk.hear();
  };
  for (const auto& [in, want] : {std::pair{"a\r\n", "a\r\n.\r\n"},
                                 {".\r\n", "..\r\n.\r\n"},
                                 {"a\r\n.b\r\n..c\r\n", "a\r\n..b\r\n...c\r\n.\r\n"},
                                 {"a.b\r\n", "a.b\r\n.\r\n"}}) {
    CHECK(as_data(in) == want);
  }
  // Wherever it stands.
  for (std::size_t before = 0; before < 1100; ++before) {
    const auto start = std::string(before, 'a') + "\r\n";
    if (as_data(start + ".b.\r\n") != start + "..b.\r\n.\r\n") FAIL_CHECK(before);
  }
}

TEST_CASE("dialogue: one octet that must not be there is found wherever it is") {
  std::string sound = "Subject: Harbour News\r\n\r\nThe ferries kept their times.\r\n.\r\n";
  for (int i = 0; i < 40; ++i) sound += "Good-bye, and a calm sea\r\n";
  const auto wrong = [](std::string bytes) {
    return !unsound({.envelope_from = "n@n.example", .envelope_to = "a@n.example", .bytes = std::move(bytes)})
                .empty();
  };
  CHECK_FALSE(wrong(sound));
  for (std::size_t at = 0; at < sound.size(); ++at) {
    for (const char octet : {'\0', '\r', '\n', '\x80', '\xff', '\x8d'}) {
      auto bytes = sound;
      if (bytes[at] == octet) continue;
      bytes[at] = octet;
      CAPTURE(at);
      CAPTURE(static_cast<int>(octet));
      CHECK(wrong(bytes));
    }
  }
}

TEST_CASE("dialogue: an unsound message is named as such") {
  const auto with = [](std::string bytes, std::string to = "a@b.example") {
    return unsound({.envelope_from = "n@n.example", .envelope_to = std::move(to), .bytes = std::move(bytes)});
  };
  CHECK(with("a\r\n\r\nb\r\n").empty());
  for (const auto* const bad : {"a", "a\n", "a\r\nb\n", "a\rb\r\n", "\xC3\xA4\r\n", ""})
    CHECK_FALSE(with(bad).empty());
  CHECK_FALSE(with(std::string(999, 'x') + "\r\n").empty());
  CHECK(with(std::string(998, 'x') + "\r\n").empty());
  CHECK_FALSE(with(std::string("a\0b\r\n", 5)).empty());
  for (const auto* const to : {"", "a b@c", "a@b>\r\nRCPT TO:<e@f", "<a@b>", "a\x7f@b"})
    CHECK_FALSE(with("a\r\n", to).empty());
}

TEST_CASE("dialogue: lines that messages share leave where they belong, dots and all, in every dialect") {
  const auto shared = message::SharedLines::make(".shared\r\nlines\r\n..\r\n");
  const auto nothing = message::SharedLines::make("");
  REQUIRE((shared && nothing));
  message::Message spliced{
      .envelope_from = "n@n.example", .envelope_to = "a@b.example", .bytes = "Subject: s\r\n\r\n.own\r\n"};
  spliced.splices = {{.before = 14, .lines = &*shared},
                     {.before = 14, .lines = &*nothing},
                     {.before = spliced.bytes.size(), .lines = &*shared}};
  const message::Message whole{
      .envelope_from = spliced.envelope_from,
      .envelope_to = spliced.envelope_to,
      .bytes = "Subject: s\r\n\r\n.shared\r\nlines\r\n..\r\n.own\r\n.shared\r\nlines\r\n..\r\n"};
  REQUIRE(unsound(spliced).empty());
  CHECK(spliced == whole);
  CHECK(spliced.size_bytes() == whole.bytes.size());
  const auto stream = [](const message::Message& message, Dialect dialect) {
    Talk talk{dialect};
    std::string said;
    for (Ticket ticket = 1; ticket <= 2; ++ticket) {
      talk.dialogue.submit(ticket, message);
      said += talk.hear();
      while (talk.dialogue.awaiting() != Awaiting::nothing) {
        talk.reply(talk.dialogue.awaiting() == Awaiting::data ? "354 go\r\n" : "250 ok\r\n");
        said += talk.hear();
      }
    }
    CHECK(talk.answers.size() == 2);
    return said;
  };
  for (const auto dialect : {Dialect::lock_step, Dialect::pipelined, Dialect::chunking}) {
    CAPTURE(static_cast<int>(dialect));
    const auto got = stream(spliced, dialect);
    CHECK(got == stream(whole, dialect));
    CHECK(got.find("shared") != std::string::npos);
  }
}

TEST_CASE("dialogue: a splice inside a line, out of order or beyond the end is unsound") {
  const auto shared = message::SharedLines::make("shared\r\n");
  REQUIRE(shared);
  const auto with = [&](std::vector<std::size_t> places) {
    message::Message message{
        .envelope_from = "n@n.example", .envelope_to = "a@b.example", .bytes = "a: b\r\n\r\nc\r\n"};
    for (const auto place : places) message.splices.push_back({.before = place, .lines = &*shared});
    return unsound(message);
  };
  CHECK(with({0, 6, 8, 8, 11}).empty());
  for (const auto place : {1U, 5U, 7U, 10U, 12U}) CHECK_FALSE(with({place}).empty());
  CHECK_FALSE(with({8, 6}).empty());
}

TEST_CASE("dialogue: what is unsound is never shared") {
  for (const auto* const bad : {"a", "a\n", "a\r\nb\n", "a\rb\r\n", "\xC3\xA4\r\n"})
    CHECK_FALSE(message::SharedLines::make(bad));
  CHECK_FALSE(message::SharedLines::make(std::string(999, 'x') + "\r\n"));
  CHECK(message::SharedLines::make(std::string(998, 'x') + "\r\n"));
}
