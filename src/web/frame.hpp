// Finds the end of one HTTP/1.1 request in a stream of bytes (RFC 9112 sections 6 and 11.2), before anything
// is parsed. Pure.
//
// A request is handed on only when it is complete, so that a slow client never holds a thread. Anything that
// two readers could understand differently (smuggling) is refused: two different lengths, a length with a
// transfer coding, a bare CR or NUL in the head. Transfer codings are refused (411): forms have a length.
#pragma once

#include <cstddef>
#include <string_view>

namespace tidings::web {

struct FrameLimits {
  std::size_t head_bytes = 16 * 1024;
  std::size_t body_bytes = 64 * 1024;
};

struct Frame {
  enum class State { incomplete, complete, refused } state = State::incomplete;
  std::size_t head_bytes = 0;  ///< including the empty line; only if complete
  std::size_t body_bytes = 0;
  int status = 0;  ///< refused: the status to answer before closing
};

/// `from` is where the search for the end of the head starts: what was searched before, less three bytes.
[[nodiscard]] Frame next_frame(std::string_view bytes, std::size_t from, const FrameLimits& limits);

}  // namespace tidings::web
