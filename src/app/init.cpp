#include "app/init.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/file.hpp"
#include "config/theme_files.hpp"
#include "store/database.hpp"

namespace tidings::app {
namespace {

constexpr std::string_view starter_config =
    R"(# tidings: what is collected, how it is sent, to whom. "tidings config show" prints every setting with its default.

[newsletter]
name = "My Newsletter"
from = "My Newsletter <news@example.org>"    # your domain; the relay must be allowed to send for it
# public_url = "https://news.example.org"    # where readers' unsubscribe pages are served; leave out without a web server
# postal_address = "1 Quay Street, Your Town" # yours, at the foot of each digest; the law wants it in many countries
timezone = "UTC"                             # an IANA name such as Europe/Athens
language = "en"

[store]
path = "subscribers/tidings.db"

[smtp]
url = "smtp://127.0.0.1:25"                  # or smtp://mail.example.org:587, smtps://mail.example.org:465
# username = "news@example.org"
# password_file = "smtp-password"            # chmod 600; or password_env, password_command

# "tidings source check https://blog.example.org" prints such a block for a blog.
# [[source]]
# name = "blog"
# url = "https://blog.example.org/feed"

[dkim]
signed_by_relay = true                       # most relays sign for you; else take this out and use the key that init made:
# selector = "news1"
# key_file = "dkim.pem"                      # "tidings dkim record" prints what to publish in the DNS

[[digest]]
name = "weekly"
schedule = "weekly monday 08:00"             # daily 07:30 | weekly monday,thursday 08:00 | monthly 1 08:00
)";

}  // namespace

Result<std::vector<std::filesystem::path>> init(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> made;
  const auto config = folder / "config.toml";
  std::error_code ignored;
  if (std::filesystem::exists(config, ignored)) {
    return fail(Errc::cannot_create, fmt::format("{} already exists", config.string()),
                "init never overwrites");
  }
  TIDINGS_TRY(config::copy_templates(folder));
  made.push_back(folder / "templates");
  const auto database = folder / "subscribers" / "tidings.db";
  TIDINGS_TRY(store::Database::open(database, store::Create::yes));
  made.push_back(database);
  const auto key = folder / "dkim.pem";
  if (!std::filesystem::exists(key, ignored)) {
    TIDINGS_TRY(write_secret_file(key, SigningKey::generate(SigningKey::Kind::rsa).private_pem()));
    made.push_back(key);
  }
  // Last: as long as it is missing, init can be run again.
  TIDINGS_TRY(write_file(config, starter_config));
  made.insert(made.begin(), config);
  return made;
}

}  // namespace tidings::app
