// A draft as one text file that its editor changes: subject, preheader, posts with titles, notes and
// excerpts, what was left out, the introduction.
//
// The file is the whole truth about the draft: a post whose line is missing is dropped, a note that is not
// there is none, and a post is in the section below whose heading it stands. Lines that begin with '#' are
// comments, so what the editor may want to bring back stands there as one. docs/review.md describes the form.
// Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "digest/edition_table.hpp"

namespace tidings::edition {

/// An editor's changes. Absent: unchanged.
struct DraftChanges {
  std::optional<std::vector<PostId>> shown;  ///< exactly these, in this order
  std::optional<std::string> intro;          ///< Markdown
  std::optional<std::string> subject;        ///< empty: the digest's own
  std::optional<std::string> preheader;
  /// Of all posts that are changed; the others are as they came.
  std::optional<std::vector<digest::PostChange>> posts;
  std::optional<std::map<PostId, std::string>> sections;  ///< of all posts, by name; "": none

  [[nodiscard]] bool any() const { return shown || intro || subject || preheader || posts || sections; }
};

/// A post as the file shows it.
struct DraftPost {
  PostId id;
  std::string own_title;  ///< as it came; the first words of a post without one
  digest::PostChange change;
  std::string about;    ///< "Harbour Blog, 4 January 2026"; may be empty
  std::string excerpt;  ///< what readers see of it, in Markdown; empty if it is shown whole or not at all
  std::string section = {};  ///< its name; empty: none
};

struct DraftSheet {
  std::string name;   ///< "weekly#12"
  std::string title;  ///< of the edition
  digest::EditionWords words;
  std::string own_subject;  ///< what it would be without the editor's
  /// In the order of display, "" for the posts of none; empty if the digest has no sections.
  std::vector<std::string> sections;
  std::vector<DraftPost> posts;
  std::vector<DraftPost> dropped;
  struct LeftOut {
    PostId id;
    std::string title;
    std::string why;
  };
  std::vector<LeftOut> left_out;  ///< equal reasons together
  std::string intro;
};

[[nodiscard]] std::string write_draft_file(const DraftSheet& sheet);

/// A line that makes no sense.
struct DraftMistake {
  int line = 0;  ///< from 1
  std::string what;
  std::string hint;
};

struct ReadDraft {
  DraftChanges changes;                  ///< without `posts`; see changes_of()
  std::map<PostId, std::string> titles;  ///< as the lines say; empty: not told
  std::map<PostId, std::string> notes;
  std::map<PostId, std::string> excerpts;
  std::map<PostId, int> lines;             ///< where each post stands
  std::map<PostId, std::string> sections;  ///< below whose headings; "": of the others
  std::map<std::string, int> headings;     ///< where each stands
  std::vector<DraftMistake> mistakes;
};

/// Any text; all mistakes at once.
[[nodiscard]] ReadDraft parse_draft_file(std::string_view text);

/// The same; Errc::bad_data names the first mistake's line.
[[nodiscard]] Result<DraftChanges> read_draft_file(std::string_view text);

/// With the posts' changes: a title is one if it differs from the post's own. Posts that `sheet` does not
/// know are mistakes.
[[nodiscard]] DraftChanges changes_of(ReadDraft& read, const DraftSheet& sheet);

/// `text` with each mistake as a comment above its line, without those of before.
[[nodiscard]] std::string with_mistakes(std::string_view text, const std::vector<DraftMistake>& mistakes);

}  // namespace tidings::edition
