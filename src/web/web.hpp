// Nouns of the web room: a request as a visitor sent it and the answer, whatever carried them (server.hpp,
// cgi.hpp).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tidings::web {

enum class Method { get, head, post, other };

/// Nothing in here is trusted. There is no host name on purpose: links are made from the configured
/// public_url only.
struct Request {
  Method method = Method::get;
  std::string path{};          ///< percent-decoded once, below public_url, begins with '/'
  std::string query{};         ///< raw, without '?'
  std::string content_type{};  ///< as sent
  std::string body{};
  std::string accept_language{};  ///< as sent
  std::string client{};  ///< address of the visitor (behind a trusted proxy: as the proxy says), may be empty
  std::vector<std::pair<std::string, std::string>>
      proof{};  ///< of calls to /hooks/: the header fields that sign them, names in lower case
};

/// Told once, from whatever thread, whether what was promised is on disk.
using Settled = std::function<void(bool well)>;

struct Response {
  int status = 200;
  std::string content_type = "text/html; charset=utf-8";
  std::string body{};
  std::vector<std::pair<std::string, std::string>>
      fields{};  ///< further header fields; values without control characters

  /// If set, the answer must not leave before this has called back; "no" turns it into a 503. Called once, by
  /// whoever carries the answer.
  std::function<void(Settled)> wait{};
};

}  // namespace tidings::web
