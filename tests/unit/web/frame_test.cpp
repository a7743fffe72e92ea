#include "web/frame.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace tidings::web;

TEST_CASE("frame: a request is whole with its last octet and not before") {
  const std::string request = "POST /u/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
  for (std::size_t size = 0; size < request.size(); ++size) {
    CHECK(next_frame(std::string_view{request}.substr(0, size), 0, {}).state == Frame::State::incomplete);
  }
  const auto frame = next_frame(request + "GET / HTTP/1.1\r\n", 0, {});
  CHECK(frame.state == Frame::State::complete);
  CHECK(frame.head_bytes + frame.body_bytes == request.size());
}

TEST_CASE("frame: what is too large or could be read in two ways is refused") {
  struct Case {
    std::string request;
    int status;
  };
  const std::string line = "POST / HTTP/1.1\r\n";
  const Case cases[] = {
      {line + "Content-Length: 1\r\nContent-Length: 2\r\n\r\na", 400},
      {line + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na", 411},
      {line + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411},
      {line + "Content-Length: +1\r\n\r\na", 400},
      {line + "Content-Length: 1 1\r\n\r\na", 400},
      {line + "Content-Length: 99999999999999999999\r\n\r\na", 400},
      {line + "Content-Length: 65537\r\n\r\n", 413},
      {line + "Content-Length : 1\r\n\r\na", 400},
      {line + "X: a\rb\r\n\r\n", 400},
      {line + "X: a\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {line + std::string("X: \0\r\n\r\n", 8), 400},
      {line + " folded: x\r\n\r\n", 400},
      {line + "nothing\r\n\r\n", 400},
      {line + "X: " + std::string(20'000, 'a'), 431},
      {line + "X: " + std::string(20'000, 'a') + "\r\n\r\n", 431},
  };
  for (const auto& each : cases) {
    CAPTURE(each.request.substr(0, 80));
    const auto frame = next_frame(each.request, 0, {});
    CHECK(frame.state == Frame::State::refused);
    CHECK(frame.status == each.status);
  }
}
