#include "subscriber/csv.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "base/text.hpp"
#include "subscriber/csv_encoding.hpp"

namespace tidings::subscriber {
namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 18;
constexpr std::size_t max_record_bytes = std::size_t{1} << 20;
constexpr std::size_t guess_bytes = std::size_t{1} << 16;
constexpr std::string_view delimiters = ",;\t|";

struct FileCloser {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

/// Files mistaken for CSV because Excel opens them.
Result<void> check_no_archive(std::string_view start, std::string_view name) {
  if (start.starts_with("\xD0\xCF\x11\xE0")) {
    return fail(Errc::bad_data, fmt::format("{} is an Excel workbook (.xls), not CSV", name),
                "in Excel: File, Save As, CSV UTF-8");
  }
  if (!start.starts_with("PK\x03\x04")) return {};
  const bool workbook = start.find("[Content_Types].xml") != std::string_view::npos ||
                        start.find("xl/") != std::string_view::npos ||
                        start.find("mimetypeapplication/vnd.oasis") != std::string_view::npos;
  if (workbook) {
    return fail(Errc::bad_data, fmt::format("{} is a spreadsheet (.xlsx or .ods), not CSV", name),
                "in Excel or LibreOffice: File, Save As, CSV UTF-8");
  }
  return fail(Errc::bad_data, fmt::format("{} is a zip archive", name),
              "unpack it and import the CSV files in it, one by one");
}

char guess_delimiter(std::string_view text) {
  std::array<int, delimiters.size()> counts{};
  bool quoted = false;
  for (const char c : text.substr(0, guess_bytes)) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n' || c == '\r') {
      if (std::ranges::any_of(counts, [](int n) { return n > 0; })) break;
      continue;  // an empty line, or one field only: look at the next
    }
    const auto at = delimiters.find(c);
    if (at != std::string_view::npos) ++counts[at];
  }
  auto* const most = std::ranges::max_element(counts);
  return delimiters[static_cast<std::size_t>(most - counts.begin())];
}

}  // namespace

struct CsvReader::State {
  /// A record being read.
  struct Reading {
    enum class In {
      start,
      plain,
      quoted,
      quote
    };  ///< quote: after one that may close the field, or be the first of two

    explicit Reading(CsvRecord& into) : record(into) { begin_field(); }

    void begin_field() {
      if (used == record.fields.size()) record.fields.emplace_back();
      field = &record.fields[used++];
      field->clear();
      in = In::start;
    }

    void note(std::string_view run) {
      size += run.size();
      ascii = ascii && std::ranges::all_of(run, [](char c) { return static_cast<std::uint8_t>(c) < 0x80; });
    }

    CsvRecord& record;
    std::size_t used = 0;  // fields filled; the other strings keep their memory for the next record
    std::string* field = nullptr;
    In in = In::start;
    std::int64_t quote_line = 0;  // where the last quoted field opened
    std::size_t size = 0;
    bool ascii = true;
  };

  ByteSource source;
  std::string name;
  TextDecoder decoder;
  char delimiter = ',';
  bool told_delimiter = false;
  bool started = false;
  bool ended = false;         // the source has no more
  bool backslashes = false;   // this file escapes quotes by them
  bool after_return = false;  // a CR was the last character: a LF belongs to it
  std::int64_t line = 1;
  std::int64_t bytes_read = 0;
  std::string text;  // unread UTF-8, from `at` on
  std::size_t at = 0;

  Result<void> start();
  Result<bool> refill();
  Result<void> end_of_source();
  Result<bool> skip_line_ends();
  Result<bool> read_record(CsvRecord& record);
  Result<bool> take(Reading& reading, char c);
  [[nodiscard]] std::string_view take_run(bool quoted);

  [[nodiscard]] tl::unexpected<Error> broken(std::int64_t where, std::string_view why,
                                             std::string hint = {}) const {
    return fail(Errc::bad_data, fmt::format("{}:{}: {}", name, where, why), std::move(hint));
  }
};

Result<void> CsvReader::State::end_of_source() {
  ended = true;
  if (decoder.finish(text)) return {};
  return broken(line, fmt::format("the file ends in the middle of a {} character", decoder.name()),
                "it may be incomplete");
}

/// False at the end of the source.
Result<bool> CsvReader::State::refill() {
  if (ended) return false;
  text.erase(0, at);
  at = 0;
  TIDINGS_LET(const auto piece, source());
  if (piece.empty()) {
    TIDINGS_TRY(end_of_source());
    return at < text.size();
  }
  bytes_read += static_cast<std::int64_t>(piece.size());
  decoder.decode(piece, text);
  return true;
}

Result<void> CsvReader::State::start() {
  started = true;
  // The mark and the delimiter are searched for in the beginning, however small the pieces are.
  std::string beginning;
  while (beginning.size() < guess_bytes) {
    TIDINGS_LET(const auto piece, source());
    if (piece.empty()) {
      ended = true;
      break;
    }
    beginning.append(piece);
  }
  bytes_read = static_cast<std::int64_t>(beginning.size());
  TIDINGS_TRY(check_no_archive(beginning, name));
  decoder.decode(std::string_view{beginning}.substr(decoder.start(beginning)), text);
  if (ended) TIDINGS_TRY(end_of_source());
  // Excel writes the delimiter into a separate first line.
  if (text.size() >= 6 && ascii_iequals(std::string_view{text}.substr(0, 4), "sep=") &&
      (text[5] == '\r' || text[5] == '\n')) {
    if (!told_delimiter) delimiter = text[4];
    at = 5;
  } else if (!told_delimiter) {
    delimiter = guess_delimiter(text);
  }
  return {};
}

/// Skips empty lines; false at the end of the file.
Result<bool> CsvReader::State::skip_line_ends() {
  for (;;) {
    if (at == text.size()) {
      TIDINGS_LET(const bool more, refill());
      if (!more) return false;
      continue;
    }
    const char c = text[at];
    if (c != '\r' && c != '\n') break;
    if (c == '\r' || !after_return) ++line;
    after_return = c == '\r';
    ++at;
  }
  after_return = false;
  return true;
}

/// The text up to a special character, within what has been read.
std::string_view CsvReader::State::take_run(bool quoted) {
  const auto begin = at;
  const char end = quoted ? '"' : delimiter;
  while (at < text.size() && text[at] != end && text[at] != '\r' && text[at] != '\n') ++at;
  return std::string_view{text}.substr(begin, at - begin);
}

Result<bool> CsvReader::State::read_record(CsvRecord& record) {
  TIDINGS_LET(const bool any, skip_line_ends());
  if (!any) return false;
  record.line = line;
  Reading reading{record};
  for (bool more = true; more;) {
    if (reading.in == Reading::In::plain || reading.in == Reading::In::quoted) {
      const auto run = take_run(reading.in == Reading::In::quoted);
      reading.note(run);
      *reading.field += run;
      if (!run.empty()) after_return = false;
    }
    if (reading.size > max_record_bytes) {
      if (reading.in != Reading::In::quoted) return broken(record.line, "this record is longer than 1 MiB");
      return broken(reading.quote_line, "the quote opened here is not closed within 1 MiB",
                    "double quotes that belong to the text");
    }
    if (at == text.size()) {
      TIDINGS_LET(more, refill());
      if (!more && reading.in == Reading::In::quoted) {
        return broken(reading.quote_line, "the quote opened here is never closed",
                      "double quotes that belong to the text");
      }
      continue;
    }
    const char c = text[at++];
    reading.note({&c, 1});
    TIDINGS_LET(more, take(reading, c));
  }
  after_return = false;
  record.fields.resize(reading.used);
  record.valid_utf8 =
      reading.ascii || std::ranges::all_of(record.fields, [](const auto& one) { return is_valid_utf8(one); });
  return true;
}

/// Handles one character. False if it ends the record.
Result<bool> CsvReader::State::take(Reading& reading, char c) {
  using In = Reading::In;
  const bool behind_backslash = reading.field->ends_with('\\');
  if (reading.in == In::quoted) {
    if (c == '"') {
      if (backslashes && behind_backslash) {
        reading.field->back() = '"';
      } else {
        reading.in = In::quote;
      }
      return true;
    }
    if (c == '\r' || (c == '\n' && !after_return)) ++line;
    after_return = c == '\r';
    *reading.field += c;
    return true;
  }
  if (c == '"' && reading.in == In::quote) {
    *reading.field += c;
    reading.in = In::quoted;
  } else if (c == '"' && reading.in == In::start) {
    reading.field->clear();  // blanks before the quote
    reading.in = In::quoted;
    reading.quote_line = line;
    after_return = false;
  } else if (c == delimiter) {
    reading.begin_field();
  } else if (c == '\r' || c == '\n') {
    --at;  // skip_line_ends() counts it
    return false;
  } else if (reading.in == In::quote && behind_backslash) {
    backslashes = true;
    reading.field->back() = '"';
    *reading.field += c;
    reading.in = In::quoted;
  } else if (reading.in == In::quote) {
    if (c != ' ' && c != '\t') {
      return broken(line, "text follows a closing quote", "double quotes that belong to the text");
    }
  } else {
    *reading.field += c;
    if (c != ' ') reading.in = In::plain;
  }
  return true;
}

CsvReader::CsvReader(ByteSource source, std::string name) : state_(std::make_unique<State>()) {
  state_->source = std::move(source);
  state_->name = std::move(name);
}

CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader::~CsvReader() = default;

Result<CsvReader> CsvReader::open(const std::filesystem::path& path) {
  const bool standard_input = path == "-";
  std::error_code ignored;
  std::shared_ptr<std::FILE> file;
  if (standard_input) {
    file.reset(stdin, FileCloser{});
  } else if (!std::filesystem::is_directory(path, ignored)) {
    if (std::FILE* const opened = std::fopen(path.c_str(), "rbe")) file.reset(opened, FileCloser{});
  }
  if (!file) {
    const auto* const why =
        std::filesystem::is_directory(path, ignored) ? "it is a folder" : std::strerror(errno);
    return fail(Errc::no_input, fmt::format("cannot read {}: {}", path.string(), why));
  }
  const auto name = standard_input ? std::string{"standard input"} : path.string();
  auto buffer = std::make_shared<std::string>(piece_bytes, '\0');
  return CsvReader{[file, buffer, name]() -> Result<std::string_view> {
                     const auto size = std::fread(buffer->data(), 1, buffer->size(), file.get());
                     if (size == 0 && std::ferror(file.get()) != 0)
                       return fail(Errc::io, "cannot read " + name);
                     return std::string_view{*buffer}.substr(0, size);
                   },
                   name};
}

CsvReader CsvReader::over(std::string_view text, std::string name) {
  return CsvReader{[text]() mutable -> Result<std::string_view> {
                     const auto piece = text.substr(0, piece_bytes);
                     text.remove_prefix(piece.size());
                     return piece;
                   },
                   std::move(name)};
}

Result<bool> CsvReader::next(CsvRecord& record) {
  if (!state_->started) TIDINGS_TRY(state_->start());
  return state_->read_record(record);
}

Result<void> CsvReader::expect_encoding(std::string_view encoding) {
  return state_->decoder.expect(encoding);
}
std::string CsvReader::encoding() const { return state_->decoder.name(); }
bool CsvReader::guessed_encoding() const { return state_->decoder.is_guess(); }

void CsvReader::expect_delimiter(char delimiter) {
  state_->delimiter = delimiter;
  state_->told_delimiter = true;
}

char CsvReader::delimiter() const { return state_->delimiter; }
const std::string& CsvReader::name() const { return state_->name; }
std::int64_t CsvReader::bytes_read() const { return state_->bytes_read; }

// ---- writing
// ------------------------------------------------------------------------------------------------------

namespace {

/// Apostrophes, then a character that starts a formula; East Asian Excel also accepts full-width ones.
bool is_formula(std::string_view field) {
  field.remove_prefix(std::min(field.size(), field.find_first_not_of('\'')));
  if (field.empty()) return false;
  if (std::string_view{"=+-@\t\r"}.find(field.front()) != std::string_view::npos) return true;
  return std::ranges::any_of(std::array<std::string_view, 4>{"＝", "＋", "－", "＠"},
                             [&](auto wide) { return field.starts_with(wide); });
}

}  // namespace

std::string guard_formula(std::string_view field) {
  std::string guarded;
  if (is_formula(field)) guarded += '\'';
  return guarded.append(field);
}

std::string_view unguard_formula(std::string_view field) {
  if (!field.empty() && field.front() == '\'' && is_formula(field)) field.remove_prefix(1);
  return field;
}

void append_csv(std::string& out, std::span<const std::string_view> fields) {
  bool first = true;
  for (const auto field : fields) {
    if (!first) out += ',';
    first = false;
    const bool guard = is_formula(field);
    const bool quote = field.find_first_of(",;\t|\"\r\n") != std::string_view::npos ||
                       (!field.empty() && (field.front() == ' ' || field.back() == ' '));
    if (quote) out += '"';
    if (guard) out += '\'';
    for (const char c : field) {
      if (c == '"') out += '"';
      out += c;
    }
    if (quote) out += '"';
  }
  // A record of one empty field would read as an empty line.
  if (fields.size() == 1 && fields.front().empty()) out += "\"\"";
  out += '\n';
}

}  // namespace tidings::subscriber
