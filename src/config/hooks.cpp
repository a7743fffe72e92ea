#include <chrono>

#include <fmt/format.h>

#include "base/units.hpp"
#include "base/url.hpp"
#include "config/sections.hpp"

namespace tidings::config {
namespace {

std::string read_ping(TomlSection& section, std::string_view key) {
  auto url = section.text(key, "");
  if (!url.empty() && !is_web_url(url)) {
    section.mistake(key, fmt::format("\"{}\" is not a URL that can be asked for", url),
                    fmt::format("{} = \"https://HOST/PATH\"", key));
  }
  return url;
}

}  // namespace

HooksConfig read_hooks(TomlDocument& document) {
  using namespace std::chrono_literals;
  auto section = document.section("hooks");
  HooksConfig hooks;
  hooks.on_edition_sent = section.one_or_more("on_edition_sent");
  hooks.on_relay_paused = section.one_or_more("on_relay_paused");
  hooks.on_source_failing = section.one_or_more("on_source_failing");
  hooks.on_trouble = section.one_or_more("on_trouble");
  hooks.timeout = section.duration("timeout", hooks.timeout);
  if (hooks.timeout < 1s || hooks.timeout > 10min)
    section.mistake("timeout", fmt::format("{} is not between 1s and 10m", format_duration(hooks.timeout)));
  hooks.ping_success = read_ping(section, "ping_success");
  hooks.ping_failure = read_ping(section, "ping_failure");
  if (const auto to = section.text("mail_to", ""); !to.empty()) {
    hooks.mail_to = read_mailbox(section, "mail_to", to);
    check_ascii(section, "mail_to", hooks.mail_to->address);
  }
  section.finish();
  return hooks;
}

}  // namespace tidings::config
