// Connections of the simulated world: the program's end is a descriptor, the other end a Peer. Nothing of it
// is the kernel's.
//
// What a peer says arrives after a time that it chooses; the order of what it says is kept.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace year {

class Line;

/// The other end of a connection.
class Peer {
 public:
  virtual ~Peer() = default;
  virtual void connected(Line& line) = 0;
  virtual void received(Line& line, std::string_view bytes) = 0;
};

enum class Reach {
  open,
  refused,  ///< nobody listens
  lost,     ///< packets are dropped: only a timeout ends it
};

/// One connection as its peer sees it.
class Line {
 public:
  /// `heard` is called when the program has read the last octet of it.
  void say(std::string bytes, std::int64_t after_ms = 1, std::function<void()> heard = {});
  /// The peer closes when all that it said has arrived; `cut`: what the program writes from now on fails.
  void close(std::int64_t after_ms = 1);
  [[nodiscard]] bool closed() const { return closing_; }

 private:
  friend struct Socket;
  struct Part {
    std::int64_t due_ns = 0;
    std::string bytes;
    bool end = false;
    std::function<void()> heard;
  };
  std::deque<Part> parts_;
  std::int64_t last_due_ns_ = 0;
  bool closing_ = false;
};

struct Route {
  Reach reach = Reach::refused;
  std::unique_ptr<Peer> peer;
};

/// Who is at 127.0.0.1 and this port.
void set_routes(std::function<Route(int port)> routes);

/// True if the descriptor was one of ours.
bool close_socket(int fd);

}  // namespace year
