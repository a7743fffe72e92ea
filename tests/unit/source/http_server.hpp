// A small HTTP server on a port that the kernel chooses, for tests of fetching. It answers as badly as it is
// told.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tidings::test {

/// One request as it came in; the handler writes raw bytes. send() is false once the client has gone or the
/// server stops.
struct Connection {
  int socket = -1;
  const std::atomic<bool>* stopping = nullptr;
  std::string path;
  std::string head;

  bool send(std::string_view bytes) const;
  /// Status line, headers and body with its length.
  bool answer(int status, const std::vector<std::string>& headers, std::string_view body) const;
  /// Until the client goes or the server stops.
  void hang() const;
};

class HttpServer {
 public:
  using Handler = std::function<void(const Connection&)>;

  HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  void on(const std::string& path, Handler handler);
  [[nodiscard]] std::string url(const std::string& path) const;
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept_loop();
  void serve(int socket);

  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::map<std::string, Handler> handlers_;
  std::vector<std::thread> workers_;
  std::thread acceptor_;
};

}  // namespace tidings::test
