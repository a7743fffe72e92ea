#include "digest/digest.hpp"

#include <fmt/format.h>

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

std::string name_of(const Edition& edition) {
  return edition.number ? fmt::format("{}#{}", edition.digest, *edition.number)
                        : std::to_string(edition.id.value);
}

}  // namespace tidings::digest
