#include "digest/digest.hpp"

namespace tidings::digest {

std::string_view name_of(EditionState state) {
  switch (state) {
    case EditionState::draft: return "draft";
    case EditionState::sealed: return "sealed";
    case EditionState::sending: return "sending";
    case EditionState::sent: return "sent";
    case EditionState::skipped: return "skipped";
    case EditionState::cancelled: return "cancelled";
  }
  return "";
}

}  // namespace tidings::digest
