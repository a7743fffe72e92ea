// From posts to the text of a mail: a digest's theme and languages, and the view of one segment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "digest/digest.hpp"
#include "digest/edition_table.hpp"
#include "digest/events.hpp"
#include "edition/edition_notices.hpp"
#include "edition/embedded_images.hpp"
#include "message/strings.hpp"
#include "message/theme.hpp"
#include "message/view.hpp"
#include "post/excerpt.hpp"
#include "post/post.hpp"

namespace tidings::edition {

/// A post of an edition.
struct ShownPost {
  post::Post post;
  std::vector<std::string> sources;  ///< names, the post's own first, then where else that page stood
  std::vector<std::string> topics;
  std::vector<message::AlsoInView> also_in = {};  ///< the story in other words and at other places
  std::string source_name = {};                   ///< the post's own, as config.toml has it
  std::optional<post::PictureSize> picture = {};  ///< what its picture measures, if that is known
};

/// A source that has more than the edition has places for.
struct MoreFrom {
  std::string source;  ///< its name, as ShownPost::sources
  std::string url;     ///< of its pages; may be empty
  std::int64_t posts = 0;
};

/// What all parts of an edition share.
struct EditionFacts {
  int number = 1;
  digest::Period period;
  UtcTime date{};
  std::optional<digest::DateSpan> shown = {};  ///< of its posts: the title covers their days
  std::string intro_markdown = {};             ///< of this edition alone; empty: intro_file
  std::size_t posts = 0;                       ///< in the whole edition
  std::vector<MoreFrom> more_from = {};        ///< most first
  bool in_given_order = false;                 ///< by an editor: no groups where they would change it
  digest::EditionWords words = {};             ///< by an editor
  std::map<PostId, digest::PostChange> changes = {};
  std::map<PostId, std::string> sections = {};      ///< chosen by an editor; see EditionTable::set_sections()
  std::vector<digest::AnnouncedEvent> events = {};  ///< that are to come, by start
};

/// The limit for the HTML part, because Gmail shows only the first 102 kB. In bytes, with the reader's links
/// inserted.
constexpr std::size_t html_budget_bytes = 100'000;

/// A segment, rendered within html_budget_bytes if possible.
struct Rendered {
  std::vector<digest::SegmentBody> bodies;
  std::string note;  ///< how it was kept small: "excerpts of 30 words; 4 posts as links"; empty: not needed
};

/// What one segment shows, in reading order.
struct ShownPosts {
  std::vector<const ShownPost*> posts;
  std::vector<const ShownPost*> more;  ///< beyond max_posts: links at the end
  std::vector<std::size_t> events;     ///< indices into EditionFacts::events
};

struct PostGroup;

/// Loaded once per job for one digest. Not thread-safe (loads languages on demand).
class Renderer {
 public:
  /// Errc::config names the file and place of a mistake in theme, strings or intro_file.
  [[nodiscard]] static Result<Renderer> load(const config::Config& config,
                                             const config::DigestConfig& digest);

  /// Whether load() reads anything that the publisher has written; else it cannot fail.
  [[nodiscard]] static bool reads_own_files(const config::Config& config, const config::DigestConfig& digest);

  /// The language that a reader of that tag really gets: "pt-BR" may be "pt", an unknown one is the
  /// newsletter's.
  [[nodiscard]] Result<std::string> language_for(const std::string& wanted);

  /// The title of an edition in the newsletter's language.
  [[nodiscard]] Result<std::string> title(const EditionFacts& facts);

  /// One body a variant, with slots. If the HTML weighs too much, excerpts shrink first; then the last posts
  /// become links.
  [[nodiscard]] Result<Rendered> render(const EditionFacts& facts, const std::string& language,
                                        const ShownPosts& shown);

  /// What readers see of a post's text, without an editor's changes; empty if that is all of it, or nothing.
  [[nodiscard]] std::string excerpt_of(const ShownPost& shown);

  [[nodiscard]] const config::DigestConfig& digest() const { return *digest_; }

  /// The files of the notices that some reader of an edition of that date gets, a line each.
  [[nodiscard]] std::string notices_on(UtcTime date) const;
  /// Notices that cannot be shown, and why.
  [[nodiscard]] std::vector<std::string> notice_troubles(UtcTime date) const;

  /// Pictures inside the posts that were rendered so far; called by "cid:" in what render() returns.
  [[nodiscard]] const EmbeddedImages& embedded() const { return embedded_; }

  /// A web page for everybody, as long as it is: no slots, nothing personal, no way to leave.
  [[nodiscard]] Result<std::string> render_page(const EditionFacts& facts, const std::string& language,
                                                const ShownPosts& shown);

 private:
  Renderer(const config::Config& config, const config::DigestConfig& digest, message::Lookup templates,
           message::Theme theme);
  [[nodiscard]] Result<const message::Strings*> strings(const std::string& language);
  /// How much of the posts is shown.
  struct Extent {
    int words = 0;          ///< of an excerpt, at most; 0: all that the configuration wants
    std::size_t posts = 0;  ///< the others are links
  };
  [[nodiscard]] message::EditionView base_view(const EditionFacts& facts);
  [[nodiscard]] message::EditionView view(const EditionFacts& facts, const message::Strings& words,
                                          const ShownPosts& shown, const Extent& extent);
  /// How a post is shown.
  struct Showing {
    int words = 0;  ///< as Extent
    digest::Layout layout = digest::Layout::usual;

    auto operator<=>(const Showing&) const = default;
  };
  [[nodiscard]] const message::PostView& post_view(const EditionFacts& facts, const ShownPost& shown,
                                                   const Showing& showing);
  [[nodiscard]] message::GroupView event_group(const PostGroup& group, const EditionFacts& facts,
                                               const message::Strings& words) const;
  [[nodiscard]] message::PostView make_post_view(const ShownPost& shown, const Showing& showing);
  [[nodiscard]] message::NoticeViews notice_views(UtcTime date, const message::Strings& words);
  /// Those of the digest on that day.
  [[nodiscard]] std::vector<const EditionNotice*> notices_of_day(UtcTime date) const;
  void apply(const digest::PostChange& change, message::PostView& view) const;

  const config::Config* config_;
  const config::DigestConfig* digest_;
  message::Lookup templates_;
  message::Theme theme_;
  std::map<std::string, std::unique_ptr<message::Strings>> strings_;
  std::string intro_;
  EditionNotices notices_;
  std::map<std::pair<PostId, Showing>, message::PostView> post_views_;  // segments share their posts
  EmbeddedImages embedded_;
};

}  // namespace tidings::edition
