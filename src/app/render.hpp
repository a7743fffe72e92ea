// From posts to the words of a mail: a digest's theme and languages, and the view of one segment.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "base/result.hpp"
#include "digest/digest.hpp"
#include "message/strings.hpp"
#include "message/theme.hpp"
#include "message/view.hpp"
#include "post/post.hpp"

namespace tidings::app {

/// A post as an edition carries it.
struct ShownPost {
  post::Post post;
  std::vector<std::string> sources;  ///< names, the post's own first, then where else the article stood
  std::vector<std::string> topics;
};

/// What the parts of an edition have in common.
struct EditionFacts {
  int number = 1;
  digest::Period period;
  UtcTime date{};
};

/// Loaded once a job for one digest. Not thread-safe (languages are loaded as they come).
class Renderer {
 public:
  /// Errc::config names the file and place of whatever is wrong in theme, strings or intro_file.
  [[nodiscard]] static Result<Renderer> load(const Config& config, const DigestConfig& digest);

  /// The language that a reader of that tag really gets: "pt-BR" may be "pt", an unknown one is the newsletter's.
  [[nodiscard]] Result<std::string> language_for(const std::string& wanted);

  /// The title of an edition in the newsletter's language.
  [[nodiscard]] Result<std::string> title(const EditionFacts& facts);

  /// One body a variant, with slots. `posts` in reading order.
  [[nodiscard]] Result<std::vector<digest::SegmentBody>> render(const EditionFacts& facts, const std::string& language,
                                                                const std::vector<const ShownPost*>& posts);

 private:
  Renderer(const Config& config, const DigestConfig& digest, message::Theme theme);
  [[nodiscard]] Result<const message::Strings*> strings(const std::string& language);
  [[nodiscard]] message::EditionView base_view(const EditionFacts& facts) const;
  [[nodiscard]] message::PostView post_view(const ShownPost& shown) const;

  const Config* config_;
  const DigestConfig* digest_;
  message::Theme theme_;
  std::map<std::string, std::unique_ptr<message::Strings>> strings_;
  std::string intro_;
};

}  // namespace tidings::app
