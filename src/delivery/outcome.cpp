#include "delivery/outcome.hpp"

namespace tidings::delivery {

std::string_view name_of(Stage stage) {
  switch (stage) {
    case Stage::connect: return "connect";
    case Stage::greeting: return "greeting";
    case Stage::ehlo: return "ehlo";
    case Stage::tls: return "tls";
    case Stage::auth: return "auth";
    case Stage::mail: return "mail";
    case Stage::rcpt: return "rcpt";
    case Stage::data: return "data";
    case Stage::body: return "body";
    case Stage::dot: return "dot";
  }
  return "";
}

std::string_view name_of(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::accepted: return "accepted";
    case OutcomeKind::temporary: return "temporary";
    case OutcomeKind::permanent: return "permanent";
    case OutcomeKind::unknown: return "unknown";
  }
  return "";
}

}  // namespace tidings::delivery
