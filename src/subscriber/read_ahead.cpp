#include "subscriber/read_ahead.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "subscriber/address_advice.hpp"

namespace tidings::subscriber {
namespace {

constexpr std::size_t lines_of_a_piece = 500;
constexpr std::size_t most_pieces = 4;

}  // namespace

Result<bool> next_filled(CsvReader& reader, CsvRecord& record) {
  for (;;) {
    TIDINGS_LET(const bool any, reader.next(record));
    const bool is_blank =
        record.fields.size() > 1 &&
        std::ranges::all_of(record.fields, [](const auto& each) { return trim(each).empty(); });
    if (!any || !is_blank) return any;
  }
}

ReadAhead::ReadAhead(CsvReader& reader, const ColumnMap& columns, std::optional<CsvRecord> first)
    : reader_(reader),
      columns_(columns),
      thread_([this, line = std::move(first)]() mutable { read_all(std::move(line)); }) {}

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard lock{mutex_};
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Result<ReadLine*> ReadAhead::next() {
  while (at_ == current_.used) {
    if (current_.error) return tl::unexpected<Error>{*current_.error};
    if (current_.last) return nullptr;
    std::unique_lock lock{mutex_};
    spare_.push_back(std::move(current_));
    changed_.wait(lock, [this] { return !ready_.empty(); });
    current_ = std::move(ready_.front());
    ready_.pop_front();
    at_ = 0;
    changed_.notify_all();
  }
  return &current_.lines[at_++];
}

void ReadAhead::read_all(std::optional<CsvRecord> first) {
  for (bool more = true; more;) {
    Piece piece;
    {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [this] { return stop_ || ready_.size() < most_pieces; });
      if (stop_) return;
      if (!spare_.empty()) {
        piece = std::move(spare_.back());
        spare_.pop_back();
      }
    }
    more = fill(piece, first);
    {
      const std::lock_guard lock{mutex_};
      ready_.push_back(std::move(piece));
    }
    changed_.notify_all();
  }
}

/// False if it is the last one.
bool ReadAhead::fill(Piece& piece, std::optional<CsvRecord>& first) {
  piece.lines.resize(lines_of_a_piece);
  for (piece.used = 0; piece.used < lines_of_a_piece; ++piece.used) {
    auto& [record, line, advice] = piece.lines[piece.used];
    if (first) {
      record = *std::exchange(first, std::nullopt);
    } else {
      const auto any = next_filled(reader_, record);
      piece.last = !any || !*any;
      if (!any) piece.error = any.error();
      if (piece.last) break;
    }
    line = columns_.understand(record);
    advice = line && line->domain.empty() ? advice_on(line->address) : std::nullopt;
  }
  piece.bytes_read = reader_.bytes_read();
  return !piece.last;
}

}  // namespace tidings::subscriber
