// Fetching: many sources at once over http(s) by libcurl, and files named in the configuration.
//
// Polite: sends validators, opens one connection per host at a time, accepts compressed responses, passes on
// Retry-After. Safe: follows only http and https, at most `max_redirects` times; the size limit applies after
// decompression; private, loopback and link-local addresses are refused by the address actually connected to,
// so that neither a redirect nor a name that changes its address reaches them, unless the request allows it.
// A file: URL is read only if it is the request itself, never after a redirect; size and modification time
// are its validator.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "base/version.hpp"

namespace tidings::source {

enum class Reach { public_only, anywhere };  ///< anywhere: also private and loopback addresses

/// What proves who we are. It is sent to the host of the request's own URL only, over no weaker a scheme,
/// wherever a redirect leads.
struct Login {
  std::string username{};  ///< Basic, with password
  std::string password{};
  std::string bearer{};  ///< Authorization: Bearer
  std::string header{};  ///< "X-Api-Key: 123"

  [[nodiscard]] bool is_set() const { return !username.empty() || !bearer.empty() || !header.empty(); }
};

struct FetchRequest {
  std::string url{};   ///< http(s)://... or file:/absolute/path
  std::string etag{};  ///< validators of the last good answer; empty: fetch unconditionally
  std::string last_modified{};
  Reach reach = Reach::public_only;
  std::optional<std::int64_t> max_bytes{};  ///< in place of FetchOptions::max_bytes
  /// Ends the transfer after so many, as if that were all: for the head of a large file (RFC 9110, 14.2).
  std::optional<std::int64_t> first_bytes{};
  Login login{};
  std::string proxy{};  ///< http://, https:// or socks5h://HOST:PORT; the proxy resolves names, so only
                        ///< addresses written in URLs are held against `reach`
};

struct FetchOptions {
  std::string user_agent = "tidings/" + std::string{version()};
  std::chrono::milliseconds timeout{20'000};    ///< for one complete response, including redirects
  std::int64_t max_bytes = 15LL * 1024 * 1024;  ///< after decompression
  int max_redirects = 5;
  int parallel = 16;  ///< transfers at once
  /// Requests that are not begun by then fail as not asked.
  std::optional<std::chrono::milliseconds> budget{};
};

struct Fetched {
  std::string bytes{};
  std::string etag{};
  std::string last_modified{};
  std::string content_type{};
  std::string final_url{};                ///< after redirects; the base of relative links
  std::optional<std::string> moved_to{};  ///< set if every redirect was permanent (301, 308)
  std::optional<std::chrono::seconds> max_age{};
};

/// 304, or a file with the same size and time.
struct NotModified {
  std::optional<std::string> moved_to{};
  std::optional<std::chrono::seconds> max_age{};
};

struct FetchFailure {
  std::string what{};  ///< one line naming the URL
  int status = 0;      ///< of HTTP; 0 if there was no response
  std::optional<std::chrono::seconds> retry_after{};
  bool limited = false;    ///< 429, or 503 with Retry-After: we are asked to wait; not the source's failure
  bool guarded = false;    ///< a check for people came instead: the host is not asked again in this call
  bool gone = false;       ///< 410
  bool not_asked = false;  ///< FetchOptions::budget was spent
};

/// Whether what is for the host of `own` may be told to `url`: the same host and port, or the same host by
/// https where `own` is http.
[[nodiscard]] bool is_same_host(const std::string& url, const std::string& own);

using FetchResult = std::variant<Fetched, NotModified, FetchFailure>;

/// One request; returns once it is answered or has failed.
[[nodiscard]] FetchResult fetch(const FetchRequest& request, const FetchOptions& options);

/// Called once for each request, with its index, as answers arrive; on the calling thread.
using FetchDone = std::function<void(std::size_t index, FetchResult result)>;

/// All requests, at most `parallel` at once and one per host. Returns after the last call of `done`.
void fetch_all(std::span<const FetchRequest> requests, const FetchOptions& options, const FetchDone& done);

}  // namespace tidings::source
