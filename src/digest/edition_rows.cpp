#include "digest/edition_rows.hpp"

#include <utility>

namespace tidings::digest {
namespace {

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

}  // namespace tidings::digest
