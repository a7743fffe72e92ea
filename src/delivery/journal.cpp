#include "delivery/journal.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/compress.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace tidings::delivery {
namespace {

constexpr std::string_view header = "tidings sending 2 ";
constexpr std::size_t sum_size = 9;  // with its blank

std::string boot_id() {
  const auto id = read_file("/proc/sys/kernel/random/boot_id", 4096);
  return id ? std::string{trim(*id)} : std::string{};
}

constexpr std::array<std::string_view, 2> twins{"", ".twin"};

std::filesystem::path segment_path(const std::filesystem::path& database, int number, std::string_view twin) {
  auto path = database;
  path += fmt::format(".sending.{}{}", number, twin);
  return path;
}

/// Segment numbers on disk, ascending; of a segment one file is enough.
std::vector<int> segments(const std::filesystem::path& database) {
  std::vector<int> numbers;
  const auto prefix = database.filename().string() + ".sending.";
  const auto folder = database.has_parent_path() ? database.parent_path() : std::filesystem::path{"."};
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{folder, error}) {
    auto name = entry.path().filename().string();
    if (!name.starts_with(prefix)) continue;
    if (name.ends_with(twins.back())) name.resize(name.size() - twins.back().size());
    int number = 0;
    const auto* const end = name.data() + name.size();
    const auto [stop, bad] = std::from_chars(name.data() + prefix.size(), end, number);
    if (bad == std::errc{} && stop == end) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

/// Takes the next word of a record.
std::string_view word(std::string_view& line) {
  const auto end = std::min(line.find(' '), line.size());
  const auto found = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return found;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [stop, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (bad != std::errc{} || stop != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

/// All of an answer but its text.
std::string_view summed_part(std::string_view record) {
  constexpr int words = 8;
  if (!record.starts_with('A')) return record;
  auto end = std::string_view::npos;
  for (int i = 0; i < words; ++i) {
    end = record.find(' ', end + 1);
    if (end == std::string_view::npos) return record;
  }
  return record.substr(0, end);
}

std::optional<JournalRecord> parse_record(std::string_view line) {
  const auto kind = word(line);
  const auto edition = number(word(line));
  const auto subscriber = number(word(line));
  const auto attempt = number(word(line));
  if ((kind != "L" && kind != "A") || !edition || !subscriber || !attempt) return std::nullopt;
  JournalRecord record{.key = {*edition, *subscriber, *attempt}, .outcome = {}, .relay = {}};
  if (kind == "L") return record;
  const auto stage = stage_of(word(line));
  const auto code = number(word(line));
  const auto status = word(line);
  record.relay = percent_decode(word(line));
  if (!stage || !code) return std::nullopt;
  if (*code == 0) {
    record.outcome = no_reply(*stage, line);
  } else {
    const auto text = status == "-" ? std::string{line} : fmt::format("{} {}", status, line);
    record.outcome = classify(*stage, static_cast<int>(*code), text);
  }
  return record;
}

/// "L 1 2 3": kind, edition, subscriber, attempt, after room for the record's sum.
void append_key(std::string& out, char kind, const AttemptKey& key) {
  out.append(sum_size, ' ');
  out += kind;
  for (const std::int64_t part : {key.edition, key.subscriber, key.attempt}) {
    out += ' ';
    append_number(out, part);
  }
}

tl::unexpected<Error> failure(std::string_view doing, const std::filesystem::path& path) {
  return fail(Errc::io,
              fmt::format("cannot {} sending journal {}: {}", doing, path.string(), std::strerror(errno)));
}

}  // namespace

AttemptKey key_of(const Claim& claim) {
  return {.edition = claim.edition.value, .subscriber = claim.subscriber.value, .attempt = claim.attempt};
}

Journal::Journal(Journal&& other) noexcept
    : database_(std::move(other.database_)),
      path_(std::move(other.path_)),
      number_(other.number_),
      fds_(std::exchange(other.fds_, {-1, -1})),
      buffer_(std::move(other.buffer_)),
      written_bytes_(other.written_bytes_),
      unanswered_(std::move(other.unanswered_)) {}

Journal::~Journal() { close(); }

void Journal::close() {
  for (auto& fd : fds_) {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
}

Result<Journal> Journal::create(const std::filesystem::path& database) {
  Journal journal{database};
  if (database.empty()) return journal;
  const auto there = segments(database);
  TIDINGS_TRY(journal.open_segment(there.empty() ? 1 : there.back() + 1));
  return journal;
}

Result<void> Journal::open_segment(int next) {
  std::array<int, 2> opened{-1, -1};
  for (std::size_t i = 0; i < twins.size(); ++i) {
    auto fd = open_ours(segment_path(database_, next, twins[i]), O_WRONLY | O_CREAT | O_EXCL | O_APPEND);
    if (!fd && opened.front() >= 0) ::close(opened.front());
    if (!fd) return tl::unexpected<Error>(std::move(fd).error());
    opened[i] = *fd;
  }
  close();
  fds_ = opened;
  path_ = segment_path(database_, next, twins.front());
  number_ = next;
  written_bytes_ = 0;
  buffer_.clear();
  buffer_.append(sum_size, ' ');
  buffer_ += header;
  buffer_ += boot_id();
  note(0);
  for (const auto& key : unanswered_) mark(key);
  return flush();
}

/// Ends the record that begins at `start` with room for its sum.
void Journal::note(std::size_t start) {
  constexpr std::string_view digits = "0123456789abcdef";
  auto sum = crc32_of(summed_part(std::string_view{buffer_}.substr(start + sum_size)));
  for (std::size_t i = sum_size - 1; i-- > 0; sum >>= 4U) buffer_[start + i] = digits[sum & 15U];
  buffer_ += '\n';
}

void Journal::mark(const AttemptKey& key) {
  const auto start = buffer_.size();
  append_key(buffer_, 'L', key);
  note(start);
}

void Journal::leaving(const AttemptKey& key) {
  if (!is_open()) return;
  unanswered_.insert(key);
  mark(key);
}

void Journal::answered(const AttemptKey& key, const Outcome& outcome, const std::string& relay) {
  if (!is_open()) return;
  unanswered_.erase(key);
  const auto start = buffer_.size();
  append_key(buffer_, 'A', key);
  buffer_ += ' ';
  buffer_ += name_of(outcome.stage);
  buffer_ += ' ';
  append_number(buffer_, outcome.code);
  const auto name = percent_encode(relay);  // a program may have a blank in its name
  for (const std::string_view field : {outcome.enhanced.empty() ? std::string_view{"-"} : outcome.enhanced,
                                       std::string_view{name}, std::string_view{outcome.text}}) {
    buffer_ += ' ';
    buffer_ += field;
  }
  note(start);
}

Result<void> Journal::flush() {
  for (const int fd : fds_) {
    for (std::size_t done = 0; done < buffer_.size();) {
      const auto wrote = ::write(fd, buffer_.data() + done, buffer_.size() - done);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote <= 0) return failure("write", path_);
      done += static_cast<std::size_t>(wrote);
    }
  }
  written_bytes_ += static_cast<std::int64_t>(buffer_.size());
  buffer_.clear();
  return {};
}

Result<std::vector<std::filesystem::path>> Journal::rotate() {
  TIDINGS_TRY(flush());
  std::vector<std::filesystem::path> old;
  for (const auto twin : twins) old.push_back(segment_path(database_, number_, twin));
  TIDINGS_TRY(open_segment(number_ + 1));
  return old;
}

namespace {

/// The records of one file, without their sums; damaged ones are left out.
struct SegmentFile {
  std::string text;
  std::vector<std::string_view> records;
  bool is_sound = false;  ///< there is a header, and no record is damaged

  explicit SegmentFile(std::string bytes) : text(std::move(bytes)) {
    std::string_view rest = text;
    is_sound = true;
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      const auto line = rest.substr(0, end);
      rest.remove_prefix(end + 1);
      const auto record = line.substr(std::min(sum_size, line.size()));
      if (line.substr(0, sum_size - 1) == fmt::format("{:08x}", crc32_of(summed_part(record)))) {
        records.push_back(record);
      } else {
        is_sound = false;
      }
    }
    is_sound = is_sound && !records.empty() && records.front().starts_with(header);
  }
};

}  // namespace

Result<JournalContents> read_journal(const std::filesystem::path& database) {
  JournalContents contents;
  if (database.empty()) return contents;
  std::map<AttemptKey, JournalRecord> records;
  const auto boot = std::string{header} + boot_id();
  const auto numbers = segments(database);
  contents.trustworthy = boot.size() > header.size() && !numbers.empty();
  for (const int segment : numbers) {
    bool is_whole = false;
    for (const auto twin : twins) {
      auto text = read_file(segment_path(database, segment, twin));
      if (!text && text.error().code != Errc::no_input) return tl::unexpected<Error>(std::move(text).error());
      const SegmentFile file{text ? *std::move(text) : std::string{}};
      is_whole = is_whole || (file.is_sound && file.records.front() == boot);
      for (const auto line : file.records) {
        auto record = parse_record(line);
        if (!record) continue;
        const auto key = record->key;
        // A mark in the other file, or copied into a later segment, must not hide an answer.
        if (record->outcome || !records.contains(key)) records.insert_or_assign(key, std::move(*record));
      }
    }
    contents.trustworthy = contents.trustworthy && is_whole;
  }
  for (auto& [key, record] : records) contents.records.push_back(std::move(record));
  return contents;
}

std::filesystem::path worker_journal(const std::filesystem::path& database, std::string_view name) {
  auto path = database;
  path += fmt::format(".worker-{}", name);
  return path;
}

std::vector<std::filesystem::path> all_journal_files(const std::filesystem::path& database) {
  auto files = journal_files(database);
  const auto prefix = worker_journal(database, "").filename().string();
  const auto folder = database.has_parent_path() ? database.parent_path() : std::filesystem::path{"."};
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{folder, error}) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(prefix) && name.find(".sending.", prefix.size()) != std::string::npos)
      files.push_back(entry.path());
  }
  return files;
}

std::vector<std::filesystem::path> journal_files(const std::filesystem::path& database) {
  std::vector<std::filesystem::path> files;
  for (const int segment : segments(database)) {
    for (const auto twin : twins) files.push_back(segment_path(database, segment, twin));
  }
  return files;
}

Result<void> remove_journal(const std::filesystem::path& database) {
  if (database.empty()) return {};
  for (const auto& path : journal_files(database)) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failure("delete", path);
  }
  return {};
}

}  // namespace tidings::delivery
