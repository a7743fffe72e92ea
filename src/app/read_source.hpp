// Reads a [[source]] as configured, so that "collect" stores exactly what "source check" shows.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/config.hpp"
#include "post/normalise.hpp"
#include "source/calendar.hpp"
#include "source/fetch.hpp"
#include "source/source.hpp"

namespace tidings::app {

/// Whether it is read without fetching: a folder of Markdown, or a program's output.
[[nodiscard]] bool is_local(const config::SourceConfig& source);

/// A request for the source where it is now, with its login and proxy. Errc::config if a secret cannot be
/// read.
[[nodiscard]] Result<source::FetchRequest> request_for(const config::SourceConfig& config,
                                                       const source::Source& state);

/// How sources are fetched.
[[nodiscard]] source::FetchOptions fetch_options(const config::Config& config);

/// How an answer is read as a calendar: so far ahead as any section of events may look, and more.
[[nodiscard]] source::CalendarOptions calendar_options(const source::Fetched& fetched, const Zone& zone,
                                                       UtcTime now);

/// An answer as the source's kind says; "auto" is a feed, or else a page that shows its posts. Limits hold,
/// and entries that include or exclude keep out say so (Entry::dropped).
[[nodiscard]] Result<source::Feed> read_fetched(const config::Config& config,
                                                const config::SourceConfig& source,
                                                const source::Fetched& fetched, UtcTime now);

/// The same for a source that is_local(); posts of a folder dated after `now` wait.
[[nodiscard]] Result<source::Feed> read_local_source(const config::Config& config,
                                                     const config::SourceConfig& source, UtcTime now);

/// The same for any source, fetched without validators. Errc::unavailable if there is no answer.
[[nodiscard]] Result<source::Feed> read_now(const config::Config& config, const config::SourceConfig& source,
                                            UtcTime now);

/// How the source's entries become posts; `language` is the feed's.
[[nodiscard]] post::NormaliseOptions normalise_options(const config::SourceConfig& source,
                                                       const std::string& language);

/// How many entries a filter rejects.
[[nodiscard]] int count_dropped(const source::Feed& feed);

}  // namespace tidings::app
