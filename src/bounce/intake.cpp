#include "bounce/intake.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.hpp"
#include "base/log.hpp"
#include "bounce/mime_reader.hpp"
#include "bounce/unmatched.hpp"

namespace tidings::bounce {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t max_piped_bytes = 1 << 30;

bool is_seen(const fs::path& file) {
  const auto name = file.filename().string();
  const auto info = name.rfind(":2,");
  return info != std::string::npos && name.find('S', info) != std::string::npos;
}

std::string seen_name(const fs::path& file) {
  const auto name = file.filename().string();
  return name.find(":2,") == std::string::npos ? name + ":2,S" : name + "S";
}

std::vector<fs::path> mails_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at{folder, error}, end; !error && at != end; at.increment(error)) {
    const bool hidden = at->path().filename().string().starts_with(".");
    if (!hidden && at->is_regular_file(error) && !is_seen(at->path())) files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Result<void> move_to(const fs::path& from, const fs::path& folder) {
  TIDINGS_TRY(make_folder(folder));
  std::error_code error;
  fs::rename(from, folder / seen_name(from), error);
  if (error)
    return fail(Errc::cannot_create,
                fmt::format("cannot move {} to {}: {}", from.string(), folder.string(), error.message()));
  return {};
}

}  // namespace

Result<std::string> read_mail_file(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  if (!in)
    return fail(Errc::no_input, fmt::format("cannot read {}: {}", file.string(), std::strerror(errno)));
  std::error_code error;
  const auto size = fs::file_size(file, error);
  std::string bytes(
      error ? max_mail_bytes : std::min<std::size_t>(static_cast<std::size_t>(size), max_mail_bytes), '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (in.bad())
    return fail(Errc::no_input, fmt::format("cannot read {}: {}", file.string(), std::strerror(errno)));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

Result<std::string> read_mail_of_pipe() {
  std::string bytes;
  std::array<char, 1 << 16> buffer{};
  std::int64_t total = 0;
  while (total < max_piped_bytes) {
    const auto count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(Errc::io, fmt::format("cannot read standard input: {}", std::strerror(errno)));
    if (count == 0) break;
    total += count;
    bytes.append(buffer.data(), std::min(static_cast<std::size_t>(count), max_mail_bytes - bytes.size()));
  }
  return bytes;
}

bool has_piped_mail(std::chrono::milliseconds patience) {
  struct stat status {};
  if (::fstat(STDIN_FILENO, &status) != 0) return false;
  if (S_ISREG(status.st_mode)) return true;
  if (!S_ISFIFO(status.st_mode) && !S_ISSOCK(status.st_mode)) return false;
  pollfd waited{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  return ::poll(&waited, 1, static_cast<int>(patience.count())) > 0 && (waited.revents & POLLIN) != 0;
}

Result<Unread> read_maildir(const fs::path& folder, const Take& take) {
  std::error_code error;
  if (!fs::is_directory(folder / "new", error))
    return fail(Errc::no_input,
                fmt::format("{} is not a Maildir: it has no folder \"new\"", folder.string()));
  Unread unread;
  for (const auto* const part : {"new", "cur"}) {
    for (const auto& file : mails_in(folder / part)) {
      auto bytes = read_mail_file(file);
      if (!bytes) {
        if (fs::exists(file, error)) unread.push_back(bytes.error());  // else somebody else took it
        continue;
      }
      TIDINGS_LET(const auto put, take({.name = file.string(), .bytes = *bytes}));
      if (put == Disposition::taken) TIDINGS_TRY(move_to(file, folder / "cur"));
      if (put == Disposition::unmatched) TIDINGS_TRY(move_to(file, folder / "unmatched" / "cur"));
    }
  }
  return unread;
}

Result<Unread> read_mbox(const fs::path& file, const fs::path& unmatched, const Take& take) {
  std::error_code unknown;
  if (fs::is_directory(file, unknown))
    return fail(Errc::no_input, fmt::format("cannot read {}: it is a folder", file.string()),
                "--maildir reads a Maildir");
  std::ifstream in{file, std::ios::binary};
  if (!in)
    return fail(Errc::no_input, fmt::format("cannot read {}: {}", file.string(), std::strerror(errno)));
  std::string mail;
  std::string line;
  bool blank = true;
  int number = 0;
  const auto finish = [&]() -> Result<void> {
    if (mail.empty()) return {};
    TIDINGS_LET(const auto put,
                take({.name = fmt::format("{}, mail {}", file.string(), ++number), .bytes = mail}));
    if (put == Disposition::unmatched) TIDINGS_TRY(put_unmatched(unmatched, mail));
    mail.clear();
    return {};
  };
  while (std::getline(in, line)) {
    if (blank && line.starts_with("From ")) {
      TIDINGS_TRY(finish());
    } else if (mail.size() < max_mail_bytes) {
      // mboxrd: one '>' was put before each "From " of the text
      const auto quoted = line.find_first_not_of('>');
      const bool escaped = quoted != std::string::npos && quoted > 0 &&
                           std::string_view{line}.substr(quoted).starts_with("From ");
      mail += (escaped ? line.substr(1) : line) + "\n";
    }
    blank = line.empty() || line == "\r";
  }
  TIDINGS_TRY(finish());
  if (in.bad()) return fail(Errc::io, fmt::format("cannot read all of {}", file.string()));
  return Unread{};
}

}  // namespace tidings::bounce
