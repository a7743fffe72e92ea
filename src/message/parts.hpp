// Parts: where a segment's rendering may be cut so that segments of one edition share what they have in
// common.
//
// Thousands of segments show the same posts in other combinations. A theme's parts are rendered with a mark
// (RS, U+001E) before each element of a list and after the list; clean_utf8() removes C0 controls from all
// that comes from outside, so no other text holds one. split_parts() cuts there, but only between lines,
// since quoted-printable encodes line by line. What is stored and mailed has no marks. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "digest/digest.hpp"

namespace tidings::message {

/// What a template writes besides its text.
enum class Marks { none, parts };

constexpr char part_mark = '\x1e';

[[nodiscard]] std::string without_marks(std::string text);

/// The text without marks, cut where a mark stood at the beginning of a line, and long stretches also after
/// lines that their content picks: a theme's head is one part but for what names the first post. None of them
/// is empty.
[[nodiscard]] std::vector<std::string> split_parts(std::string_view text);

/// Makes one part of parts that only ever stand together, in all bodies: less to splice and to keep. The
/// texts stay the same.
void join_runs(digest::PartedEdition& edition);

}  // namespace tidings::message
