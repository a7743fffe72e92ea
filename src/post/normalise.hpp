// Normalising: an entry as some format gave it becomes a post. Pure; costs the HTML work, so PostTable calls
// it for new and changed entries only.
#pragma once

#include <string>

#include "post/identity.hpp"
#include "post/post.hpp"
#include "source/source.hpp"

namespace tidings::post {

/// Which of the entry's texts is the post's own.
enum class Content {
  automatic,  ///< the content, else the summary
  summary,    ///< the summary only, else nothing
  full,       ///< the content; the summary only if there is none
  article,    ///< what the post's page says, else as automatic
};

struct NormaliseOptions {
  LinkOptions links;
  Content content = Content::automatic;
  std::string language;  ///< of the source; for entries that do not say
  int max_width = 600;
};

/// first_seen is `now`; the title stays empty if there is none. The image is the one the entry names, else
/// the first usable enclosure, else the first in the text.
[[nodiscard]] Post normalise(const source::Entry& entry, SourceId source, UtcTime now,
                             const NormaliseOptions& options, Guid guid = Guid::trusted);

/// Of the entry as received and the options that shape the post: equal means normalise would give the same
/// post.
[[nodiscard]] std::string content_hash(const source::Entry& entry, const NormaliseOptions& options);

/// What to show as title: the title, else the first words of the text, else the link's host and path, else
/// "…".
[[nodiscard]] std::string display_title(const Post& post);

}  // namespace tidings::post
