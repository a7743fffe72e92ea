#include "message/strings.hpp"

#include <doctest/doctest.h>

#include "unit/message/support.hpp"

using namespace tidings;
using namespace tidings::message;
using namespace std::chrono_literals;
using std::chrono::January, std::chrono::February, std::chrono::March, std::chrono::December;

namespace {

Strings load(std::string_view language, const test::Files& files = {}, std::string_view theme = "default") {
  return test::must(Strings::load(theme, language, test::lookup_in(files)));
}

std::string error_of(const test::Files& files) {
  const auto strings = Strings::load("default", "xx", test::lookup_in(files));
  return strings ? "" : strings.error().line();
}

UtcTime at(const char* text) { return parse_rfc3339(text).value(); }

}  // namespace

TEST_CASE("strings: every language that ships loads, in its own direction, and says every period") {
  struct Language {
    const char* tag;
    const char* period;
    const char* posts;
    const char* direction = "ltr";
  };
  const std::vector<Language> languages{
      {"en", "5–11 January 2026", "7 posts"},
      {"de", "5.–11. Januar 2026", "7 Beiträge"},
      {"el", "5–11 Ιανουαρίου 2026", "7 άρθρα"},
      {"es", "5–11 de enero de 2026", ""},
      {"fr", "5–11 janvier 2026", ""},
      {"it", "5–11 gennaio 2026", ""},
      {"pt", "5–11 de janeiro de 2026", ""},
      {"ru", "5–11 января 2026 г.", "7 записей"},
      {"tr", "5–11 Ocak 2026", ""},
      {"ar", "5–11 يناير 2026", "", "rtl"},
      {"ja", "2026年1月5日〜11日", "記事7件"},
      {"zh", "2026年1月5日至11日", "7 篇文章"},
      {"zh-hant", "2026年1月5日至11日", "7 篇文章"},
      {"nl", "5–11 januari 2026", "7 berichten"},
      {"sv", "5–11 januari 2026", "7 inlägg"},
      {"pl", "5–11 stycznia 2026", "7 wpisów"},
      {"uk", "5–11 січня 2026 р.", "7 дописів"},
      {"ko", "2026년 1월 5일~11일", "글 7편"},
      {"he", "5–11 בינואר 2026", "7 פוסטים", "rtl"},
      {"fa", "5 تا 11 ژانویهٔ 2026", "7 نوشته", "rtl"},
  };
  for (const auto& [tag, period, posts, direction] : languages) {
    CAPTURE(tag);
    const auto strings = load(tag);
    CHECK(strings.language() == tag);
    CHECK(strings.direction() == direction);
    const auto got = strings.period({2026y / January / 5, 2026y / January / 11});
    if (*period != '\0') CHECK(got == period);
    CHECK(got.find("2026") != std::string::npos);
    CHECK(got.find('{') == std::string::npos);
    if (*posts != '\0') CHECK(strings.count("posts_word", 7) == posts);
    CHECK(strings.count("posts_word", 7).find('7') != std::string::npos);
    CHECK(strings.texts().size() == load("en").texts().size());
  }
}

TEST_CASE("strings: English dates, periods and lists") {
  const auto en = load("en");
  CHECK(en.date(2026y / January / 12) == "12 January 2026");
  CHECK(en.day_heading(2026y / January / 5) == "Monday 5 January");
  CHECK(en.time(8h + 5min) == "08:05");
  CHECK(en.period({2026y / January / 5, 2026y / January / 5}) == "5 January 2026");
  CHECK(en.period({2026y / January / 1, 2026y / January / 31}) == "January 2026");
  CHECK(en.period({2026y / February / 1, 2026y / February / 28}) == "February 2026");
  CHECK(en.period({2026y / January / 26, 2026y / February / 1}) == "26 January – 1 February 2026");
  CHECK(en.period({std::chrono::year{2025} / December / 29, 2026y / January / 4}) ==
        "29 December 2025 – 4 January 2026");
  CHECK(en.count("posts_word", 1) == "1 post");
  CHECK(en.count("posts_word", 0) == "0 posts");
  CHECK(en.count("no_such_word", 3) == "3");
  CHECK(en.list(std::vector<std::string>{}).empty());
  CHECK(en.list(std::vector<std::string>{"a"}) == "a");
  CHECK(en.list(std::vector<std::string>{"a", "b"}) == "a and b");
  CHECK(en.list(std::vector<std::string>{"a", "b", "c"}) == "a, b and c");
  CHECK(en.enumerate(std::vector<std::string>{"a", "b", "c"}) == "a, b, c");
}

TEST_CASE("strings: Chinese is written as the reader's country writes it") {
  CHECK(fallbacks_of("pt_BR") == std::vector<std::string>{"pt-br", "pt"});
  CHECK(fallbacks_of("zh-Hant-HK") == std::vector<std::string>{"zh-hant-hk", "zh-hant", "zh"});
  CHECK(fallbacks_of("").empty());
  for (const auto* tag : {"zh-TW", "zh-HK", "zh-MO", "zh-Hant", "zh-Hant-SG", "zh_tw"}) {
    CAPTURE(tag);
    CHECK(load(tag).language() == "zh-hant");
  }
  for (const auto* tag : {"zh", "zh-CN", "zh-SG", "zh-Hans", "zh-Hans-HK"}) {
    CAPTURE(tag);
    CHECK(load(tag).language() == "zh");
  }
}

TEST_CASE("strings: a Hebrew list has a hyphen before a last word in Latin letters") {
  const auto he = load("he");
  CHECK(he.list(std::vector<std::string>{"שלום", "שלום"}) == "שלום ושלום");
  CHECK(he.list(std::vector<std::string>{"Harbour", "Garden"}) == "Harbour ו-Garden");
  CHECK(load("ar").list(std::vector<std::string>{"Harbour", "Garden"}) == "Harbour وGarden");
}

TEST_CASE("strings: counts take the form of the language's rule") {
  struct Count {
    const char* rule;
    std::vector<std::pair<long long, const char*>> want;
  };
  const std::vector<Count> counts{
      {"none", {{0, "o"}, {1, "o"}, {2, "o"}}},
      {"one", {{0, "o"}, {1, "1"}, {2, "o"}, {21, "o"}}},
      {"zero_one", {{0, "1"}, {1, "1"}, {2, "o"}}},
      {"one_two", {{0, "o"}, {1, "1"}, {2, "t"}, {3, "o"}, {12, "o"}, {21, "o"}}},
      {"east_slavic",
       {{0, "m"},
        {1, "1"},
        {2, "f"},
        {4, "f"},
        {5, "m"},
        {11, "m"},
        {12, "m"},
        {14, "m"},
        {21, "1"},
        {22, "f"},
        {111, "m"}}},
      {"polish", {{1, "1"}, {2, "f"}, {12, "m"}, {21, "m"}, {22, "f"}, {0, "m"}}},
      {"czech", {{1, "1"}, {2, "f"}, {4, "f"}, {5, "o"}, {22, "o"}}},
      {"arabic",
       {{0, "z"},
        {1, "1"},
        {2, "t"},
        {3, "f"},
        {10, "f"},
        {11, "m"},
        {99, "m"},
        {100, "o"},
        {102, "o"},
        {103, "f"}}},
  };
  for (const auto& [rule, want] : counts) {
    const test::Files files{
        {"default/strings/xx.toml",
         std::string{"[plural]\nrule = \""} + rule +
             "\"\n[plural.w]\nzero='z'\none='1'\ntwo='t'\nfew='f'\nmany='m'\nother='o'\n"}};
    const auto strings = load("xx", files);
    for (const auto& [n, form] : want) {
      CAPTURE(rule);
      CAPTURE(n);
      CHECK(strings.count("w", n) == form);
    }
  }
}

TEST_CASE(
    "strings: what a file lacks comes from default's, then the language without its region, then English") {
  const test::Files files{
      {"compact/strings/pt-br.toml", "[t]\nunsubscribe = 'compact br'\n"},
      {"default/strings/pt-br.toml", "[t]\nunsubscribe = 'default br'\nwhy = 'default br'\n"},
      {"compact/strings/pt.toml",
       "[t]\nunsubscribe = 'compact pt'\nwhy = 'compact pt'\ncontents = 'compact pt'\n"}};
  const auto strings = load("pt_BR", files, "compact");
  CHECK(strings.language() == "pt-br");
  CHECK(strings.texts().at("unsubscribe") == "compact br");
  CHECK(strings.texts().at("why") == "default br");
  CHECK(strings.texts().at("contents") == "compact pt");
  CHECK(strings.texts().at("preferences") == load("pt").texts().at("preferences"));
  CHECK(load("xx-latn-yy").language() == "en");
  CHECK(load("").language() == "en");
  CHECK(load("de-AT").language() == "de");
}

TEST_CASE("strings: the genitive of a fall-back language is not taken for another's months") {
  const test::Files files{{"default/strings/ru-xx.toml",
                           "[months]\nfull=['1','2','3','4','5','6','7','8','9','10','11','12']\n"}};
  const auto strings = load("ru-xx", files);
  CHECK(strings.period({2026y / March / 1, 2026y / March / 3}).find(" 3 ") != std::string::npos);
}

TEST_CASE("strings: mistakes in a language file are told with file, line and column") {
  const auto error = [](std::string source) {
    return error_of({{"default/strings/xx.toml", std::move(source)}});
  };
  CHECK(error("a = ").starts_with("default/strings/xx.toml:1:5: "));
  CHECK(error("\nnmae = 'x'") ==
        "default/strings/xx.toml:2:1: unknown key \"nmae\" (did you mean \"name\"?)");
  CHECK(error("dir = 'up'") == "default/strings/xx.toml:1:7: dir must be \"ltr\" or \"rtl\"");
  CHECK(error("t = 1") == "default/strings/xx.toml:1:5: \"t\" must be a table");
  CHECK(error("[t]\na = 1") == "default/strings/xx.toml:2:5: \"a\" must be a string");
  CHECK(error("[t]\na = \"\\u0002\"") == "default/strings/xx.toml:2:5: \"a\" has a control character");
  CHECK(error("[t]\nwhy = '{newsleter_name}'") ==
        "default/strings/xx.toml:2:7: unknown placeholder \"{newsleter_name}\" (did you mean "
        "\"newsletter_name\"?)");
  CHECK(error("[t]\nwhy = '{reader_name}'").find("unknown placeholder") != std::string::npos);
  CHECK(error("[formats]\ndate = '{dya}'").find("unknown placeholder \"{dya}\" (did you mean \"day\"?)") !=
        std::string::npos);
  CHECK(error("[formats]\ndata = ''").find("unknown key \"data\" (did you mean \"date\"?)") !=
        std::string::npos);
  CHECK(error("[months]\nfull = ['a']") == "default/strings/xx.toml:2:8: \"full\" must be a list of 12");
  CHECK(error("[plural]\nrule = 'klingon'").find("unknown plural rule \"klingon\"") != std::string::npos);
  CHECK(error("[plural.posts_word]\none = ''").find("has no form \"other\"") != std::string::npos);
}

TEST_CASE(
    "strings: a weekly digest from Monday 08:00 to Monday 08:00 is about Monday to Sunday, in the "
    "newsletter's zone") {
  const auto athens = test::zone_of("Europe/Athens");
  CHECK(days_of({at("2026-01-05T06:00:00Z"), at("2026-01-12T06:00:00Z")}, athens) ==
        Days{2026y / January / 5, 2026y / January / 11});
  CHECK(days_of({at("2026-01-05T05:30:00Z"), at("2026-01-06T05:30:00Z")}, athens) ==
        Days{2026y / January / 5, 2026y / January / 5});
  CHECK(days_of({at("2026-01-01T06:00:00Z"), at("2026-02-01T06:00:00Z")}, athens) ==
        Days{2026y / January / 1, 2026y / January / 31});
  CHECK(days_of({at("2026-01-05T06:00:00Z"), at("2026-01-05T10:00:00Z")}, athens) ==
        Days{2026y / January / 5, 2026y / January / 5});
  CHECK(days_of({at("2026-01-04T23:00:00Z"), at("2026-01-05T23:00:00Z")}, athens) ==
        Days{2026y / January / 5, 2026y / January / 5});
  // The day of which most lies in it: an evening digest is about the day on which it comes.
  CHECK(days_of({at("2026-03-08T18:00:00Z"), at("2026-03-09T18:00:00Z")}, athens) ==
        Days{2026y / March / 9, 2026y / March / 9});
  CHECK(days_of({at("2026-03-08T10:00:00Z"), at("2026-03-09T10:00:00Z")}, athens) ==
        Days{2026y / March / 8, 2026y / March / 8});
  CHECK(days_of({at("2026-01-02T16:00:00Z"), at("2026-01-09T16:00:00Z")}, athens) ==
        Days{2026y / January / 3, 2026y / January / 9});
  CHECK(days_of({at("2026-03-08T20:00:00Z"), at("2026-03-09T05:00:00Z")}, athens) ==
        Days{2026y / March / 9, 2026y / March / 9});
  const Days week{2026y / January / 5, 2026y / January / 11};
  CHECK(with_days(week, {at("2026-01-07T06:00:00Z"), at("2026-01-08T06:00:00Z")}, athens) == week);
  CHECK(with_days(week, {at("2026-01-03T23:00:00Z"), at("2026-01-12T05:00:00Z")}, athens) ==
        Days{2026y / January / 4, 2026y / January / 12});
}

TEST_CASE("strings: what is put into a placeholder is not read again") {
  CHECK(fill_placeholders("{a} {b} {", {{"a", "{b}"}, {"b", "x"}}) == "{b} x {");
  CHECK(fill_placeholders("{c}{a}", {{"a", "x"}}) == "{c}x");
}

TEST_CASE("strings: names in single braces are placeholders, in double braces they are a template's") {
  CHECK(message::placeholders_in("{a} {{b}} {c_d}, {{{e}}} {f") == std::vector<std::string>{"a", "c_d"});
  CHECK(message::placeholders_in("").empty());
}
