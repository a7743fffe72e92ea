// Posts by hand: "post list", "add", "release", "hide", "pin".
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "post/post.hpp"
#include "source/source.hpp"

namespace tidings::app {

struct PostQuery {
  std::string source;            ///< empty: all
  std::optional<UtcTime> since;  ///< first seen at or after
  std::optional<PostId> after;   ///< continues behind this post
  int limit = 50;
};

/// Newest first. Errc::no_input for an unknown source or `after`.
[[nodiscard]] Result<std::vector<post::Post>> list_posts(store::Database& database, const PostQuery& query);

/// Errc::no_input if there is none of that number.
[[nodiscard]] Result<post::Post> find_post(store::Database& database, PostId id);

struct AddedPost {
  PostId id;
  enum class What {
    added,
    updated,
    sent_already,  ///< an edition has it: it stays as it is
    same
  } what = What::same;
};

/// As if the source had just shown it.
[[nodiscard]] Result<AddedPost> add_post(const config::Context& context, const config::SourceConfig& source,
                                         const source::Entry& entry);

struct Released {
  int released = 0;                                               ///< posts that it changes
  std::vector<std::pair<PostId, std::vector<std::string>>> sent;  ///< every digest has carried them: which
};

/// Lets posts into the next editions that their age keeps out: those named, and all that is set aside of
/// `source` unless it is empty; one transaction. Errc::no_input for an unknown post or source.
[[nodiscard]] Result<Released> release_posts(const config::Context& context, std::span<const PostId> posts,
                                             const std::string& source);

enum class PostMark { hidden, not_hidden, pinned, not_pinned };

/// Errc::no_input for an unknown post.
[[nodiscard]] Result<void> mark_post(store::Database& database, PostId id, PostMark mark);

}  // namespace tidings::app
