// Reads and parses the lines of an import in a separate thread while the caller stores earlier ones.
//
// Keeps the file's order; at most a few thousand lines ahead. The reader and the columns belong to the thread
// until this object is destroyed; its destructor waits for the thread, which ends at the next line, or when a
// pipe that it reads delivers something.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "subscriber/csv.hpp"
#include "subscriber/import_columns.hpp"

namespace tidings::subscriber {

/// One parsed line of the file; an error is the reason to reject it.
struct ReadLine {
  CsvRecord record{};
  Result<ImportLine> line{};
  std::optional<std::string> advice{};  ///< address_advice.hpp
};

/// The next record that is not blank: spreadsheets write emptied rows as bare delimiters (";;;;").
[[nodiscard]] Result<bool> next_filled(CsvReader& reader, CsvRecord& record);

class ReadAhead {
 public:
  /// `first` is a record that was already read, if there is one.
  ReadAhead(CsvReader& reader, const ColumnMap& columns, std::optional<CsvRecord> first);
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// The next line, valid until the next call; null at the end. Errc::bad_data for broken structure
  /// (csv.hpp).
  [[nodiscard]] Result<ReadLine*> next();
  /// Of the file, up to about this line.
  [[nodiscard]] std::int64_t bytes_read() const { return current_.bytes_read; }

 private:
  struct Piece {
    std::vector<ReadLine> lines{};  // the first `used` of them; the others keep their memory
    std::size_t used = 0;
    std::int64_t bytes_read = 0;
    std::optional<Error> error{};
    bool last = false;
  };
  void read_all(std::optional<CsvRecord> first);
  bool fill(Piece& piece, std::optional<CsvRecord>& first);

  CsvReader& reader_;
  const ColumnMap& columns_;
  Piece current_;
  std::size_t at_ = 0;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Piece> ready_;
  std::vector<Piece> spare_;
  bool stop_ = false;

  std::thread thread_;
};

}  // namespace tidings::subscriber
