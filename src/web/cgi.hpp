// CGI/1.1 (RFC 3875): the same routes for hosts where a web server starts a program per request.
#pragma once

#include <functional>
#include <istream>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "web/web.hpp"

namespace tidings::web {

/// An environment variable; nothing if it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;

/// Errc::usage if this is not a CGI call. A body over 64 KiB (1 MiB for webhooks) is not read: the request
/// then has a path that is 404.
[[nodiscard]] Result<Request> read_cgi(const Environment& environment, std::istream& in);

/// Status and header fields, then the body except for HEAD.
[[nodiscard]] std::string write_cgi(const Request& request, const Response& response);

}  // namespace tidings::web
