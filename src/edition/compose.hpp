// Compose: decide which edition a digest owes, select its posts, and seal it: posts, renderings and
// recipients in one transaction, so that an edition exists completely or not at all.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "digest/digest.hpp"
#include "digest/edition_table.hpp"
#include "digest/period.hpp"
#include "digest/select.hpp"
#include "edition/render.hpp"
#include "edition/seal.hpp"

namespace tidings::edition {

/// A planned edition that is not written anywhere.
struct Draft {
  digest::Plan plan;
  UtcTime cut{};
  int number = 1;
  digest::Selection selection;
  std::vector<ShownPost> posts;  ///< as Selection::posts
  digest::SelectBounds bounds;
  std::vector<MoreFrom> more_from = {};  ///< as Selection::surplus
  std::vector<digest::AnnouncedEvent> events = {};
};

/// What all parts of a draft's edition share, and its row.
[[nodiscard]] EditionFacts facts_of(const Draft& draft);
[[nodiscard]] digest::NewEdition row_of(const config::DigestConfig& digest, const Draft& draft,
                                        std::string title);

enum class When {
  due,     ///< the newest run of the schedule, unless it is covered
  late,    ///< the same, also if it is held
  now,     ///< a period that ends now
  sample,  ///< due or else now; for previews and tests
};

/// Nothing if no edition is owed. A draft with `selection.skipped` set has no posts.
[[nodiscard]] Result<std::optional<Draft>> draft(const config::Context& context,
                                                 const config::DigestConfig& digest, When when);

/// Composed::reason of an edition without recipients.
constexpr std::string_view nobody_to_send_to = "no recipients";

/// A post that stands in another's place, and why.
struct JoinedPost {
  PostId id;
  PostId shown;
  digest::JoinReason reason;
};

struct Composed {
  std::string digest;
  enum class What {
    sealed,
    skipped,  ///< recorded: no posts, or no recipients
    not_due,
    held,        ///< too late to be sent automatically; When::late sends it, or the next run covers it
    drafted,     ///< waits for an editor's approval
    unapproved,  ///< a draft that was not approved in time
    waits,       ///< no posts, and Empty::wait; or on_source_error = "hold", and a source fails
  } what = What::not_due;
  EditionId edition;
  int number = 0;
  std::string title;
  int posts = 0;
  int segments = 0;
  std::int64_t recipients = 0;
  std::string reason;
  std::string note;      ///< what was shortened to keep the mail small
  std::string pictures;  ///< those that stay links although images = "inline"
  UtcTime next_run{};
  /// Of a digest with local_time: whether each reader gets it at their own hour.
  enum class Hours { one_for_all, local, at_once } hours = Hours::one_for_all;
  std::vector<digest::LeftOutPosts> left_out = {};  ///< of what is sealed, drafted or skipped
  std::vector<JoinedPost> joined = {};              ///< in the order of the edition
  std::map<PostId, std::string> sections = {};      ///< names; without posts of none
  std::string notices = {};                         ///< files, a line each
  std::vector<digest::AnnouncedEvent> events = {};  ///< that it announces
  std::vector<std::string> notice_troubles = {};    ///< files that are not shown, and why
};

/// What happens to a due edition without posts.
enum class Empty {
  record,  ///< skipped, for good
  wait,    ///< nothing yet: a source could not be read, so later runs try again until max_lateness
};

/// on_source_error = "hold": the first of the digest's sources whose last fetch failed, and how; empty if
/// there is none.
[[nodiscard]] Result<std::string> source_to_wait_for(const config::Config& config,
                                                     const config::DigestConfig& digest,
                                                     store::Database& database);

/// From now on the store knows each digest of the configuration, which then owes its next run. Called by
/// whoever opens the store to write.
[[nodiscard]] Result<void> meet_digests(const config::Config& config, store::Database& database, UtcTime now);

/// The posts that the digest's next edition would choose from: seen, wanted, and in no edition yet. Nothing
/// while no edition can be planned.
[[nodiscard]] Result<std::optional<std::vector<PostId>>> owed_posts(const config::Context& context,
                                                                    const config::DigestConfig& digest);

/// What a digest owes next, as a send would now find it.
struct Outlook {
  std::optional<digest::Plan> due;  ///< owed now
  bool held = false;                ///< it is, but too late to be sent automatically
  UtcTime next_run{};               ///< the run of the schedule after now
};
[[nodiscard]] Result<Outlook> outlook(const config::Config& config, const config::DigestConfig& digest,
                                      store::Database& database, UtcTime now);

struct ComposeOptions {
  When when = When::due;
  Empty empty = Empty::record;
  std::function<void(const Composing&)> on_progress{};
};

/// Seals or skips one digest's edition if it is due (or When::now). Inline pictures are fetched once it is
/// certain to be sent. Errc::config if its theme is invalid.
[[nodiscard]] Result<Composed> compose(const config::Context& context, const config::DigestConfig& digest,
                                       const ComposeOptions& options);

}  // namespace tidings::edition
