#include "app/bounce_mailbox.hpp"

#include "app/secret.hpp"
#include "bounce/mailbox.hpp"

namespace tidings::app {
namespace {

Result<bounce::MailboxOptions> mailbox_options(const Config& config) {
  using Options = bounce::MailboxOptions;
  const auto& place = config.bounce;
  TIDINGS_LET(auto password, read_secret(place.password, "[bounce] password"));
  return Options{.url = place.mailbox,
                 .username = place.username,
                 .password = std::move(password),
                 .tls = place.mailbox_in_clear ? Options::Tls::off : Options::Tls::require,
                 .ca_file = place.ca_file.string(),
                 .folder = place.folder,
                 .done_folder = place.done_folder,
                 .removal = place.delete_mails ? Options::Removal::remove : Options::Removal::keep,
                 .unmatched = unmatched_folder(config)};
}

}  // namespace

std::filesystem::path unmatched_folder(const Config& config) {
  return config.bounce.unmatched.empty() ? config.store_path.parent_path() / "unmatched" : config.bounce.unmatched;
}

Result<void> read_bounce_mailbox(const Config& config, const bounce::Take& take) {
  if (!config.bounce.maildir.empty()) return bounce::read_maildir(config.bounce.maildir, take);
  if (config.bounce.mailbox.empty()) return {};
  TIDINGS_LET(const auto mailbox, mailbox_options(config));
  return bounce::read_mailbox(mailbox, take);
}

}  // namespace tidings::app
