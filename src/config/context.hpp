// Context: what nearly every job of the rooms above needs, handed down as one argument.
//
// References only, so cheap to copy; it must not outlive what they refer to. A Database belongs to one
// thread, and so does a Context: each thread opens a database of its own and makes its Context of that. What
// threads share is a SharedContext; its Random must be thread-safe (base/random.hpp), and nobody changes its
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

/// A Context without a database: for what opens its own, one for each thread.
struct SharedContext {
  const Config& config;
  const Clock& clock;
  Random& random;

  [[nodiscard]] Context on(store::Database& database) const {
    return {.config = config, .database = database, .clock = clock, .random = random};
  }
};

}  // namespace tidings::config
