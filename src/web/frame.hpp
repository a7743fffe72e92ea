// Where one HTTP/1.1 request ends in a stream of bytes (RFC 9112 sections 6 and 11.2), before anything is
// parsed. Pure.
//
// A request is handed on only when all of it has arrived, so that a slow client never holds a thread.
// Whatever two readers could understand in two ways (smuggling) is refused: two different lengths, a length
// beside a transfer coding, a bare CR or NUL in the head. Transfer codings are not taken (411): forms have a
// length.
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
  std::size_t head_bytes = 0;  ///< with the empty line; complete only
  std::size_t body_bytes = 0;
  int status = 0;  ///< refused: what to answer before closing
};

/// `from` is where the search for the end of the head may begin: what was looked at before, less three bytes.
[[nodiscard]] Frame next_frame(std::string_view bytes, std::size_t from, const FrameLimits& limits);

}  // namespace tidings::web
