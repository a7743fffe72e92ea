// Context: what nearly every job of the higher rooms needs, passed down as one argument.
//
// Only references, so cheap to copy; it must not outlive what they refer to. A Database belongs to one
// thread, and so does a Context: each thread opens its own database and makes a Context with it. Threads
// share a SharedContext; its Random must be thread-safe (base/random.hpp), and nobody changes its
// configuration. A function that needs only one or two of these takes those.
#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "config/config.hpp"
#include "store/database.hpp"

namespace tidings::config {

struct Context {
  const Config& config;
  store::Database& database;
  const Clock& clock;
  Random& random;
};

/// A Context without a database, for jobs that open their own, one per thread.
struct SharedContext {
  const Config& config;
  const Clock& clock;
  Random& random;

  [[nodiscard]] Context on(store::Database& database) const {
    return {.config = config, .database = database, .clock = clock, .random = random};
  }
};

}  // namespace tidings::config
