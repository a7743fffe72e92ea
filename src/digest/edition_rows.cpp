#include "digest/edition_rows.hpp"

#include <charconv>
#include <utility>

#include "base/text.hpp"
#include "digest/edition_table.hpp"

namespace tidings::digest {
namespace {

constexpr char event_mark = 'e';

EditionState state_of(std::string_view name) {
  for (const auto state : {EditionState::draft, EditionState::sealed, EditionState::sending,
                           EditionState::sent, EditionState::skipped}) {
    if (name == name_of(state)) return state;
  }
  return EditionState::cancelled;
}

}  // namespace

Edition edition_of(const store::Statement& row) {
  return {.id = row.id<EditionId>(0),
          .digest = row.text(1),
          .number = row.is_null(2) ? std::nullopt : std::optional{static_cast<int>(row.integer(2))},
          .state = state_of(row.view(3)),
          .scheduled = row.time(4),
          .period = {.from = row.time(5), .until = row.time(6)},
          .cut = row.time(7),
          .title = row.text(8),
          .reason = row.text(9),
          .sealed = row.optional_time(10),
          .started = row.optional_time(11),
          .finished = row.optional_time(12),
          .intro = row.text(13),
          .mailed = row.optional_time(14),
          .approved = row.optional_time(15),
          .wall = row.optional_time(16)};
}

Candidate candidate_of(const store::Statement& row) {
  Candidate out;
  out.id = row.id<PostId>(0);
  out.source = row.id<SourceId>(1);
  out.source_name = row.text(2);
  out.published = row.optional_time(3);
  out.first_seen = row.time(4);
  out.title = row.text(5);
  out.link_key = row.text(6);
  out.title_key = row.text(7);
  out.pinned = row.integer(8) != 0;
  out.place = row.integer(9);  // 0 for a post of an older version
  return out;
}

Result<std::vector<std::string>> tags_of(store::Database& database, PostId post) {
  auto rows = database.prepare("SELECT tag FROM tags WHERE post_id = :post ORDER BY tag");
  rows.bind(":post", post);
  return rows.list([](const store::Statement& row) { return row.text(0); });
}

std::string contents_text(std::span<const PostId> posts, std::span<const std::size_t> events) {
  auto out = ids_text(posts);
  for (const auto event : events) {
    if (!out.empty()) out += ' ';
    out += event_mark + std::to_string(event + 1);
  }
  return out;
}

std::vector<std::size_t> events_in(std::string_view contents) {
  std::vector<std::size_t> out;
  for (const auto piece : split(contents, ' ')) {
    if (!piece.starts_with(event_mark)) continue;
    std::size_t number = 0;
    const auto digits = piece.substr(1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc{} && end == digits.data() + digits.size() && number > 0) out.push_back(number - 1);
  }
  return out;
}

}  // namespace tidings::digest
