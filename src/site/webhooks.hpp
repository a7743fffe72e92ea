// Calls of relays to /hooks/RELAY: proved, read, and counted as reports are.
//
// Off by default. What does not prove that it comes from the relay changes nothing and is answered with 403.
// Answers: 200 taken, 400 no JSON of that relay, 403 not proved or signed too long ago, 404 not switched on,
// 413 too long (web/), 503 try again (certificate out of reach, or too many asked for). Relays send again
// what is not answered with 2xx; an event counts once. Belongs to one thread.
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

  /// The HTTP status to answer with. Errors of the store, and of a secret that cannot be read.
  [[nodiscard]] Result<int> take(std::string_view relay, const web::Request& call);

 private:
  [[nodiscard]] Result<int> prove(bounce::Provider relay, const web::Request& call);
  [[nodiscard]] Result<int> prove_sns(const std::string& body);

  const config::Context context_;
  std::map<std::string, std::string> certificates_{};   ///< of SNS, by URL
  web::RateLimit fetches_{6, std::chrono::minutes{1}};  ///< of certificates
};

}  // namespace tidings::site
