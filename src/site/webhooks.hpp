// Calls of relays to /hooks/RELAY: verified, read, and counted like reports.
//
// Off by default. A call that does not prove its origin has no effect and gets 403. Statuses: 200 accepted,
// 400 not JSON of that relay, 403 not verified or signed too long ago, 404 not enabled, 413 too long (web/),
// 503 try again (certificate unavailable, or too many requested). Relays repeat a call without a 2xx answer;
// an event counts once. Belongs to one thread.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "bounce/webhook.hpp"
#include "config/context.hpp"
#include "web/rate_limit.hpp"
#include "web/web.hpp"

namespace tidings::site {

class Webhooks {
 public:
  explicit Webhooks(const config::Context& context) : context_(context) {}

  /// The HTTP status of the answer. Errors of the store, and of a secret that cannot be read.
  [[nodiscard]] Result<int> take(std::string_view relay, const web::Request& call);

 private:
  [[nodiscard]] Result<int> prove(bounce::Provider relay, const web::Request& call);
  [[nodiscard]] Result<int> prove_sns(const std::string& body);

  const config::Context context_;
  std::map<std::string, std::string> certificates_{};   ///< of SNS, by URL
  web::RateLimit fetches_{6, std::chrono::minutes{1}};  ///< of certificates
};

}  // namespace tidings::site
