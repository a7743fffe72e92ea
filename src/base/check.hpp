// Checks for bugs. A condition that only our own mistake can break is checked in every build and ends the
// process with a message: a sender that continues in an impossible state could mail people twice.
#pragma once

namespace tidings {

/// Writes "bug: CONDITION at FILE:LINE" to standard error and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace tidings

#define TIDINGS_CHECK(condition)                       \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::tidings::check_failed(#condition, __FILE__, __LINE__))
