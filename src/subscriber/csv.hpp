// Comma-separated values as the world writes them (RFC 4180 and its relatives). Pure but for CsvReader's
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
  std::int64_t line = 0;  ///< where it begins, from 1
  std::vector<std::string> fields{};
  bool valid_utf8 = true;
};

/// Gives the next bytes, an empty piece at the end.
using ByteSource = std::function<Result<std::string_view>()>;

/// Reads record by record in constant memory. Empty lines are passed over.
class CsvReader {
 public:
  /// "-" is standard input. Errc::no_input if it cannot be opened.
  [[nodiscard]] static Result<CsvReader> open(const std::filesystem::path& path);
  /// From memory; `name` stands in errors. The text must outlive the reader.
  [[nodiscard]] static CsvReader over(std::string_view text, std::string name);
  CsvReader(ByteSource source, std::string name);

  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) = delete;
  ~CsvReader();

  /// Before the first next(): this character separates fields, instead of the one that the beginning of the
  /// file suggests.
  void expect_delimiter(char delimiter);

  /// Before the first next(): the file is in this encoding. Errc::usage if it is not known.
  [[nodiscard]] Result<void> expect_encoding(std::string_view encoding);

  /// False at the end. `record` is reused: its strings keep their memory.
  [[nodiscard]] Result<bool> next(CsvRecord& record);

  /// Known after the first next().
  [[nodiscard]] char delimiter() const;
  [[nodiscard]] const std::string& name() const;
  /// "UTF-8", "windows-1252", ...; may change from the first to the second while everything read was ASCII.
  [[nodiscard]] std::string encoding() const;
  /// Whether that is read off the letters alone.
  [[nodiscard]] bool guessed_encoding() const;
  /// Taken from the source so far; ahead of the records by at most a piece.
  [[nodiscard]] std::int64_t bytes_read() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A field that a spreadsheet would run as a formula (it begins with = + - @, also full-width, tab or CR)
/// gets an apostrophe in front, and so does one that already looks guarded: unguard_formula() gives back
/// exactly what went in.
[[nodiscard]] std::string guard_formula(std::string_view field);
[[nodiscard]] std::string_view unguard_formula(std::string_view field);

/// One record with commas and a line feed; fields are guarded, and quoted where they have to be.
void append_csv(std::string& out, std::span<const std::string_view> fields);

}  // namespace tidings::subscriber
