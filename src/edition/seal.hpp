// Seal: an edition's recipients, their segments, the text of each segment, and the planned deliveries.
//
// Everything is written in the caller's open transaction, so that an edition exists completely or not at all.
// Subscribers are streamed; memory grows with segments and posts, not with the list.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/id.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "digest/select.hpp"
#include "edition/inline_images.hpp"
#include "edition/render.hpp"

namespace tidings::edition {

/// How far an edition is.
struct Composing {
  std::string digest;
  std::string_view unit;  ///< "subscribers", then "segments"
  std::int64_t done = 0;
  std::int64_t all = 0;  ///< 0: unknown
};

/// An edition whose row and posts are already written.
struct ToSeal {
  EditionId edition;
  EditionFacts facts;
  const digest::Selection& selection;
  const FoundImages& images;  ///< the bodies refer to them by content id
  std::function<void(const Composing&)> on_progress{};
};

struct Sealed {
  int segments = 0;
  std::int64_t recipients = 0;
  std::string note;      ///< how the last shortened segment was shortened
  std::string pictures;  ///< those that stay links although they should be inline
};

/// Ends the pauses whose time has come, within the caller's transaction. A pause that is over needs it before
/// it gets mail; seal_segments() begins with it.
[[nodiscard]] Result<void> end_pauses(const config::Context& context);

/// Subscribers who changed to this digest get what they are owed (digest/carry_over), everybody else the
/// edition.
[[nodiscard]] Result<Sealed> seal_segments(const config::Context& context, Renderer& renderer,
                                           const ToSeal& what);

}  // namespace tidings::edition
