#include "config/sections.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/url.hpp"

namespace tidings::config {
namespace {

struct LocalScheme {
  std::string_view prefix;
  LocalWay way;
};
constexpr std::array<LocalScheme, 3> local_schemes{
    {{"sendmail:", LocalWay::sendmail}, {"maildir:", LocalWay::maildir}, {"drop:", LocalWay::drop}}};

/// Those that libcurl knows.
const std::array<std::string, 11> auth_mechanisms{"PLAIN",    "LOGIN",       "XOAUTH2",       "OAUTHBEARER",
                                                  "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "DIGEST-MD5",
                                                  "NTLM",     "GSSAPI",      "EXTERNAL"};

/// True for a url that names a program or a folder of this host.
bool read_local_way(TomlSection& section, const std::filesystem::path& folder, SmtpConfig& smtp) {
  for (const auto& [prefix, way] : local_schemes) {
    if (!smtp.url.starts_with(prefix)) continue;
    smtp.local_way = way;
    const auto path = smtp.url.substr(prefix.size());
    if (path.empty())
      section.mistake("url", fmt::format("{} needs a path", prefix),
                      way == LocalWay::sendmail ? "sendmail:/usr/sbin/sendmail" : "maildir:outbox");
    smtp.local_path = (folder / path).lexically_normal();
    return true;
  }
  return false;
}

void check_url(TomlSection& section, const SmtpConfig& smtp, const std::optional<Url>& url) {
  const bool known = url && (url->scheme == "smtp" || url->scheme == "smtps" || url->scheme == "lmtp");
  if (!known || (url->path != "/" && !url->path.empty())) {
    section.mistake("url", fmt::format("\"{}\" is not the URL of a relay", smtp.url),
                    "smtp://HOST:587, smtps://HOST:465 or lmtp://HOST:24");
  } else if (smtp.url.find('@') != std::string::npos) {
    section.mistake("url", "the relay's URL must not contain a user name or password",
                    "use username and password_file");
  }
}

void read_login(TomlDocument& document, TomlSection& section, SmtpConfig& smtp) {
  smtp.username = section.text("username", "");
  smtp.password = read_secret(section, "password");
  if (section.has("password")) {
    section.mistake("password", "config.toml must not contain a password",
                    "use password_file, password_env or password_command");
    static_cast<void>(section.text("password", ""));
    document.settings().pop_back();
  }
  if (smtp.username.empty() && smtp.password.is_set())
    section.mistake("username", "a password is set, but no username");
  if (!smtp.username.empty() && !smtp.password.is_set()) {
    section.mistake("username", "a username is set, but no password",
                    "use password_file, password_env or password_command");
  }
  smtp.auth = section.filled_text("auth", "PLAIN");
  if (std::ranges::find(auth_mechanisms, smtp.auth) == auth_mechanisms.end()) {
    section.mistake("auth", fmt::format("auth cannot be \"{}\"", smtp.auth),
                    "one of: " + join(auth_mechanisms, ", "));
  }
}

void read_limits(TomlSection& section, SmtpConfig& smtp, bool is_loopback) {
  smtp.connections = section.integer("connections", 4, 1, 500);
  smtp.rate_per_second = section.number("rate", is_loopback ? 0 : 10, 0, 1e6);
  smtp.per_hour = section.integer("per_hour", 0, 0, 1'000'000'000);
  smtp.messages_per_connection = section.integer("messages_per_connection", 100, 1, 1'000'000);
  smtp.window = section.integer("window", 4, 1, 64);
  smtp.weight = section.integer("weight", 1, 0, 1000);
  smtp.patience = section.duration("patience", std::chrono::milliseconds{0});
  static const std::array<Choice<delivery::Dialect>, 3> dialects{{{"lock-step", delivery::Dialect::lock_step},
                                                                  {"pipelined", delivery::Dialect::pipelined},
                                                                  {"chunking", delivery::Dialect::chunking}}};
  smtp.dialect = section.choice("dialect", dialects, 2);
}

SmtpConfig read_relay(TomlDocument& document, TomlSection& section, const NewsletterConfig& newsletter,
                      std::string url_text) {
  SmtpConfig smtp;
  smtp.url = std::move(url_text);
  const bool is_local = read_local_way(section, document.file().parent_path(), smtp);
  const auto url = parse_url(smtp.url);
  if (!is_local) check_url(section, smtp, url);
  delivery::RelayOptions relay;
  relay.url = smtp.url;
  const bool is_loopback = is_local || delivery::is_loopback(relay);
  read_login(document, section, smtp);
  static const std::array<std::string, 2> modes{"require", "off"};
  smtp.tls = section.one_of("tls", modes, is_loopback || relay.is_lmtp() ? 1 : 0) == 0
                 ? delivery::Tls::require
                 : delivery::Tls::off;
  if (smtp.tls == delivery::Tls::off && !smtp.username.empty() && !is_loopback) {
    section.mistake("tls", "tls = \"off\" would send the password unencrypted", "use tls = \"require\"");
  }
  if (relay.is_lmtp() && (smtp.tls != delivery::Tls::off || !smtp.username.empty())) {
    section.mistake("url", "lmtp:// has neither encryption nor login",
                    "tls = \"off\" and no username, or smtp://");
  }
  smtp.ca_file = section.path("ca_file", "");
  read_limits(section, smtp, is_loopback);
  smtp.name = section.filled_text("name", is_local || !url ? "" : relay.name());
  const bool one_word = std::none_of(smtp.name.begin(), smtp.name.end(),
                                     [](char c) { return static_cast<unsigned char>(c) <= 0x20; });
  if (!one_word || smtp.name.size() > 100)
    section.mistake("name", fmt::format("\"{}\" is not a valid relay name", smtp.name),
                    "use one word, such as \"backup\"");
  smtp.hello_name = section.filled_text("hello_name", newsletter.from.address.domain);
  if (section.has("hello_name") && !domain_to_ascii(smtp.hello_name)) {
    section.mistake("hello_name", fmt::format("\"{}\" is not a host name", smtp.hello_name));
  }
  smtp.timeouts.connect = section.duration("connect_timeout", smtp.timeouts.connect);
  smtp.timeouts.command = section.duration("command_timeout", smtp.timeouts.command);
  smtp.timeouts.data = section.duration("data_timeout", smtp.timeouts.data);
  smtp.timeouts.block = section.duration("block_timeout", smtp.timeouts.block);
  smtp.timeouts.final_dot = section.duration("final_dot_timeout", smtp.timeouts.final_dot);
  section.finish();
  return smtp;
}

}  // namespace

SmtpConfig read_smtp(TomlDocument& document, const NewsletterConfig& newsletter) {
  auto section = document.section("smtp");
  auto url = section.text("url", "smtp://127.0.0.1:25");
  return read_relay(document, section, newsletter, std::move(url));
}

std::vector<SmtpConfig> read_relays(TomlDocument& document, const NewsletterConfig& newsletter,
                                    const SmtpConfig& first) {
  std::vector<SmtpConfig> relays;
  for (auto& section : document.sections("relay")) {
    auto url = section.required_text("url", "smtp://backup.example.org:587");
    relays.push_back(read_relay(document, section, newsletter, std::move(url)));
    if (relays.back().local_way != LocalWay::none || first.local_way != LocalWay::none) {
      section.mistake("url", "several relays must all be smtp://, smtps:// or lmtp://");
    }
    // One host may be there twice, with two logins; a name may not.
    const auto same = [&](const SmtpConfig& other) { return other.name == relays.back().name; };
    if (!section.has("name")) continue;
    if (same(first) || std::any_of(relays.begin(), std::prev(relays.end()), same)) {
      section.mistake("name", fmt::format("there are two relays named \"{}\"", relays.back().name));
    }
  }
  return relays;
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

}  // namespace tidings::config
