// Rehearsals: "send --dry-run" says who would get which edition and who is left out, "rehearse" lets days go
// by on a copy.
#pragma once

#include <functional>
#include <string>

#include "base/result.hpp"
#include "config/context.hpp"
#include "digest/digest.hpp"
#include "edition/compose.hpp"

namespace tidings::edition {

/// A copy of the newsletter in `folder`, which nothing leaves: its database is REHEARSAL in that folder, mail
/// goes to `mails` as files, no mailbox is read and no archive is written. The database of `config` is not
/// changed by a byte; it may be absent.
[[nodiscard]] Result<config::Config> copy_for_rehearsal(const config::Config& config,
                                                        const std::filesystem::path& folder,
                                                        const std::filesystem::path& mails);

/// Takes one line without its end; called many times for a large list.
using LineSink = std::function<void(const std::string&)>;

/// One line for each segment of a sealed edition, each delivery, and each subscriber of the digest who has
/// none.
[[nodiscard]] Result<void> tell_readers(const config::Context& context, const digest::Edition& edition,
                                        const LineSink& tell);

/// The same of every edition that is not finished.
[[nodiscard]] Result<void> tell_unfinished(const config::Context& context, const LineSink& tell);

/// For an edition that was not made because nobody was to get it: each subscriber of the digest, and why not.
[[nodiscard]] Result<void> tell_left_out(const config::Context& context, const std::string& digest,
                                         const LineSink& tell);

}  // namespace tidings::edition
