// The lines of an import, read and understood in a thread of their own while the caller stores those before
// them.
//
// Order is the file's. At most a few thousand lines are ahead. The reader and the columns belong to the
// thread until this object is gone; its destructor waits for the thread, which ends at the next line, or when
// a pipe that it reads from gives something.
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

/// One line of the file, and what it says; an error is the reason to reject it.
struct ReadLine {
  CsvRecord record{};
  Result<ImportLine> line{};
  std::optional<std::string> advice{};  ///< address_advice.hpp
};

/// The next record that is not blank: spreadsheets write emptied rows as delimiters alone (";;;;").
[[nodiscard]] Result<bool> next_filled(CsvReader& reader, CsvRecord& record);

class ReadAhead {
 public:
  /// `first` is a record that was read already, if there is one.
  ReadAhead(CsvReader& reader, const ColumnMap& columns, std::optional<CsvRecord> first);
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// The next line, the caller's until the next call; null at the end. Errc::bad_data for broken structure
  /// (csv.hpp).
  [[nodiscard]] Result<ReadLine*> next();
  /// Of the file, up to about this line.
  [[nodiscard]] std::int64_t bytes_read() const { return current_.bytes_read; }

 private:
  struct Piece {
    std::vector<ReadLine> lines{};  // the first `used` of them; those behind keep their memory
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

  std::mutex mutex_;  // over what follows
  std::condition_variable changed_;
  std::deque<Piece> ready_;
  std::vector<Piece> spare_;
  bool stop_ = false;

  std::thread thread_;
};

}  // namespace tidings::subscriber
