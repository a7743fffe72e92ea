#include "bounce/intake.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "bounce/mime_reader.hpp"

namespace tidings::bounce {
namespace {

namespace fs = std::filesystem;

Result<std::string> read_head(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in)
    return fail(Errc::no_input,
                fmt::format("the mail {} cannot be read ({})", path.string(), std::strerror(errno)));
  std::string bytes;
  std::error_code error;
  const auto size = fs::file_size(path, error);
  bytes.resize(error ? max_mail_bytes : std::min<std::size_t>(static_cast<std::size_t>(size), max_mail_bytes));
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

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

Result<void> read_maildir(const fs::path& folder, const Take& take) {
  std::error_code error;
  if (!fs::is_directory(folder / "new", error))
    return fail(Errc::no_input, fmt::format("{} is no Maildir: it has no folder new", folder.string()));
  for (const auto* const part : {"new", "cur"}) {
    for (const auto& file : mails_in(folder / part)) {
      auto bytes = read_head(file);
      if (!bytes) {
        std::error_code gone;
        if (fs::exists(file, gone)) log::warning(fmt::format("{} and stays where it is", bytes.error().what));
        continue;  // else somebody took it
      }
      TIDINGS_LET(const auto put, take(*bytes));
      if (put == PutAway::taken) TIDINGS_TRY(move_to(file, folder / "cur"));
      if (put == PutAway::unmatched) TIDINGS_TRY(move_to(file, folder / "unmatched" / "cur"));
    }
  }
  return {};
}

Result<void> read_mbox(const fs::path& file, const fs::path& unmatched, const Take& take) {
  std::ifstream in{file, std::ios::binary};
  if (!in) return fail(Errc::no_input, fmt::format("cannot read {}", file.string()));
  std::string mail;
  std::string line;
  bool blank = true;
  const auto finish = [&]() -> Result<void> {
    if (mail.empty()) return {};
    TIDINGS_LET(const auto put, take(mail));
    if (put == PutAway::unmatched) TIDINGS_TRY(put_unmatched(unmatched, mail));
    mail.clear();
    return {};
  };
  while (std::getline(in, line)) {
    if (blank && line.starts_with("From ")) {
      TIDINGS_TRY(finish());
    } else if (mail.size() < max_mail_bytes) {
      // mboxrd: one '>' was put before each "From " of the text
      const auto quoted = line.find_first_not_of('>');
      const bool escaped =
          quoted != std::string::npos && quoted > 0 && std::string_view{line}.substr(quoted).starts_with("From ");
      mail += (escaped ? line.substr(1) : line) + "\n";
    }
    blank = line.empty() || line == "\r";
  }
  return finish();
}

Result<void> put_unmatched(const fs::path& folder, std::string_view bytes) {
  TIDINGS_TRY(make_folder(folder));
  return write_file(folder / (hex_encode(sha256(bytes)).substr(0, 32) + ".eml"), bytes);
}

}  // namespace tidings::bounce
