#include "sending/signing.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "delivery/relay.hpp"

namespace tidings::sending {
namespace {

struct ConfiguredKey {
  const std::string& selector;
  const std::filesystem::path& file;
  SigningKey::Kind kind;
};

Result<void> add_signer(std::vector<message::DkimSigner>& signers, const std::string& domain,
                        const ConfiguredKey& configured) {
  const auto& [selector, key_file, kind] = configured;
  if (key_file.empty()) return {};
  if (selector.empty()) {
    return fail(Errc::config, fmt::format("[dkim] has the key {} but no selector for it", key_file.string()),
                "for example selector = \"news1\"");
  }
  TIDINGS_LET(auto key, SigningKey::read(key_file));
  if (key.kind() != kind) {
    const bool wants_rsa = kind == SigningKey::Kind::rsa;
    return fail(Errc::config,
                fmt::format("[dkim] {} = {} is an {} key", wants_rsa ? "key_file" : "ed25519_key_file",
                            key_file.string(), wants_rsa ? "Ed25519" : "RSA"),
                wants_rsa
                    ? "it belongs to ed25519_key_file; many mail providers check RSA alone"
                    : "it belongs to key_file; \"tidings dkim keygen --ed25519\" makes one of this kind");
  }
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
  const auto check = [&](const std::string& place, const std::string& from_domain) -> Result<void> {
    if (message::is_aligned(domain, from_domain)) return {};
    return fail(
        Errc::config,
        fmt::format("[dkim] domain {} does not align with the From domain {}{}", domain, from_domain, place),
        "mailbox providers expect the same domain in both");
  };
  TIDINGS_TRY(check("", from));
  for (const auto& digest : config.digests) {
    if (dkim.key_file.empty() && dkim.ed25519_key_file.empty()) break;  // the relay knows what it may sign
    TIDINGS_TRY(check(fmt::format(" of digest {}", digest.name), digest.from.address.domain));
  }
  TIDINGS_TRY(add_signer(signers, domain, {dkim.selector, dkim.key_file, SigningKey::Kind::rsa}));
  TIDINGS_TRY(
      add_signer(signers, domain, {dkim.ed25519_selector, dkim.ed25519_key_file, SigningKey::Kind::ed25519}));
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
