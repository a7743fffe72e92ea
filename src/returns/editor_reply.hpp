// What an editor answers to a draft's mail: "ok", "hold", "drop 3", "first 5", "subject: ...", "intro: ...".
//
// It takes effect only if it was sent to the Reply-To of that mail, which carries a MAC over the edition and
// the draft's revision, and comes from the editor's address. An answer that is not understood, or to a draft
// that has changed since, changes nothing and is told in the draft's next mail. docs/review.md describes the
// words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "config/context.hpp"

namespace tidings::returns {

/// The wishes of one answer. Numbers count the draft's posts from 1, as its mail lists them.
struct EditorWishes {
  enum class Verdict { none, ok, hold } verdict = Verdict::none;
  std::vector<std::size_t> drop;
  std::vector<std::size_t> first;
  std::optional<std::string> subject;
  std::optional<std::string> intro;  ///< Markdown

  [[nodiscard]] bool changes() const { return !drop.empty() || !first.empty() || subject || intro; }
  bool operator==(const EditorWishes&) const = default;
};

/// The writer's own words, without quotes. Errc::bad_data names the line that is not understood, or says that
/// there is no word. Pure.
[[nodiscard]] Result<EditorWishes> read_wishes(std::string_view own_text);

/// Carries out what the editor answered to revision `revision` of the edition's draft; one line about what
/// was done. Only the store's errors.
[[nodiscard]] Result<std::string> obey_editor(const config::Context& context, EditionId edition,
                                              std::int64_t revision, std::string_view own_text);

}  // namespace tidings::returns
