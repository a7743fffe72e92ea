#include "app/hooks.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/read_source.hpp"
#include "digest/edition_table.hpp"
#include "source/feed_command.hpp"
#include "source/fetch.hpp"

namespace tidings::app {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

constexpr auto ping_timeout = 10s;

Json event(std::string_view name, const config::Config& config, const Clock& clock) {
  return {{"event", name}, {"at", format_rfc3339(clock.now())}, {"newsletter", config.newsletter.name}};
}

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

void Hooks::start(std::string_view key, const std::vector<std::string>& command, std::string json) {
  source::CommandOptions options;
  options.timeout = config_.hooks.timeout;
  options.folder = config_.folder;
  options.input = std::move(json);
  running_.push_back(
      std::async(std::launch::async, [key = std::string{key}, command, options]() -> std::string {
        const auto done = source::output_of_command(command, options);
        return done ? std::string{} : fmt::format("hook {}: {}", key, done.error().line());
      }));
}

void Hooks::edition_sent(const sending::DeliveredEdition& delivered) {
  const auto& command = config_.hooks.on_edition_sent;
  if (command.empty()) return;
  auto json = event("edition_sent", config_, clock_);
  const auto& counts = delivered.counts;
  json["digest"] = delivered.edition.digest;
  json["edition"] = digest::name_of(delivered.edition);
  json["title"] = delivered.edition.title;
  json["recipient_count"] = counts.recipients;
  json["sent_count"] = counts.sent + counts.bounced;
  json["failed_count"] = counts.failed;
  json["suppressed_count"] = counts.suppressed;
  json["in_doubt_count"] = counts.in_doubt;
  start("on_edition_sent", command, line_of(json));
}

void Hooks::relay_paused(const delivery::RelayMemory& relay) {
  const auto& command = config_.hooks.on_relay_paused;
  if (command.empty()) return;
  auto json = event("relay_paused", config_, clock_);
  json["relay"] = relay.name;
  json["until"] = relay.paused_until ? Json(format_rfc3339(*relay.paused_until)) : Json(nullptr);
  json["error"] = relay.last_error;
  start("on_relay_paused", command, line_of(json));
}

void Hooks::source_failing(const source::Source& source) {
  const auto& command = config_.hooks.on_source_failing;
  if (command.empty()) return;
  auto json = event("source_failing", config_, clock_);
  json["source"] = source.name;
  json["url"] = source.url;
  json["error"] = source.last_error;
  json["failure_count"] = source.error_streak;
  json["last_good"] = source.last_good ? Json(format_rfc3339(*source.last_good)) : Json(nullptr);
  start("on_source_failing", command, line_of(json));
}

void Hooks::trouble(const Trouble& trouble) {
  const auto& command = config_.hooks.on_trouble;
  if (command.empty()) return;
  auto json = event("trouble", config_, clock_);
  json["about"] = trouble.about;
  json["what"] = trouble.what;
  json["hint"] = trouble.hint;
  start("on_trouble", command, line_of(json));
}

void Hooks::ping(Ping which) {
  const auto& url = which == Ping::success ? config_.hooks.ping_success : config_.hooks.ping_failure;
  if (url.empty()) return;
  auto options = fetch_options(config_);
  options.timeout = ping_timeout;
  const source::FetchRequest request{.url = url, .reach = source::Reach::anywhere};
  running_.push_back(std::async(std::launch::async, [request, options]() -> std::string {
    const auto result = source::fetch(request, options);
    const auto* const failed = std::get_if<source::FetchFailure>(&result);
    return failed == nullptr ? std::string{} : "ping: " + failed->what;
  }));
}

std::vector<std::string> Hooks::ended() {
  std::vector<std::string> wrong;
  std::erase_if(running_, [&](Running& each) {
    if (each.wait_for(0s) != std::future_status::ready) return false;
    if (auto line = each.get(); !line.empty()) wrong.push_back(std::move(line));
    return true;
  });
  return wrong;
}

std::vector<std::string> Hooks::finish() {
  for (const auto& each : running_) each.wait();
  return ended();
}

}  // namespace tidings::app
