// Review: editions that wait for an editor. Made as drafts, mailed with a preflight, changed, approved or
// left to review_until.
//
// A draft has its posts from its schedule's run on: what is collected later waits for the next edition.
// Approving seals it as it is then arranged, for those who are subscribed then. A dropped post has had its
// turn: it comes in no later edition of the digest.
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
#include "store/database.hpp"

namespace tidings::edition {

/// What an editor wants otherwise. Absent: as it is.
struct DraftChanges {
  std::optional<std::vector<PostId>> shown;  ///< exactly these, in this order
  std::optional<std::string> intro;          ///< Markdown

  [[nodiscard]] bool any() const { return shown || intro; }
};

/// The draft as a text file for an editor: a line a post, then the introduction; and what such a file says.
/// Errc::bad_data names the line.
[[nodiscard]] Result<std::string> draft_file(store::Database& database, const digest::Edition& edition);
[[nodiscard]] Result<DraftChanges> read_draft_file(const std::string& text);

/// The draft's posts as an editor orders them: `first`, then the others as they are, without those dropped.
/// Errc::bad_data names a dropped post that is not in it.
[[nodiscard]] Result<std::vector<PostId>> rearranged(store::Database& database,
                                                     const digest::Edition& edition,
                                                     const std::vector<PostId>& first,
                                                     const std::vector<PostId>& dropped);

/// One transaction. Errc::not_permitted if it is no draft any more.
[[nodiscard]] Result<void> change_draft(store::Database& database, const digest::Edition& edition,
                                        const DraftChanges& changes);

/// Seals the draft. Errc::no_input if nobody is there to get it. The caller holds the sender's lock.
[[nodiscard]] Result<Composed> approve_draft(const config::Context& context, const digest::Edition& edition);

/// Drafts of the digest whose review_until has passed: sealed, or marked as held and said so once.
[[nodiscard]] Result<std::vector<Composed>> settle_drafts(const config::Context& context,
                                                          const config::DigestConfig& digest);

/// When settle_drafts() has something to do next.
[[nodiscard]] Result<std::optional<UtcTime>> next_settling(const config::Config& config,
                                                           store::Database& database);

struct MailedDrafts {
  std::vector<std::string> mailed;  ///< lines: "weekly#3 is a draft; mailed to editor@example.org"
  std::vector<std::string> trouble;
};

/// Mails drafts that their editor has not got yet; asks the web for their links. The caller holds the
/// sender's lock.
[[nodiscard]] Result<MailedDrafts> mail_drafts(const config::Context& context,
                                               const std::filesystem::path& to_folder,
                                               const delivery::StopFlag& stop);

}  // namespace tidings::edition
