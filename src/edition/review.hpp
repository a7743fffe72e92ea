// Review: editions that wait for an editor. Made as drafts, mailed with a preflight report, changed, approved
// or left to review_until.
//
// A draft has its posts from its scheduled run on: posts collected later wait for the next edition. Approving
// seals it as then arranged, for those who are subscribed then. A dropped post appears in no later edition of
// the digest.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "delivery/run.hpp"
#include "digest/digest.hpp"
#include "edition/compose.hpp"
#include "edition/draft_file.hpp"
#include "store/database.hpp"

namespace tidings::edition {

/// The draft as its editor sees it in a file (edition/draft_file).
[[nodiscard]] Result<DraftSheet> draft_sheet(const config::Context& context, const digest::Edition& edition);

/// The draft's posts as an editor orders them: `first`, then the others as they are, without those dropped.
/// Errc::bad_data names a dropped post that is not in it.
[[nodiscard]] Result<std::vector<PostId>> rearranged(store::Database& database,
                                                     const digest::Edition& edition,
                                                     const std::vector<PostId>& first,
                                                     const std::vector<PostId>& dropped);

/// One transaction. `shown` may name posts that the draft left out: they are brought back.
/// Errc::not_permitted if it is no draft any more, bad_data for posts that it cannot show.
[[nodiscard]] Result<void> change_draft(
    store::Database& database, const digest::Edition& edition, const DraftChanges& changes,
    digest::EditionTable::Mailing mailing = digest::EditionTable::Mailing::as_before);

/// The draft is examined as it is now, and the report kept for "edition show"; returns its lines that need
/// attention.
[[nodiscard]] Result<std::vector<std::string>> examine_draft(const config::Context& context,
                                                             const digest::Edition& edition);

/// Seals the draft. Errc::no_input if it has no recipients. The caller holds the sender's lock.
[[nodiscard]] Result<Composed> approve_draft(const config::Context& context, const digest::Edition& edition);

/// Drafts of the digest whose review_until has passed: sealed, or marked as held and reported once.
[[nodiscard]] Result<std::vector<Composed>> settle_drafts(const config::Context& context,
                                                          const config::DigestConfig& digest);

/// When settle_drafts() has something to do next.
[[nodiscard]] Result<std::optional<UtcTime>> next_settling(const config::Config& config,
                                                           store::Database& database);

struct MailedDrafts {
  std::vector<std::string> mailed;  ///< lines: "weekly#3 is a draft; mailed to editor@example.org"
  std::vector<std::string> trouble;
};

/// Mails drafts that their editor has not received yet; checks their links on the web. The caller holds the
/// sender's lock.
[[nodiscard]] Result<MailedDrafts> mail_drafts(const config::Context& context,
                                               const std::filesystem::path& to_folder,
                                               const delivery::StopFlag& stop);

}  // namespace tidings::edition
