// An event as readers see it: when, in words of their language and in the newsletter's zone; where; what.
#pragma once

#include <string>

#include "base/zone.hpp"
#include "message/strings.hpp"
#include "message/view.hpp"
#include "source/source.hpp"

namespace tidings::edition {

/// "Monday 5 January, 19:00–21:00"; of whole days without an hour.
[[nodiscard]] std::string when_in_words(const source::Event& event, const message::Strings& words,
                                        const Zone& zone);

/// Its excerpt says when and where, for layouts that do not know events.
[[nodiscard]] message::PostView event_view(const source::Event& event, const message::Strings& words,
                                           const Zone& zone);

}  // namespace tidings::edition
