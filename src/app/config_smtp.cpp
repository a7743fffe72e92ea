#include "app/config_sections.hpp"

#include <array>

#include <fmt/format.h>

#include "base/url.hpp"

namespace tidings::app {
SmtpConfig read_smtp(TomlDocument& document) {
  auto section = document.section("smtp");
  SmtpConfig smtp;
  smtp.url = section.text("url", "smtp://127.0.0.1:25");
  const auto url = parse_url(smtp.url);
  if (!url || (url->scheme != "smtp" && url->scheme != "smtps") || (url->path != "/" && !url->path.empty())) {
    section.mistake("url", fmt::format("\"{}\" is not the URL of a relay", smtp.url), "smtp://HOST:587 or smtps://HOST:465");
  } else if (smtp.url.find('@') != std::string::npos) {
    section.mistake("url", "the relay's URL must not hold a user name or password", "use username and password_file");
  }
  const bool is_loopback = url && is_loopback_host(url->host);
  smtp.username = section.text("username", "");
  smtp.password = read_secret(section, "password");
  if (section.has("password")) {
    section.mistake("password", "a password must not stand in config.toml", "use password_file, password_env or password_command");
    static_cast<void>(section.text("password", ""));
    document.settings().pop_back();
  }
  if (smtp.username.empty() && smtp.password.is_set()) section.mistake("username", "a password is set, but no username");
  if (!smtp.username.empty() && !smtp.password.is_set()) {
    section.mistake("username", "a username is set, but no password", "use password_file, password_env or password_command");
  }
  static const std::array<std::string, 2> modes{"require", "off"};
  smtp.tls = section.one_of("tls", modes, is_loopback ? 1 : 0) == 0 ? delivery::Tls::require : delivery::Tls::off;
  if (smtp.tls == delivery::Tls::off && !smtp.username.empty() && !is_loopback) {
    section.mistake("tls", "with tls = \"off\" the password would cross the network in clear", "use tls = \"require\"");
  }
  smtp.ca_file = section.path("ca_file", "");
  smtp.connections = section.integer("connections", 4, 1, 500);
  smtp.rate_per_second = section.number("rate", is_loopback ? 0 : 10, 0, 1e6);
  smtp.messages_per_connection = section.integer("messages_per_connection", 100, 1, 1'000'000);
  smtp.window = section.integer("window", 4, 1, 64);
  static const std::array<std::string, 3> dialects{"lock-step", "pipelined", "chunking"};
  smtp.dialect = static_cast<delivery::Dialect>(section.one_of("dialect", dialects, 2));
  smtp.hello_name = section.text("hello_name", "");
  if (!smtp.hello_name.empty() && !domain_to_ascii(smtp.hello_name)) {
    section.mistake("hello_name", fmt::format("\"{}\" is not a host name", smtp.hello_name));
  }
  smtp.auth = section.text("auth", "");
  smtp.timeouts.connect = section.duration("connect_timeout", smtp.timeouts.connect);
  smtp.timeouts.command = section.duration("command_timeout", smtp.timeouts.command);
  smtp.timeouts.data = section.duration("data_timeout", smtp.timeouts.data);
  smtp.timeouts.block = section.duration("block_timeout", smtp.timeouts.block);
  smtp.timeouts.final_dot = section.duration("final_dot_timeout", smtp.timeouts.final_dot);
  section.finish();
  return smtp;
}

DkimConfig read_dkim(TomlDocument& document) {
  auto section = document.section("dkim");
  DkimConfig dkim{.domain = section.text("domain", ""),
                  .selector = section.text("selector", ""),
                  .key_file = section.path("key_file", ""),
                  .ed25519_selector = section.text("ed25519_selector", ""),
                  .ed25519_key_file = section.path("ed25519_key_file", ""),
                  .signed_by_relay = section.boolean("signed_by_relay", false)};
  section.finish();
  return dkim;
}

}  // namespace tidings::app
