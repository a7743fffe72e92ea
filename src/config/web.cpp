#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/url.hpp"
#include "config/sections.hpp"

namespace tidings::config {
namespace {

/// "127.0.0.1:8080", "[::1]:8080"; port 0 lets the kernel choose.
bool split_listen(const std::string& text, std::string& host, int& port) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto digits = std::string_view{text}.substr(colon + 1);
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return read.ec == std::errc{} && read.ptr == digits.data() + digits.size() && port >= 0 && port <= 65535;
}

/// true, false, or "latest".
Welcome read_welcome(TomlSection& section) {
  if (!section.is_text("welcome")) return section.boolean("welcome", false) ? Welcome::mail : Welcome::none;
  if (section.text("welcome", "") != "latest") {
    section.mistake("welcome", "welcome must be true, false or \"latest\"",
                    "\"latest\" sends the newest edition behind the welcome");
  }
  return Welcome::latest;
}

/// webhooks = ["ses", ...], each with the proof that a call comes from that relay.
void read_webhooks(TomlSection& section, WebConfig& web) {
  web.webhooks = section.texts("webhooks");
  web.ses_topics = section.texts("ses_topics");
  web.mailgun_key = read_secret(section, "mailgun_key");
  web.sendgrid_key = read_secret(section, "sendgrid_key");
  web.postmark_login = read_secret(section, "postmark_login");
  web.brevo_token = read_secret(section, "brevo_token");
  const auto need = [&](bool there, const std::string& relay, const std::string& hint) {
    if (!there) section.mistake("webhooks", "missing what proves that a call comes from " + relay, hint);
  };
  for (const auto& relay : web.webhooks) {
    if (relay == "ses") {
      need(!web.ses_topics.empty(), relay, "ses_topics = [\"arn:aws:sns:...\"]");
    } else if (relay == "mailgun") {
      need(web.mailgun_key.is_set(), relay, "mailgun_key_file, mailgun_key_env or mailgun_key_command");
    } else if (relay == "sendgrid") {
      need(web.sendgrid_key.is_set(), relay, "sendgrid_key_file, sendgrid_key_env or sendgrid_key_command");
    } else if (relay == "postmark") {
      need(web.postmark_login.is_set(), relay,
           "postmark_login_file, postmark_login_env or postmark_login_command: \"user:password\"");
    } else if (relay == "brevo") {
      need(web.brevo_token.is_set(), relay, "brevo_token_file, brevo_token_env or brevo_token_command");
    } else {
      section.mistake("webhooks", "unknown webhook provider \"" + relay + "\"",
                      "ses, mailgun, sendgrid, postmark or brevo");
    }
  }
}

/// "https://example.org", as browsers write them.
std::vector<std::string> read_origins(TomlSection& section, std::string_view key) {
  auto origins = section.texts(key);
  for (const auto& origin : origins) {
    const auto url = parse_url(origin);
    const bool is_good =
        url && is_web_url(origin) &&
        origin == fmt::format("{}://{}{}{}", url->scheme, url->host, url->port.empty() ? "" : ":", url->port);
    if (is_good) continue;
    section.mistake(key, fmt::format("\"{}\" is not the origin of a site", truncate_utf8(origin, 60)),
                    "like \"https://example.org\": scheme, host and port, without a slash behind");
  }
  return origins;
}

}  // namespace

WebConfig read_web(TomlDocument& document) {
  auto section = document.section("web");
  WebConfig web;
  const auto listen = section.text("listen", "127.0.0.1:8080");
  if (!split_listen(listen, web.host, web.port))
    section.mistake("listen", "\"" + listen + "\" is not an address and port",
                    "like 127.0.0.1:8080 or [::1]:8080");
  const auto metrics = section.text("metrics", "");
  if (!metrics.empty() && !split_listen(metrics, web.metrics_host, web.metrics_port)) {
    section.mistake("metrics", "\"" + metrics + "\" is not an address and port",
                    "for example 127.0.0.1:9100, for /metrics alone");
  } else if (!metrics.empty() && metrics == listen && web.port != 0) {
    section.mistake("metrics", "the pages already listen on this address",
                    "/metrics needs its own, such as 127.0.0.1:9100");
  }
  web.theme = section.text("theme", "default");
  web.archive = section.path("archive", "");
  web.trusted_proxies = section.texts("trusted_proxies");
  web.max_connections = section.integer("max_connections", 10'000, 16, 100'000);
  web.welcome = read_welcome(section);
  web.goodbye = section.boolean("goodbye", false);
  web.reconfirm_within = section.duration("reconfirm_within", std::chrono::days{30});
  if (web.reconfirm_within < std::chrono::days{1} || web.reconfirm_within > std::chrono::days{366})
    section.mistake("reconfirm_within", "reconfirm_within must be between 1d and 366d", {});
  read_webhooks(section, web);
  web.api_key = read_secret(section, "api_key");
  web.api_origins = read_origins(section, "api_origins");
  if (!web.api_origins.empty() && !web.api_key.is_set())
    section.mistake("api_origins", "api_origins needs a key", "api_key_file, api_key_env or api_key_command");
  web.embed_origins = read_origins(section, "embed_origins");
  web.blocked_domains = section.texts("blocked_domains");
  for (const auto& domain : web.blocked_domains) {
    if (!domain_to_ascii(domain))
      section.mistake("blocked_domains", fmt::format("\"{}\" is not a domain", truncate_utf8(domain, 60)),
                      "like example.com; it stands for the domains below it too");
  }
  web.blocked_domains_file = section.path("blocked_domains_file", "");
  section.finish();
  return web;
}

}  // namespace tidings::config
