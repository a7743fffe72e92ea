// Follow: a worker that waits for editions and sends them, until it is stopped.
//
// On a server any number of workers share an edition by blocks (delivery/block_table.hpp). Each has a name on
// its host, which a lock of a file guards: whoever has the name finds the journal of whoever had it before.
// In a file there is one worker, which holds the sender's lock while it sends.
#pragma once

#include <functional>
#include <string>

#include "base/result.hpp"
#include "config/context.hpp"
#include "delivery/transport.hpp"
#include "sending/deliver.hpp"

namespace tidings::sending {

struct FollowOptions {
  std::string name;        ///< of the worker; empty: the first free number
  DeliverOptions deliver;  ///< its worker is set here
  std::function<void(const std::string& name)> on_start;
  /// After each pass in which something was sent, settled or finished, and after trouble.
  std::function<void(const DeliverReport&)> on_pass;
  std::function<void(const Error&)> on_error;  ///< of the store, which is asked again later
};

/// Returns when `stop` is set, within seconds. Errc::usage for an invalid name; Errc::try_again if
/// another process has it.
[[nodiscard]] Result<void> follow(const config::Context& context, FollowOptions options,
                                  const delivery::StopFlag& stop);

}  // namespace tidings::sending
