// Nouns of the web room: a visitor's request and the response, however carried (server.hpp, cgi.hpp).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tidings::web {

enum class Method { get, head, post, options, other };

/// Untrusted. It has no host name on purpose: links are made only from the configured public_url.
struct Request {
  Method method = Method::get;
  std::string path{};          ///< percent-decoded once, below public_url, begins with '/'
  std::string query{};         ///< raw, without '?'
  std::string content_type{};  ///< as sent
  std::string body{};
  std::string accept_language{};  ///< as sent
  std::string accept{};           ///< as sent
  std::string client{};  ///< the visitor's address (as given by a trusted proxy, if any); may be empty
  std::vector<std::pair<std::string, std::string>>
      proof{};  ///< of calls to /hooks/ and /api/: the header fields that sign them, names in lower case

  [[nodiscard]] bool reads() const { return method == Method::get || method == Method::head; }
};

/// Called once, from any thread, with whether the promised change is on disk.
using Settled = std::function<void(bool well)>;

struct Response {
  int status = 200;
  std::string content_type = "text/html; charset=utf-8";
  std::string body{};
  std::vector<std::pair<std::string, std::string>>
      fields{};  ///< further header fields; values without control characters

  /// If set, the response must wait until this has called back; "no" turns it into a 503. Called once, by the
  /// carrier of the response.
  std::function<void(Settled)> wait{};
};

}  // namespace tidings::web
