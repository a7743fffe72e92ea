#include "message/header.hpp"

#include <doctest/doctest.h>

#include "base/codec.hpp"
#include "base/text.hpp"
#include "message/list_headers.hpp"
#include "unit/message/support.hpp"

using namespace tidings;
using namespace tidings::message;

namespace {

std::string unstructured(std::string_view name, std::string_view text) {
  std::string out;
  append_unstructured(out, name, text);
  return out;
}

std::string mailbox(std::string_view name, std::string_view shown, std::string_view address) {
  std::string out;
  append_mailbox(out, name, shown, address);
  return out;
}

/// A small decoder of our own words, written apart from the encoder.
std::string decode_words(std::string_view field) {
  std::string out;
  auto value = replace_all(std::string{field.substr(field.find(": ") + 2)}, "\r\n", "");
  bool after_word = false;
  for (std::size_t at = 0; at < value.size();) {
    if (value.compare(at, 8, "=?utf-8?") == 0) {
      const auto end = value.find("?=", at + 10);
      const auto text = value.substr(at + 10, end - at - 10);
      if (value[at + 8] == 'B') {
        out += base64_decode(text).value();
      } else {
        for (std::size_t i = 0; i < text.size(); ++i) {
          if (text[i] == '=') {
            out += hex_decode(text.substr(i + 1, 2)).value();
            i += 2;
          } else {
            out += text[i] == '_' ? ' ' : text[i];
          }
        }
      }
      at = end + 2;
      after_word = true;
    } else if (value[at] == ' ' && after_word && value.compare(at + 1, 2, "=?") == 0) {
      ++at;
    } else {
      out += value[at++];
      after_word = false;
    }
  }
  return out;
}

}  // namespace

TEST_CASE("header: plain text stays plain and is folded before column 78, never directly after the colon") {
  CHECK(unstructured("Subject", "Harbour Weekly") == "Subject: Harbour Weekly\r\n");
  CHECK(unstructured("Subject", "") == "Subject: \r\n");
  const auto folded = unstructured(
      "Subject",
      "The ferry keeps its winter timetable and the lighthouse gets a new coat of paint  before spring");
  CHECK(folded ==
        "Subject: The ferry keeps its winter timetable and the lighthouse gets a new\r\n coat of paint  "
        "before spring\r\n");
  const std::string token(90, 'x');
  CHECK(unstructured("Subject", token + " y") == "Subject: " + token + "\r\n y\r\n");
}

TEST_CASE(
    "header: text outside ASCII, or that looks like an encoded word, becomes words of at most 75 "
    "characters") {
  const std::vector<std::string> texts{
      "Café am Hafen",
      "Новости гавани: паром сохраняет зимнее расписание, а маяк красят заново перед весной",
      "港の便り：フェリーは冬の時刻表を維持し、灯台は春までに塗り直されます。合唱団の練習は木曜日に移りまし"
      "た",
      "نشرة الميناء الأسبوعية: العبّارة تحافظ على جدول الشتاء",
      "=?utf-8?Q?not_a_word?=",
      std::string(700, 'x'),
      // clang-format off
      "👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀",
      // clang-format on
      "a_b=c?d é",
  };
  for (const auto& text : texts) {
    CAPTURE(text);
    for (const auto* name : {"Subject", "X-A-Field-With-A-Rather-Long-Name"}) {
      const auto field = unstructured(name, text);
      CHECK(decode_words(field) == text);
      CHECK_FALSE(field.starts_with(std::string{name} + ":\r\n"));
      for (const auto line : split(std::string_view{field}.substr(0, field.size() - 2), '\n')) {
        CHECK(line.size() - (line.ends_with('\r') ? 1 : 0) <= 76);
        for (const auto word : split(trim(line), ' ')) {
          if (!word.starts_with("=?")) continue;
          CHECK(word.size() <= 75);
          CHECK(is_valid_utf8(decode_words("X: " + std::string{word})));
        }
      }
    }
  }
}

TEST_CASE("header: a display name is atoms, a quoted string, or encoded words") {
  CHECK(mailbox("From", "Harbour News", "news@example.org") == "From: Harbour News <news@example.org>\r\n");
  CHECK(mailbox("From", "", "news@example.org") == "From: news@example.org\r\n");
  CHECK(mailbox("To", "Lind, Maria", "m@example.org") == "To: \"Lind, Maria\" <m@example.org>\r\n");
  CHECK(mailbox("To", R"(a "b" \c)", "m@example.org") == "To: \"a \\\"b\\\" \\\\c\" <m@example.org>\r\n");
  CHECK(mailbox("To", "Jürgen, B.", "j@example.org") ==
        "To: =?utf-8?B?SsO8cmdlbiwgQi4=?= <j@example.org>\r\n");
  CHECK(mailbox("To", "Jürgen Falkenhorst", "j@example.org") ==
        "To: =?utf-8?Q?J=C3=BCrgen_Falkenhorst?= <j@example.org>\r\n");
  CHECK(mailbox("To", "=?x", "j@example.org").find("\"") == std::string::npos);
  const auto folded = mailbox("To", "A person with a name that goes on for a while and then some more",
                              "somebody.else@example.org");
  CHECK(folded ==
        "To: A person with a name that goes on for a while and then some more\r\n "
        "<somebody.else@example.org>\r\n");
}

TEST_CASE("header: no value can begin a further field") {
  for (const std::string_view evil :
       std::vector<std::string_view>{"a\r\nBcc: x@example.org", "a\nBcc: x", "a\rBcc: x",
                                     std::string_view{"a\0b", 3}, "a\x7F", "a\r\n\r\nbody"}) {
    CHECK_FALSE(is_one_line(evil));
    CHECK(check_field("subject", evil).error().code == Errc::bad_data);
    for (const auto& field :
         {unstructured("Subject", evil), mailbox("To", evil, "a@example.org"), mailbox("To", "A", evil)}) {
      CHECK(field.find_first_of("\r\n") == field.size() - 2);
      CHECK(field.find('\0') == std::string::npos);
    }
    auto reader = test::reader_with_name("A");
    reader.unsubscribe_url += evil;
    reader.unsubscribe_mailto += evil;
    std::string fields;
    append_unsubscribe_fields(fields, reader);
    CHECK(fields.find("\nBcc") == std::string::npos);
    CHECK(fields.find("\r\n\r\n") == std::string::npos);
    CHECK_FALSE(list_fields({.list_id = "a.example.org", .list_name = std::string{evil}}));
    CHECK_FALSE(list_fields({.list_id = "a.example.org" + std::string{evil}}));
    CHECK_FALSE(list_fields({.feedback_id = std::string{evil}}));
  }
}

TEST_CASE("list headers: List-Unsubscribe has the web address first and is folded only between the two") {
  const auto fields = [](Reader reader) {
    std::string out;
    append_unsubscribe_fields(out, reader);
    return out;
  };
  CHECK(fields({.unsubscribe_url = "https://n.example.org/u/abc"}) ==
        "List-Unsubscribe: <https://n.example.org/u/abc>\r\nList-Unsubscribe-Post: "
        "List-Unsubscribe=One-Click\r\n");
  CHECK(fields({.unsubscribe_url = "https://n.example.org/u/a",
                .unsubscribe_mailto = "mailto:u@n.example.org"}) ==
        "List-Unsubscribe: <https://n.example.org/u/a>, <mailto:u@n.example.org>\r\nList-Unsubscribe-Post: "
        "List-Unsubscribe=One-Click\r\n");
  CHECK(fields(test::reader_with_name("")) ==
        "List-Unsubscribe: <https://news.example.org/u/AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRob>,\r\n"
        " <mailto:leave+aaaqeayeaudaocaj@news.example.org?subject=unsubscribe>\r\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
  CHECK(fields({.unsubscribe_mailto = "mailto:u@n.example.org"}) ==
        "List-Unsubscribe: <mailto:u@n.example.org>\r\n");
  CHECK(fields({}).empty());
}

TEST_CASE("list headers: the list's own fields, and what they refuse") {
  CHECK(
      list_fields({.list_id = "weekly.news.example.org", .list_name = "Häfen", .feedback_id = "1:2:3:abcde"})
          .value() ==
      "List-Id: =?utf-8?B?SMOkZmVu?= <weekly.news.example.org>\r\nList-Post: NO\r\nFeedback-ID: "
      "1:2:3:abcde\r\n"
      "Auto-Submitted: auto-generated\r\nPrecedence: bulk\r\nX-Auto-Response-Suppress: OOF, AutoReply\r\n");
  CHECK_FALSE(list_fields({.list_id = "nodots"}));
  CHECK_FALSE(list_fields({.list_id = "a b.example.org"}));
  CHECK_FALSE(list_fields({.feedback_id = "a b"}));
}

TEST_CASE("list headers: a Message-ID is the same for each attempt and differs by reader, edition and key") {
  const auto first = message_id("key", {1}, "example.org");
  CHECK(first == message_id("key", {1}, "example.org"));
  CHECK(first != message_id("key", {2}, "example.org"));
  CHECK(first != message_id("kez", {1}, "example.org"));
  CHECK(first.starts_with('<'));
  CHECK(first.ends_with("@example.org>"));
  CHECK(first.size() == 32 + 14);
}
