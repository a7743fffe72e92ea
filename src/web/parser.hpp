// From one complete HTTP/1.1 request to one complete response, as bytes, with cpp-httplib in between.
// Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "web/server.hpp"

namespace tidings::web {

struct Reply {
  std::string bytes;
  bool closes = false;                  ///< the connection must not be reused
  std::function<void(Settled)> wait{};  ///< as Response::wait
};

class Parser {
 public:
  explicit Parser(const std::vector<std::string>& trusted_proxies);
  ~Parser();
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  /// `head_bytes` of `request` are its head, the rest its body (frame.hpp).
  [[nodiscard]] Reply answer(std::string_view request, std::size_t head_bytes, const std::string& peer,
                             bool last, const Answer& answer) const;

 private:
  struct Http;
  std::unique_ptr<Http> http_;
};

}  // namespace tidings::web
