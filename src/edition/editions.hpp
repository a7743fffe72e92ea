// Editions and digests as an admin asks after them: "digest list", "edition list", "show", "cancel". Reads
// only, but for cancel_edition().
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/context.hpp"
#include "delivery/ledger.hpp"
#include "digest/digest.hpp"
#include "digest/select.hpp"
#include "edition/compose.hpp"
#include "edition/sections.hpp"
#include "post/post.hpp"

namespace tidings::edition {

/// "weekly#12", "weekly" (its newest) or an id. Errc::no_input if there is none.
[[nodiscard]] Result<digest::Edition> find_edition(store::Database& database, const std::string& name);

/// The same of a draft; Errc::not_permitted if it is no draft (any more).
[[nodiscard]] Result<digest::Edition> find_draft(store::Database& database, const std::string& name);

/// Of all digests, the newest that was not skipped. Errc::no_input if there is none.
[[nodiscard]] Result<digest::Edition> newest_edition(store::Database& database);

struct ListedEdition {
  digest::Edition edition;
  int posts = 0;
  int segments = 0;
  delivery::Counts counts;
  std::optional<delivery::Ledger::Waiting> waiting = {};  ///< for their hour (local_time)
};

struct EditionQuery {
  std::string digest;  ///< empty: all of them
  std::string after;   ///< continues behind this edition; empty: from the newest
  int limit = 20;
};

/// Newest first. Errors as find_edition() for an unknown `after`.
[[nodiscard]] Result<std::vector<ListedEdition>> list_editions(const config::Context& context,
                                                               const EditionQuery& query);

struct EditionDetails {
  digest::Edition edition;
  std::vector<post::Post> posts;          ///< in the order of the mail
  std::vector<post::Post> dropped;        ///< by its editor
  std::vector<digest::Segment> segments;  ///< without what they say
  std::vector<digest::LeftOutPosts> left_out;
  std::map<PostId, std::string> sections;      ///< names; without posts of none
  std::vector<PostGroup> groups;               ///< of the mail: indices of posts and events
  std::vector<digest::AnnouncedEvent> events;  ///< of a draft: if it were sealed now
  std::string notices;                         ///< files, a line each
  std::string pictures;                        ///< which do not travel; may be empty
  std::string preflight;                       ///< what its editor was mailed; may be empty
  delivery::Counts counts;
};

/// Errors as find_edition().
[[nodiscard]] Result<EditionDetails> describe_edition(const config::Context& context,
                                                      const std::string& name);

/// In reading order.
[[nodiscard]] Result<std::vector<post::Post>> posts_of(store::Database& database, EditionId edition);

struct Cancelled {
  digest::Edition edition;
  std::int64_t readers = 0;  ///< who have it, or may have it: then its posts count as sent
};

/// Frees its posts for the next edition; returns it as it was. Errors as EditionTable::cancel(). The caller
/// holds the sender's lock.
[[nodiscard]] Result<Cancelled> cancel_edition(const config::Context& context, const std::string& name,
                                               const std::string& reason);

struct ListedDigest {
  const config::DigestConfig* digest = nullptr;
  std::int64_t subscribers = 0;  ///< confirmed
  Outlook outlook;
};

/// In the configuration's order.
[[nodiscard]] Result<std::vector<ListedDigest>> list_digests(const config::Context& context);

}  // namespace tidings::edition
