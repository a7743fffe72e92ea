#include "sending/signing.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "delivery/relay.hpp"

namespace tidings::sending {
namespace {

Result<void> add_signer(std::vector<message::DkimSigner>& signers, const std::string& domain,
                        const std::string& selector, const std::filesystem::path& key_file) {
  if (key_file.empty()) return {};
  if (selector.empty()) {
    return fail(Errc::config, fmt::format("[dkim] has the key {} but no selector for it", key_file.string()),
                "for example selector = \"news1\"");
  }
  TIDINGS_LET(auto key, SigningKey::read(key_file));
  TIDINGS_LET(auto signer, message::make_dkim_signer(domain, selector, std::move(key)));
  signers.push_back(std::move(signer));
  return {};
}

}  // namespace

Result<std::vector<message::DkimSigner>> load_signers(const config::Config& config) {
  std::vector<message::DkimSigner> signers;
  const auto& dkim = config.dkim;
  const auto& from = config.newsletter.from.address.domain;
  const auto& domain = dkim.domain.empty() ? from : dkim.domain;
  if (!message::is_aligned(domain, from)) {
    return fail(Errc::config,
                fmt::format("[dkim] domain {} does not align with the From domain {}", domain, from),
                "mailbox providers expect the same domain in both");
  }
  TIDINGS_TRY(add_signer(signers, domain, dkim.selector, dkim.key_file));
  TIDINGS_TRY(add_signer(signers, domain, dkim.ed25519_selector, dkim.ed25519_key_file));
  return signers;
}

Result<void> check_signed(const config::Config& config) {
  const auto stays_here = [](const config::SmtpConfig& smtp) {
    delivery::RelayOptions relay;
    relay.url = smtp.url;
    return smtp.local_way == config::LocalWay::maildir || smtp.local_way == config::LocalWay::drop ||
           delivery::is_loopback(relay);
  };
  const bool is_signed = !config.dkim.key_file.empty() || config.dkim.signed_by_relay;
  if (is_signed || (stays_here(config.smtp) && std::ranges::all_of(config.more_relays, stays_here)))
    return {};
  return fail(Errc::config,
              fmt::format("{}: this mail would be unsigned: [dkim] has no key_file", config.file.string()),
              "set signed_by_relay = true if your relay signs, else run \"tidings dkim keygen\"");
}

}  // namespace tidings::sending
