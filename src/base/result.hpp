// Result<T> carries a value or an Error: the only way in which an expected failure is returned.
//
// Not errors: an SMTP 4yz/5yz (delivery::Outcome), a 304 (source::NotModified), a failing feed (source
// health). Bugs use TIDINGS_CHECK. Only main.cpp turns an Error into an exit status.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace tidings {

/// Kinds of failure, one per exit status of sysexits.h, named for what the caller can do about it.
enum class Errc {
  usage,          ///< 64: the command line is wrong
  bad_data,       ///< 65: the input was read but is invalid
  no_input,       ///< 66: a named file, source, edition or subscriber does not exist
  unavailable,    ///< 69: a relay or source did not answer properly
  bug,            ///< 70: a bug of ours
  cannot_create,  ///< 73: an output cannot be created
  io,             ///< 74: reading, writing or the database failed
  try_again,      ///< 75: locked, or some deliveries are deferred
  not_permitted,  ///< 77: refused for safety
  config,         ///< 78: config.toml or a template is wrong
};

/// One failure. `what` reads "what, about which thing, where"; `hint` says what to do and may be empty. Both
/// are single lines.
struct Error {
  Errc code = Errc::bug;
  std::string what;
  std::string hint;

  bool operator==(const Error&) const = default;

  /// "what (hint)", or just what.
  [[nodiscard]] std::string line() const { return hint.empty() ? what : what + " (" + hint + ")"; }
};

template <class T = void>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(Errc code, std::string what, std::string hint = {}) {
  return tl::unexpected<Error>(Error{.code = code, .what = std::move(what), .hint = std::move(hint)});
}

}  // namespace tidings

#define TIDINGS_JOIN_(a, b) a##b
#define TIDINGS_JOIN(a, b) TIDINGS_JOIN_(a, b)

/// Returns the error of `expr` from the enclosing function, or continues.
#define TIDINGS_TRY(expr)                                                        \
  do {                                                                           \
    if (auto try_result_ = (expr); !try_result_) {                               \
      return ::tl::unexpected<::tidings::Error>(std::move(try_result_).error()); \
    }                                                                            \
  } while (false)

/// TIDINGS_LET(auto page, fetch(url)); declares `page` from the value, or returns the error.
#define TIDINGS_LET(declaration, expr)                                                                 \
  auto TIDINGS_JOIN(let_result_, __LINE__) = (expr);                                                   \
  if (!TIDINGS_JOIN(let_result_, __LINE__)) {                                                          \
    return ::tl::unexpected<::tidings::Error>(std::move(TIDINGS_JOIN(let_result_, __LINE__)).error()); \
  }                                                                                                    \
  declaration = *std::move(TIDINGS_JOIN(let_result_, __LINE__))
