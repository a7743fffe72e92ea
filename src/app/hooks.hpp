// Hooks: programs and addresses of [hooks] that are told what happens, while the work goes on.
//
// A program gets one JSON object on standard input, runs in the folder of config.toml without the variables
// that hold secrets, and is killed with its children after [hooks] timeout. Nothing waits for it but
// finish(). A hook that fails is told in one line and changes no result. One thread uses an object; each hook
// runs on a thread of its own.
#pragma once

#include <future>
#include <string>
#include <string_view>
#include <vector>

#include "app/trouble_table.hpp"
#include "base/clock.hpp"
#include "config/config.hpp"
#include "delivery/relay_health.hpp"
#include "sending/deliver.hpp"
#include "source/source.hpp"

namespace tidings::app {

class Hooks {
 public:
  Hooks(const config::Config& config, const Clock& clock) : config_(config), clock_(clock) {}

  void edition_sent(const sending::DeliveredEdition& delivered);
  void relay_paused(const delivery::RelayMemory& relay);
  void source_failing(const source::Source& source);
  void trouble(const Trouble& trouble);
  enum class Ping { success, failure };
  void ping(Ping which);

  /// Of hooks that have ended since the last call, a line each about those that failed. Waits for nothing.
  [[nodiscard]] std::vector<std::string> ended();
  /// The same of all, after they have ended: at most as long as the timeout.
  [[nodiscard]] std::vector<std::string> finish();

 private:
  /// What is wrong, or empty.
  using Running = std::future<std::string>;
  void start(std::string_view key, const std::vector<std::string>& command, std::string json);

  const config::Config& config_;
  const Clock& clock_;
  std::vector<Running> running_;
};

}  // namespace tidings::app
