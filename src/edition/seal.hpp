// Seal: the recipients of an edition, their segments, what each segment says, and the deliveries that are
// owed.
//
// Everything is written into the transaction that the caller has open and commits, so that an edition is
// there whole or not at all. Readers are streamed; memory grows with segments and posts, not with the list.
#pragma once

#include <cstdint>
#include <string>

#include "base/id.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "digest/select.hpp"
#include "edition/inline_images.hpp"
#include "edition/render.hpp"

namespace tidings::edition {

/// An edition whose row and posts are written.
struct ToSeal {
  EditionId edition;
  EditionFacts facts;
  const digest::Selection& selection;
  const FoundImages& images;  ///< in its bodies they stand by content id
};

struct Sealed {
  int segments = 0;
  std::int64_t recipients = 0;
  std::string note;      ///< what the last shortened segment had to lose
  std::string pictures;  ///< those that do not travel although they should
};

/// Readers who changed to this digest get what they are owed (digest/carry_over), everybody else the edition.
[[nodiscard]] Result<Sealed> seal_segments(const config::Context& context, Renderer& renderer,
                                           const ToSeal& what);

}  // namespace tidings::edition
