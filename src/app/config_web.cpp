#include <charconv>

#include "app/config_sections.hpp"

namespace tidings::app {
namespace {

/// "127.0.0.1:8080", "[::1]:8080"; port 0 lets the kernel choose.
bool split_listen(const std::string& text, WebConfig& web) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  web.host = text.substr(0, colon);
  if (web.host.starts_with('[') && web.host.ends_with(']')) web.host = web.host.substr(1, web.host.size() - 2);
  const auto digits = std::string_view{text}.substr(colon + 1);
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), web.port);
  return read.ec == std::errc{} && read.ptr == digits.data() + digits.size() && web.port >= 0 && web.port <= 65535;
}

}  // namespace

WebConfig read_web(TomlDocument& document) {
  auto section = document.section("web");
  WebConfig web;
  const auto listen = section.text("listen", "127.0.0.1:8080");
  if (!split_listen(listen, web)) section.mistake("listen", "\"" + listen + "\" is no address and port", "like 127.0.0.1:8080 or [::1]:8080");
  web.theme = section.text("theme", "default");
  web.archive = section.path("archive", "");
  web.trusted_proxies = section.texts("trusted_proxies");
  web.max_connections = section.integer("max_connections", 10'000, 16, 100'000);
  web.welcome = section.boolean("welcome", false);
  web.goodbye = section.boolean("goodbye", false);
  section.finish();
  return web;
}

}  // namespace tidings::app
