// The events that an edition announces: of a digest now, or as an edition was sealed with them.
#pragma once

#include <cstddef>
#include <vector>

#include "base/result.hpp"
#include "config/context.hpp"
#include "digest/digest.hpp"
#include "digest/events.hpp"
#include "digest/segment.hpp"

namespace tidings::edition {

/// What an edition sealed now would announce, by start; empty if the digest has no section for it. The
/// sources, topics, include and exclude of the digest hold for events as for posts.
[[nodiscard]] Result<std::vector<digest::AnnouncedEvent>> coming_events(const config::Context& context,
                                                                        const config::DigestConfig& digest);

/// The same of a stored edition: a draft announces what is to come now, others what they were sealed with.
[[nodiscard]] Result<std::vector<digest::AnnouncedEvent>> events_of(const config::Context& context,
                                                                    const config::DigestConfig& digest,
                                                                    const digest::Edition& edition);

/// Whether events make an edition, and a mail, without posts: where the digest wants that, for the same ones
/// would come again and again.
[[nodiscard]] bool events_suffice(const config::DigestConfig& digest);

/// By which readers get some of them, and whether they are worth a mail without posts.
[[nodiscard]] digest::SegmentEvents segment_events(const config::DigestConfig& digest,
                                                   const std::vector<digest::AnnouncedEvent>& events);

/// The places of so many posts or events: 0, 1 ...
[[nodiscard]] std::vector<std::size_t> all_of(std::size_t count);

}  // namespace tidings::edition
