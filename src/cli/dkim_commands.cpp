// dkim keygen | record
#include <fmt/format.h>

#include "base/file.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "message/dkim.hpp"
#include "sending/signing.hpp"

namespace tidings::cli {
namespace {

struct KeygenOptions {
  std::string file = "dkim.pem";
  bool ed25519 = false;
};

Result<Exit> keygen(Session& /*session*/, const KeygenOptions& options) {
  const auto key = SigningKey::generate(options.ed25519 ? SigningKey::Kind::ed25519 : SigningKey::Kind::rsa);
  TIDINGS_TRY(write_secret_file(options.file, key.private_pem()));
  const auto* const prefix = options.ed25519 ? "ed25519_" : "";
  tell(
      {{"file", options.file}, {"algorithm", options.ed25519 ? "ed25519" : "rsa"}},
      fmt::format(
          "created {0} (readable only by you); in config.toml:\n[dkim]\n{1}selector = \"{2}\"\n{1}key_file = "
          "\"{0}\"\nthen \"tidings dkim record\" prints what to publish in the DNS\n",
          options.file, prefix, options.ed25519 ? "news1e" : "news1"));
  return Exit::done;
}

Result<Exit> record(Session& session, const NoOptions& /*options*/) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(const auto signers, sending::load_signers(*config));
  if (signers.empty())
    return fail(Errc::config, "[dkim] has no key_file",
                "set selector and key_file; \"tidings init\" or \"tidings dkim keygen\" creates a key");
  std::string out;
  for (const auto& signer : signers) {
    const auto txt = message::dkim_record(signer);
    out += form() == Form::json ? json_line({{"name", txt.name}, {"type", "TXT"}, {"text", txt.text}})
                                : txt.zone_line + "\n";
  }
  print(out);
  return Exit::done;
}

}  // namespace

void add_dkim_commands(Command app, Session& session) {
  const auto noun = add_noun(app, "dkim", "the key that signs mail");
  add_command<KeygenOptions>(
      noun, session, "keygen", "create a signing key",
      [](Command command, KeygenOptions& options) {
        command.add_option("FILE", options.file, "a file that does not exist yet").show_default();
        command.add_flag("--ed25519", options.ed25519, "Ed25519, in addition to an RSA key");
      },
      keygen);
  add_command<NoOptions>(noun, session, "record", "print the TXT record to publish", no_setup, record);
}

}  // namespace tidings::cli
