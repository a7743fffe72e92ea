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
#include "base/file.hpp"
#include "base/text.hpp"

namespace tidings::delivery {
namespace {

constexpr std::string_view header = "tidings sending 1 ";

std::string boot_id() {
  const auto id = read_file("/proc/sys/kernel/random/boot_id", 4096);
  return id ? std::string{trim(*id)} : std::string{};
}

std::filesystem::path segment_path(const std::filesystem::path& database, int number) {
  auto path = database;
  path += fmt::format(".sending.{}", number);
  return path;
}

/// Segment numbers on disk, ascending.
std::vector<int> segments(const std::filesystem::path& database) {
  std::vector<int> numbers;
  const auto prefix = database.filename().string() + ".sending.";
  const auto folder = database.has_parent_path() ? database.parent_path() : std::filesystem::path{"."};
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{folder, error}) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with(prefix)) continue;
    int number = 0;
    const auto* const end = name.data() + name.size();
    const auto [stop, bad] = std::from_chars(name.data() + prefix.size(), end, number);
    if (bad == std::errc{} && stop == end) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
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

std::optional<JournalRecord> parse_record(std::string_view line) {
  const auto kind = word(line);
  const auto edition = number(word(line)), subscriber = number(word(line)), attempt = number(word(line));
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

/// "L 1 2 3": kind, edition, subscriber, attempt.
void append_key(std::string& out, char kind, const AttemptKey& key) {
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
      fd_(std::exchange(other.fd_, -1)),
      buffer_(std::move(other.buffer_)),
      written_bytes_(other.written_bytes_),
      unanswered_(std::move(other.unanswered_)) {}

Journal::~Journal() {
  if (fd_ >= 0) ::close(fd_);
}

Result<Journal> Journal::create(const std::filesystem::path& database) {
  Journal journal{database};
  if (database.empty()) return journal;
  const auto there = segments(database);
  TIDINGS_TRY(journal.open_segment(there.empty() ? 1 : there.back() + 1));
  return journal;
}

Result<void> Journal::open_segment(int next) {
  const auto path = segment_path(database_, next);
  TIDINGS_LET(const int fd, open_ours(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND));
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
  path_ = path;
  number_ = next;
  written_bytes_ = 0;
  buffer_ = fmt::format("{}{}\n", header, boot_id());
  for (const auto& key : unanswered_) {
    append_key(buffer_, 'L', key);
    buffer_ += '\n';
  }
  return flush();
}

void Journal::leaving(const AttemptKey& key) {
  if (fd_ < 0) return;
  unanswered_.insert(key);
  append_key(buffer_, 'L', key);
  buffer_ += '\n';
}

void Journal::answered(const AttemptKey& key, const Outcome& outcome, const std::string& relay) {
  if (fd_ < 0) return;
  unanswered_.erase(key);
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
  buffer_ += '\n';
}

Result<void> Journal::flush() {
  std::size_t done = 0;
  while (done < buffer_.size()) {
    const auto wrote = ::write(fd_, buffer_.data() + done, buffer_.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return failure("write", path_);
    done += static_cast<std::size_t>(wrote);
  }
  written_bytes_ += static_cast<std::int64_t>(done);
  buffer_.clear();
  return {};
}

Result<std::filesystem::path> Journal::rotate() {
  TIDINGS_TRY(flush());
  auto old = path_;
  TIDINGS_TRY(open_segment(number_ + 1));
  return old;
}

Result<JournalContents> read_journal(const std::filesystem::path& database) {
  JournalContents contents;
  if (database.empty()) return contents;
  std::map<AttemptKey, JournalRecord> records;
  const auto boot = boot_id();
  bool same_boot = !boot.empty();
  int whole = 0;
  for (const int segment : segments(database)) {
    TIDINGS_LET(const auto text, read_file(segment_path(database, segment)));
    std::string_view rest = text;
    for (bool first = true;; first = false) {
      const auto end = rest.find('\n');
      if (end == std::string_view::npos) break;
      const auto line = rest.substr(0, end);
      rest.remove_prefix(end + 1);
      if (first) {
        same_boot = same_boot && line.starts_with(header) && line.substr(header.size()) == boot;
        ++whole;
      } else if (auto record = parse_record(line)) {
        const auto key = record->key;
        // A mark copied into a later segment must not hide an answer.
        if (record->outcome || !records.contains(key)) records.insert_or_assign(key, std::move(*record));
      }
    }
  }
  contents.trustworthy = same_boot && whole > 0;
  for (auto& [key, record] : records) contents.records.push_back(std::move(record));
  return contents;
}

std::vector<std::filesystem::path> journal_files(const std::filesystem::path& database) {
  std::vector<std::filesystem::path> files;
  for (const int segment : segments(database)) files.push_back(segment_path(database, segment));
  return files;
}

Result<void> remove_journal(const std::filesystem::path& database) {
  if (database.empty()) return {};
  for (const int segment : segments(database)) {
    const auto path = segment_path(database, segment);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failure("delete", path);
  }
  return {};
}

}  // namespace tidings::delivery
