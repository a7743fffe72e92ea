#include "subscriber/csv.hpp"

#include <algorithm>

#include "base/file.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "subscriber/support.hpp"
#include "support/temp_folder.hpp"

using namespace tidings;
using namespace tidings::subscriber;
using namespace std::string_literals;

namespace {

using Table = std::vector<std::vector<std::string>>;

/// Pieces of one byte, so that every boundary falls between two of them.
CsvReader by_bytes(std::string text) {
  return CsvReader{[text = std::move(text), at = std::size_t{0}]() mutable -> Result<std::string_view> {
                     return at < text.size() ? std::string_view{text}.substr(at++, 1) : std::string_view{};
                   },
                   "test.csv"};
}

Result<Table> read_all(CsvReader reader, std::vector<std::int64_t>* lines = nullptr) {
  Table table;
  CsvRecord record;
  for (;;) {
    TIDINGS_LET(const bool more, reader.next(record));
    if (!more) return table;
    table.push_back(record.fields);
    if (lines != nullptr) lines->push_back(record.line);
  }
}

std::string utf16(std::string_view text, bool big, bool mark) {
  std::string out;
  const auto unit = [&](char32_t c) {
    const char high = static_cast<char>(c >> 8);
    const char low = static_cast<char>(c & 0xFF);
    out += big ? high : low;
    out += big ? low : high;
  };
  if (mark) unit(0xFEFF);
  for (std::size_t at = 0; at < text.size();) {
    const auto c = next_code_point(text, at);
    if (c < 0x10000) {
      unit(c);
    } else {
      unit(0xD800 + ((c - 0x10000) >> 10));
      unit(0xDC00 + ((c - 0x10000) & 0x3FF));
    }
  }
  return out;
}

}  // namespace

TEST_CASE("csv: reads what the world writes") {
  struct Case {
    std::string name;
    std::string text;
    Table want;
  };
  const Case cases[] = {
      {"plain", "a,b\n1,2\n", {{"a", "b"}, {"1", "2"}}},
      {"no end of line", "a,b\n1,2", {{"a", "b"}, {"1", "2"}}},
      {"CRLF", "a,b\r\n1,2\r\n", {{"a", "b"}, {"1", "2"}}},
      {"CR", "a,b\r1,2\r", {{"a", "b"}, {"1", "2"}}},
      {"semicolons", "a;b\n1,5;2\n", {{"a", "b"}, {"1,5", "2"}}},
      {"tabs", "a\tb\n1;2\t3\n", {{"a", "b"}, {"1;2", "3"}}},
      {"bars", "a|b\n1|2\n", {{"a", "b"}, {"1", "2"}}},
      {"sep= line of spreadsheets", "sep=;\r\na;b,c\r\n", {{"a", "b,c"}}},
      {"delimiters inside quotes do not count", "\"a;;;;b\",c\n1,2\n", {{"a;;;;b", "c"}, {"1", "2"}}},
      {"quotes", "a,b\n\"x, y\",\"say \"\"hi\"\"\"\n", {{"a", "b"}, {"x, y", "say \"hi\""}}},
      {"a line break inside quotes", "a,b\n\"1\r\n2\",3\n", {{"a", "b"}, {"1\r\n2", "3"}}},
      {"a quote in the middle", "a,b\n5\" pipe,2\n", {{"a", "b"}, {"5\" pipe", "2"}}},
      {"blanks around quotes", "a, \"b\" ,c\n", {{"a", "b", "c"}}},
      {"empty fields", ",\n,,\n\"\",x\n", {{"", ""}, {"", "", ""}, {"", "x"}}},
      {"empty lines", "\n\na,b\n\n\r\n1,2\n\n", {{"a", "b"}, {"1", "2"}}},
      {"byte order mark",
       "\xEF\xBB\xBF"
       "a,b\n",
       {{"a", "b"}}},
      {"one column", "a\nb\n", {{"a"}, {"b"}}},
      {"nothing", "", {}},
      {"UTF-16 little", utf16("é,😀\n1,2\n", false, true), {{"é", "😀"}, {"1", "2"}}},
      {"UTF-16 big", utf16("é,😀\n1,2\n", true, true), {{"é", "😀"}, {"1", "2"}}},
      {"UTF-16 without a mark", utf16("ab,c\n", false, false), {{"ab", "c"}}},
      {"UTF-16 big without a mark", utf16("ab,c\n", true, false), {{"ab", "c"}}},
  };
  for (const auto& one : cases) {
    CAPTURE(one.name);
    const auto whole = read_all(CsvReader::over(one.text, "test.csv"));
    REQUIRE(whole);
    CHECK(*whole == one.want);
    CHECK(*read_all(by_bytes(one.text)) == one.want);
  }
}

TEST_CASE("csv: lines are counted as an editor counts them") {
  std::vector<std::int64_t> lines;
  REQUIRE(read_all(by_bytes("a,b\r\n\r\n\"x\r\ny\",1\r\nz,2\n\nw,3"), &lines));
  CHECK(lines == std::vector<std::int64_t>{1, 3, 5, 7});
}

TEST_CASE("csv: broken structure names the file and the line") {
  struct Case {
    std::string text;
    std::string_view where;
    std::string_view why;
  };
  const Case cases[] = {
      {"a,b\n1,2\n3,\"4\n5,6\n", "test.csv:3:", "never closed"},
      {"a,b\n\"1\"2,3\n", "test.csv:2:", "follows a closing quote"},
      {"a,b\n\"" + std::string(2'000'000, 'x'), "test.csv:2:", "not closed within 1 MiB"},
      {"a,b\n" + std::string(2'000'000, 'x') + "\n", "test.csv:2:", "longer than 1 MiB"},
      {utf16("a,b\n1,2\n", false, true) + "x", "test.csv:", "middle of a UTF-16 character"},
  };
  for (const auto& one : cases) {
    const auto table = read_all(CsvReader::over(one.text, "test.csv"));
    REQUIRE_FALSE(table);
    CHECK(table.error().code == Errc::bad_data);
    CHECK(table.error().what.starts_with(one.where));
    CHECK(table.error().what.find(one.why) != std::string::npos);
  }
}

TEST_CASE("csv: a record that is not UTF-8 is marked, and only that one") {
  auto reader = CsvReader::over("a,b\ncaf\xE9,1\ncafé,2\n", "test.csv");
  CsvRecord record;
  std::vector<bool> valid;
  while (*reader.next(record)) valid.push_back(record.valid_utf8);
  CHECK(valid == std::vector<bool>{true, false, true});
  const auto half_a_pair =
      "\xFF\xFE"
      "a\0,\0"
      "\x00\xD8"
      "\n\0"s;
  auto lone = CsvReader::over(half_a_pair, "test.csv");
  REQUIRE(*lone.next(record));
  CHECK_FALSE(record.valid_utf8);
}

TEST_CASE("csv: truncated at every byte it reads, or fails as data, and never reads more than was there") {
  const auto text = "email,name\n\"a@example.org\",\"Zoë, \"\"the\"\" reader\"\r\nb@example.org,Bo\n"s;
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const auto table = read_all(CsvReader::over(std::string_view{text}.substr(0, size), "test.csv"));
    if (!table) {
      CHECK(table.error().code == Errc::bad_data);
      continue;
    }
    CHECK(table->size() <= 3);
  }
}

TEST_CASE("csv: what would run as a formula is guarded, and comes back as it was") {
  struct Case {
    std::string_view plain;
    std::string_view guarded;
  };
  for (const auto& one :
       {Case{"=1+1", "'=1+1"}, Case{"+1@example.org", "'+1@example.org"}, Case{"-x", "'-x"},
        Case{"@SUM(A1)", "'@SUM(A1)"}, Case{"\t=1", "'\t=1"}, Case{"'=1", "''=1"}, Case{"''-", "'''-"},
        Case{"'twas", "'twas"}, Case{"'", "'"}, Case{"＝1", "'＝1"}, Case{"'＠x", "''＠x"},
        Case{"，x", "，x"}, Case{"", ""}, Case{"a=1", "a=1"}, Case{"Zoë", "Zoë"}}) {
    CHECK(guard_formula(one.plain) == one.guarded);
    CHECK(unguard_formula(one.guarded) == one.plain);
  }
}

TEST_CASE("csv: whatever is written is read back, field by field") {
  SeededRandom random{11};
  const std::string_view alphabet[] = {"a", ",", ";", "\"", "\n", "\r\n", "\t", " ", "'",
                                       "=", "+", "-", "@",  "|",  "é",    "名", "😀", "\r"};
  for (int round = 0; round < 2000; ++round) {
    Table table{{"email", "name", "x"}};
    std::string text = "email,name,x\n";
    for (std::uint64_t row = 0; row < 1 + random.below(4); ++row) {
      std::vector<std::string> fields(3);
      for (auto& field : fields) {
        for (std::uint64_t i = random.below(6); i > 0; --i)
          field += alphabet[random.below(std::size(alphabet))];
      }
      const std::vector<std::string_view> views{fields.begin(), fields.end()};
      append_csv(text, views);
      table.push_back(fields);
    }
    auto read = read_all(by_bytes(text));
    REQUIRE(read);
    for (auto& row : *read) {
      for (auto& field : row) field = unguard_formula(field);
    }
    CHECK(*read == table);
  }
}

TEST_CASE("csv: a file is read in pieces; one that is not there is no input") {
  const tidings::test::TempFolder folder;
  std::string text = "n\n";
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i) + "\n";
  REQUIRE(write_file(folder / "big.csv", text));
  auto reader = CsvReader::open(folder / "big.csv");
  REQUIRE(reader);
  CsvRecord record;
  int rows = 0;
  while (*reader->next(record)) ++rows;
  CHECK(rows == 100'001);
  CHECK(record.line == 100'001);
  CHECK(CsvReader::open(folder / "none.csv").error().code == Errc::no_input);
  CHECK(CsvReader::open(folder.path()).error().code == Errc::no_input);
}
