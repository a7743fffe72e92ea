#include <string>
#include <string_view>

#include <fmt/format.h>

#include "config/secret.hpp"
#include "config/sections.hpp"

namespace tidings::config {
namespace {

/// libpq knows both names. A password in the URL would be one in config.toml.
void check_server(TomlSection& section, const std::string& url) {
  const auto scheme = url.find("://");
  const auto name = std::string_view{url}.substr(0, scheme);
  if (scheme == std::string::npos || (name != "postgresql" && name != "postgres")) {
    section.mistake("url", fmt::format("\"{}\" is not the URL of a PostgreSQL database", url),
                    "postgresql://USER@HOST/DATABASE, or leave it out for SQLite");
    return;
  }
  const auto rest = std::string_view{url}.substr(scheme + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?"));
  const auto user =
      authority.substr(0, authority.rfind('@') == std::string_view::npos ? 0 : authority.rfind('@'));
  if (user.find(':') != std::string_view::npos || rest.find("password=") != std::string_view::npos) {
    section.mistake("url", "config.toml must not contain a password",
                    "use password_file, password_env or password_command");
  }
}

}  // namespace

store::Place read_place(TomlSection& section, const SecretPlace& password) {
  store::Place place{section.path("path", "subscribers/tidings.db")};
  const auto url = section.text("url", "");
  const auto schema = section.text("schema", "tidings");
  if (url.empty()) {
    if (section.has("schema")) section.mistake("schema", "a SQLite file has no schema", "set url as well");
    if (password.is_set()) section.mistake("url", "a password is set, but no url");
    return place;
  }
  check_server(section, url);
  if (!store::is_schema_name(schema)) {
    section.mistake("schema", fmt::format("\"{}\" is not a plain name of a schema", schema),
                    "a-z, 0-9 and _, like \"harbour\"");
  }
  place.server = store::Server{.url = url, .schema = schema};
  if (password.is_set())
    place.server->password = [password] { return read_secret(password, "[store] password"); };
  return place;
}

}  // namespace tidings::config
