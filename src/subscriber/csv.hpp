// Comma-separated values as found in practice (RFC 4180 and its relatives). Pure except for CsvReader's
// source.
//
// Read are: any of , ; tab | (guessed from the first record), any other that a first line "sep=X" or the
// caller names, "quoted" fields with doubled quotes and line breaks inside, CRLF, LF or CR, UTF-8 with or
// without a byte order mark, UTF-16 of either order, windows-1252 where nothing in the file is UTF-8 and the
// text reads like it (csv_encoding.hpp), any that the caller names. A quote inside an unquoted field is a
// character like any other; in a quoted one \" is a quote, if text follows the first of them (MailPoet).
// Lines are counted as an editor does. One record is at most 1 MiB. Broken structure (a quote that is never
// closed, text behind a closing quote, half a UTF-16 unit) is Errc::bad_data with name:line, and so is a
// workbook or an archive; a record that is not UTF-8 is handed out with `valid_utf8 = false`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace tidings::subscriber {

struct CsvRecord {
  std::int64_t line = 0;  ///< its first line, from 1
  std::vector<std::string> fields{};
  bool valid_utf8 = true;
};

/// Returns the next bytes; empty at the end.
using ByteSource = std::function<Result<std::string_view>()>;

/// Reads record by record in constant memory. Skips empty lines.
class CsvReader {
 public:
  /// "-" is standard input. Errc::no_input if it cannot be opened.
  [[nodiscard]] static Result<CsvReader> open(const std::filesystem::path& path);
  /// From memory; errors show `name`. The text must outlive the reader.
  [[nodiscard]] static CsvReader over(std::string_view text, std::string name);
  CsvReader(ByteSource source, std::string name);

  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) = delete;
  ~CsvReader();

  /// Before the first next(): sets the separator, instead of guessing it from the beginning of the file.
  void expect_delimiter(char delimiter);

  /// Before the first next(): sets the file's encoding. Errc::usage if it is unknown.
  [[nodiscard]] Result<void> expect_encoding(std::string_view encoding);

  /// False at the end. `record` is reused: its strings keep their memory.
  [[nodiscard]] Result<bool> next(CsvRecord& record);

  /// Known after the first next().
  [[nodiscard]] char delimiter() const;
  [[nodiscard]] const std::string& name() const;
  /// "UTF-8", "windows-1252", ...; may change from the former to the latter while only ASCII has been read.
  [[nodiscard]] std::string encoding() const;
  /// Whether it was guessed from the letters.
  [[nodiscard]] bool guessed_encoding() const;
  /// Read from the source so far; at most one piece ahead of the records.
  [[nodiscard]] std::int64_t bytes_read() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Puts an apostrophe before a field that a spreadsheet would run as a formula (starting with = + - @, also
/// full-width, tab or CR), and before one that already looks guarded: unguard_formula() returns exactly the
/// original.
[[nodiscard]] std::string guard_formula(std::string_view field);
[[nodiscard]] std::string_view unguard_formula(std::string_view field);

/// One record with commas and a line feed; fields are guarded, and quoted if necessary.
void append_csv(std::string& out, std::span<const std::string_view> fields);

}  // namespace tidings::subscriber
