#include "returns/mailbox.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "bounce/mailbox.hpp"
#include "bounce/unmatched.hpp"
#include "config/secret.hpp"

namespace tidings::returns {
namespace {

Result<bounce::MailboxOptions> mailbox_options(const config::Config& config) {
  using Options = bounce::MailboxOptions;
  const auto& place = config.bounce;
  TIDINGS_LET(auto password, config::read_secret(place.password, "[bounce] password"));
  return Options{.url = place.mailbox,
                 .username = place.username,
                 .password = std::move(password),
                 .tls = place.mailbox_in_clear ? Options::Tls::off : Options::Tls::require,
                 .ca_file = place.ca_file.string(),
                 .folder = place.folder,
                 .done_folder = place.done_folder,
                 .removal = place.delete_mails ? Options::Removal::remove : Options::Removal::keep,
                 .unmatched = config.bounce.unmatched};
}

}  // namespace

Result<bounce::Unread> read_bounce_mailbox(const config::Config& config, const bounce::Take& take) {
  if (!config.bounce.maildir.empty()) return bounce::read_maildir(config.bounce.maildir, take);
  if (config.bounce.mailbox.empty()) return bounce::Unread{};
  TIDINGS_LET(const auto mailbox, mailbox_options(config));
  return bounce::read_mailbox(mailbox, take);
}

std::string trim_unmatched_folders(const config::Config& config, const std::filesystem::path& maildir) {
  using bounce::UnmatchedKind;
  const auto& limit = config.bounce.unmatched_limit;
  const auto& folder = config.bounce.unmatched;
  auto trimmed = bounce::trim_unmatched(folder, UnmatchedKind::files, limit);
  auto place = folder;
  if (!maildir.empty()) {
    const auto there = bounce::trim_unmatched(maildir / "unmatched" / "cur", UnmatchedKind::maildir, limit);
    if (there.files > 0) place = maildir / "unmatched";
    trimmed.files += there.files;
    trimmed.bytes += there.bytes;
  }
  if (trimmed.files == 0) return {};
  return fmt::format("{} is full: the oldest {} ({}) deleted; [bounce] unmatched_limit and unmatched_bytes",
                     place.string(), plural(trimmed.files, "mail"), format_size(trimmed.bytes));
}

int drop_unmatched_before(const config::Config& config, UtcTime before) {
  using bounce::UnmatchedKind;
  const auto& maildir = config.bounce.maildir;
  int dropped = bounce::drop_unmatched(config.bounce.unmatched, UnmatchedKind::files, before);
  if (!maildir.empty())
    dropped += bounce::drop_unmatched(maildir / "unmatched" / "cur", UnmatchedKind::maildir, before);
  return dropped;
}

}  // namespace tidings::returns
