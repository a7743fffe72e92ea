// JSON objects that several commands print: one name a field everywhere (docs/json.md).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/zone.hpp"
#include "cli/output.hpp"
#include "digest/digest.hpp"
#include "digest/events.hpp"
#include "edition/editions.hpp"
#include "post/post.hpp"

namespace tidings::cli {

/// Adds recipient_count, planned_count and so on to `json`. What was sent includes what bounced later.
void add_counts(Json& json, const delivery::Counts& counts);

/// "waiting_count", "next_hour" and "next_timezone" of an edition with local_time; 0 and null for others.
void add_waiting(Json& json, const std::optional<delivery::Ledger::Waiting>& waiting);
/// "3 wait for their hour, the next at 08:00 America/Lima".
[[nodiscard]] std::string in_words(const delivery::Ledger::Waiting& waiting);

/// "edition" is "weekly#12", or the id of one that has no number.
[[nodiscard]] Json edition_object(const digest::Edition& edition);

/// {"id","title","link"} of each.
[[nodiscard]] Json post_objects(std::span<const post::Post> posts);
/// The same with "section": its name, or null.
[[nodiscard]] Json post_objects(std::span<const post::Post> posts,
                                const std::map<PostId, std::string>& sections);

/// What is to happen, as "events" of a feed or an edition.
[[nodiscard]] Json event_object(const source::Event& event);
[[nodiscard]] Json event_objects(std::span<const digest::AnnouncedEvent> events);

/// "2026-01-05 19:00  Choir, Harbour hall"; of a whole day without an hour.
[[nodiscard]] std::string in_words(const source::Event& event, const Zone& zone);
/// A line each, with its section.
[[nodiscard]] std::string in_words(std::span<const digest::AnnouncedEvent> events, const Zone& zone);

/// The lines of `text` as a list; empty text has none.
[[nodiscard]] Json lines_json(std::string_view text);

}  // namespace tidings::cli
