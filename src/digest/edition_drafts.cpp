// The drafts of edition_table.hpp: what an editor sees and changes before an edition is sealed.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "digest/edition_rows.hpp"
#include "digest/edition_table.hpp"

namespace tidings::digest {
namespace {

Result<void> only_drafts(const Edition& edition) {
  if (edition.state == EditionState::draft) return {};
  return fail(Errc::not_permitted, fmt::format("{} is {}: only a draft can be changed or approved",
                                               name_of(edition), name_of(edition.state)));
}

Result<std::vector<Surplus>> surplus_of(store::Database& database, EditionId edition) {
  auto rows = database.prepare(
      "SELECT source_id, posts FROM edition_surplus WHERE edition_id = :edition ORDER BY posts DESC, "
      "source_id");
  rows.bind(":edition", edition);
  std::vector<Surplus> out;
  for (;;) {
    TIDINGS_LET(const bool more, rows.step());
    if (!more) return out;
    out.push_back({.source = rows.id<SourceId>(0), .posts = rows.integer(1)});
  }
}

}  // namespace

Result<std::vector<Edition>> EditionTable::drafts(std::string_view digest) {
  auto rows = database_.prepare(R"(
    SELECT id, digest, number, state, scheduled_ms, from_ms, until_ms, cut_ms, title, reason, sealed_ms, started_ms, finished_ms,
           intro, mailed_ms, approved_ms, wall_ms
    FROM editions WHERE state = 'draft' AND (:digest = '' OR digest = :digest) ORDER BY scheduled_ms, id)");
  rows.bind(":digest", digest);
  return rows.list(edition_of);
}

Result<Selection> EditionTable::choice_of(EditionId edition, const SelectOptions& options) {
  auto rows = database_.prepare(R"(
    SELECT p.id, p.source_id, p.source, p.published_ms, p.first_seen_ms, p.title, p.link_key, p.title_key, p.pinned,
           p.place, shown.position, shown.more
    FROM edition_posts ep
    JOIN edition_posts shown ON shown.edition_id = ep.edition_id AND shown.post_id = coalesce(ep.same_as, ep.post_id)
    JOIN candidate_posts p ON p.id = ep.post_id
    WHERE ep.edition_id = :edition AND shown.same_as IS NULL
    ORDER BY shown.more, shown.position, ep.same_as IS NOT NULL, ep.post_id)");
  rows.bind(":edition", edition);
  Selection out;
  std::vector<Candidate> article;
  std::pair<std::int64_t, std::int64_t> place{-1, -1};
  const auto finish = [&] {
    if (!article.empty()) (place.first != 0 ? out.more : out.posts).push_back(join(article, options));
    article.clear();
  };
  TIDINGS_TRY(rows.each([&](const store::Statement& row) -> Result<void> {
    if (const std::pair next{row.integer(11), row.integer(10)}; next != place) {
      finish();
      place = next;
    }
    article.push_back(candidate_of(row));
    TIDINGS_LET(article.back().tags, tags_of(database_, article.back().id));
    return {};
  }));
  finish();
  TIDINGS_LET(out.surplus, surplus_of(database_, edition));
  return out;
}

Result<std::vector<PostId>> EditionTable::dropped_of(EditionId edition) {
  auto rows = database_.prepare(
      "SELECT post_id FROM edition_posts WHERE edition_id = :edition AND same_as = post_id ORDER BY post_id");
  rows.bind(":edition", edition);
  return rows.list([](const store::Statement& row) { return row.id<PostId>(0); });
}

Result<void> EditionTable::arrange(EditionId edition, std::span<const PostId> shown) {
  TIDINGS_LET(const auto now, get(edition));
  TIDINGS_TRY(only_drafts(now));
  if (shown.empty()) {
    return fail(Errc::bad_data, fmt::format("{} would have no posts", name_of(now)),
                "\"tidings edition cancel\" cancels it");
  }
  auto drop = database_.prepare(R"(
    UPDATE edition_posts SET position = NULL, same_as = post_id
    WHERE edition_id = :edition AND more = 0 AND same_as IS NULL)");
  TIDINGS_TRY(drop.bind(":edition", edition).run());
  auto show = database_.prepare(R"(
    UPDATE edition_posts SET position = :position, same_as = NULL
    WHERE edition_id = :edition AND post_id = :post AND same_as = post_id)");
  std::int64_t position = 0;
  for (const auto post : shown) {
    show.reset();
    TIDINGS_TRY(show.bind(":position", position++).bind(":edition", edition).bind(":post", post).run());
    if (database_.changes() != 1) {
      return fail(Errc::bad_data,
                  fmt::format("post {} is not in {}, or is named twice", post.value, name_of(now)),
                  "\"tidings edition show\" lists its posts; later posts wait for the next edition");
    }
  }
  return {};
}

Result<void> EditionTable::set_intro(EditionId edition, std::string_view markdown) {
  auto change = database_.prepare("UPDATE editions SET intro = :intro WHERE id = :id AND state = 'draft'");
  TIDINGS_TRY(change.bind(":intro", markdown).bind(":id", edition).run());
  if (database_.changes() == 1) return {};
  TIDINGS_LET(const auto now, get(edition));
  return only_drafts(now);
}

Result<void> EditionTable::set_words(EditionId edition, const EditionWords& words) {
  auto change = database_.prepare(
      "UPDATE editions SET subject = :subject, preheader = :preheader WHERE id = :id AND state = 'draft'");
  change.bind(":subject", words.subject).bind(":preheader", words.preheader);
  TIDINGS_TRY(change.bind(":id", edition).run());
  if (database_.changes() == 1) return {};
  TIDINGS_LET(const auto now, get(edition));
  return only_drafts(now);
}

Result<void> EditionTable::keep_headline(EditionId edition, const EditionHeadline& headline) {
  auto change = database_.prepare("UPDATE editions SET headline = :title, summary = :summary WHERE id = :id");
  change.bind(":title", headline.title).bind(":summary", headline.summary);
  return change.bind(":id", edition).run();
}

Result<EditionHeadline> EditionTable::headline_of(EditionId edition) {
  auto row = database_.prepare("SELECT headline, summary FROM editions WHERE id = :id");
  row.bind(":id", edition);
  TIDINGS_LET(const bool found, row.step());
  return found ? EditionHeadline{.title = row.text(0), .summary = row.text(1)} : EditionHeadline{};
}

Result<EditionWords> EditionTable::words_of(EditionId edition) {
  auto row = database_.prepare("SELECT subject, preheader FROM editions WHERE id = :id");
  row.bind(":id", edition);
  TIDINGS_LET(const bool found, row.step());
  return found ? EditionWords{.subject = row.text(0), .preheader = row.text(1)} : EditionWords{};
}

Result<void> EditionTable::set_changes(EditionId edition, std::span<const PostChange> changes) {
  TIDINGS_LET(const auto now, get(edition));
  TIDINGS_TRY(only_drafts(now));
  auto clear = database_.prepare("DELETE FROM edition_changes WHERE edition_id = :edition");
  TIDINGS_TRY(clear.bind(":edition", edition).run());
  auto add = database_.prepare(R"(
    INSERT INTO edition_changes (edition_id, post_id, title, note, excerpt)
    VALUES (:edition, :post, :title, :note, :excerpt))");
  for (const auto& change : changes) {
    if (!change.any()) continue;
    add.reset();
    add.bind(":edition", edition).bind(":post", change.post).bind(":title", change.title);
    TIDINGS_TRY(add.bind(":note", change.note).bind(":excerpt", change.excerpt).run());
  }
  return {};
}

Result<std::vector<PostChange>> EditionTable::changes_in(EditionId edition) {
  auto rows = database_.prepare(
      "SELECT post_id, title, note, excerpt FROM edition_changes WHERE edition_id = :edition ORDER BY "
      "post_id");
  rows.bind(":edition", edition);
  const auto text = [](const store::Statement& row, int column) {
    return row.is_null(column) ? std::nullopt : std::optional{row.text(column)};
  };
  return rows.list([&](const store::Statement& row) {
    return PostChange{
        .post = row.id<PostId>(0), .title = text(row, 1), .note = text(row, 2), .excerpt = text(row, 3)};
  });
}

Result<void> EditionTable::bring_back(EditionId edition, PostId post) {
  TIDINGS_LET(const auto now, get(edition));
  TIDINGS_TRY(only_drafts(now));
  TIDINGS_LET(const auto left_out, left_out_of(edition));
  for (const auto& each : left_out) {
    if (std::ranges::find(each.named, post) == each.named.end()) continue;
    auto add = database_.prepare(R"(
      INSERT INTO edition_posts (edition_id, post_id, position, same_as)
      SELECT :edition, :post, NULL, :post
      WHERE NOT EXISTS (
        SELECT 1 FROM edition_posts ep JOIN editions e ON e.id = ep.edition_id
        WHERE ep.post_id = :post AND e.digest = :digest AND e.id <> :edition AND e.state <> 'cancelled')
      ON CONFLICT (edition_id, post_id) DO UPDATE SET position = NULL, same_as = excluded.post_id, more = 0)");
    TIDINGS_TRY(add.bind(":edition", edition).bind(":post", post).bind(":digest", now.digest).run());
    if (database_.changes() != 1)
      return fail(Errc::bad_data,
                  fmt::format("another edition of \"{}\" has post {}", now.digest, post.value));
    auto others = each.named;
    std::erase(others, post);
    auto change = database_.prepare(R"(
      UPDATE edition_left_out SET posts = posts - 1, ids = :ids WHERE edition_id = :edition AND reason = :reason)");
    change.bind(":ids", ids_text(others)).bind(":edition", edition).bind(":reason", key_of(each.why));
    return change.run();
  }
  return fail(Errc::bad_data,
              fmt::format("post {} is not in {} and was not left out of it", post.value, name_of(now)),
              "\"tidings edition show\" lists both");
}

Result<void> EditionTable::revise(EditionId edition, Mailing mailing) {
  auto change = database_.prepare(R"(
    UPDATE editions SET revision = revision + 1, agreed = 0, answer = '', mailed_ms = CASE WHEN :again = 1 THEN NULL ELSE mailed_ms END
    WHERE id = :id AND state = 'draft')");
  return change.bind(":again", mailing == Mailing::again ? 1 : 0).bind(":id", edition).run();
}

Result<std::int64_t> EditionTable::revision_of(EditionId edition) {
  auto row = database_.prepare("SELECT revision FROM editions WHERE id = :id");
  row.bind(":id", edition);
  TIDINGS_LET(const bool found, row.step());
  return found ? row.integer(0) : 0;
}

Result<void> EditionTable::set_agreed(EditionId edition) {
  auto change =
      database_.prepare("UPDATE editions SET agreed = 1, reason = '' WHERE id = :id AND state = 'draft'");
  return change.bind(":id", edition).run();
}

Result<bool> EditionTable::is_agreed(EditionId edition) {
  auto row = database_.prepare("SELECT agreed FROM editions WHERE id = :id");
  row.bind(":id", edition);
  TIDINGS_LET(const bool found, row.step());
  return found && row.integer(0) != 0;
}

Result<void> EditionTable::set_answer(EditionId edition, std::string_view answer) {
  auto change = database_.prepare("UPDATE editions SET answer = :answer WHERE id = :id");
  return change.bind(":answer", answer).bind(":id", edition).run();
}

Result<std::string> EditionTable::answer_of(EditionId edition) {
  auto row = database_.prepare("SELECT answer FROM editions WHERE id = :id");
  row.bind(":id", edition);
  TIDINGS_LET(const bool found, row.step());
  return found ? row.text(0) : std::string{};
}

Result<void> EditionTable::set_preflight(EditionId edition, std::string_view preflight) {
  auto change = database_.prepare("UPDATE editions SET preflight = :preflight WHERE id = :id");
  return change.bind(":preflight", preflight).bind(":id", edition).run();
}

Result<bool> EditionTable::has_used_intro(std::string_view digest, std::string_view markdown) {
  auto row = database_.prepare(R"sql(
    SELECT 1 FROM editions
    WHERE digest = :digest AND intro = :intro AND state IN ('sealed', 'sending', 'sent')
    LIMIT 1)sql");
  row.bind(":digest", digest).bind(":intro", markdown);
  return row.step();
}

Result<void> EditionTable::keep_intro(EditionId edition, std::string_view markdown) {
  auto change = database_.prepare("UPDATE editions SET intro = :intro WHERE id = :id");
  return change.bind(":intro", markdown).bind(":id", edition).run();
}

Result<void> EditionTable::set_sections(EditionId edition, const std::map<PostId, std::string>& sections) {
  auto clear = database_.prepare(
      "UPDATE edition_posts SET section = NULL WHERE edition_id = :edition AND section IS NOT NULL");
  TIDINGS_TRY(clear.bind(":edition", edition).run());
  auto set = database_.prepare(
      "UPDATE edition_posts SET section = :section WHERE edition_id = :edition AND post_id = :post");
  for (const auto& [post, section] : sections) {
    set.reset();
    TIDINGS_TRY(set.bind(":section", section).bind(":edition", edition).bind(":post", post).run());
  }
  return {};
}

Result<std::map<PostId, std::string>> EditionTable::sections_in(EditionId edition) {
  auto rows = database_.prepare(
      "SELECT post_id, section FROM edition_posts WHERE edition_id = :edition AND section IS NOT NULL");
  rows.bind(":edition", edition);
  std::map<PostId, std::string> out;
  TIDINGS_TRY(rows.each([&](const store::Statement& row) -> Result<void> {
    out.emplace(row.id<PostId>(0), row.text(1));
    return {};
  }));
  return out;
}

Result<void> EditionTable::keep_notices(EditionId edition, std::string_view files) {
  auto change = database_.prepare("UPDATE editions SET notices = :files WHERE id = :id");
  return change.bind(":files", files).bind(":id", edition).run();
}

Result<std::string> EditionTable::notices_of(EditionId edition) {
  auto row = database_.prepare("SELECT notices FROM editions WHERE id = :id");
  row.bind(":id", edition);
  TIDINGS_LET(const bool found, row.step());
  return found ? row.text(0) : std::string{};
}

Result<void> EditionTable::keep_pictures(EditionId edition, std::string_view note) {
  auto change = database_.prepare("UPDATE editions SET pictures = :note WHERE id = :id");
  return change.bind(":note", note).bind(":id", edition).run();
}

Result<std::string> EditionTable::pictures_of(EditionId edition) {
  auto row = database_.prepare("SELECT pictures FROM editions WHERE id = :id");
  row.bind(":id", edition);
  TIDINGS_LET(const bool found, row.step());
  return found ? row.text(0) : std::string{};
}

Result<std::string> EditionTable::preflight_of(EditionId edition) {
  auto row = database_.prepare("SELECT preflight FROM editions WHERE id = :id");
  row.bind(":id", edition);
  TIDINGS_LET(const bool found, row.step());
  return found ? row.text(0) : std::string{};
}

Result<void> EditionTable::set_mailed(EditionId edition, std::string_view preflight, UtcTime at) {
  auto change =
      database_.prepare("UPDATE editions SET preflight = :preflight, mailed_ms = :at WHERE id = :id");
  return change.bind(":preflight", preflight).bind(":at", at).bind(":id", edition).run();
}

Result<void> EditionTable::set_reason(EditionId edition, std::string_view reason) {
  auto change = database_.prepare("UPDATE editions SET reason = :reason WHERE id = :id");
  return change.bind(":reason", reason).bind(":id", edition).run();
}

Result<void> EditionTable::approve(EditionId edition, std::string_view title, UtcTime at) {
  auto change = database_.prepare(R"(
    UPDATE editions SET state = 'sealed', title = :title, sealed_ms = :at, approved_ms = :at, reason = ''
    WHERE id = :id AND state = 'draft')");
  TIDINGS_TRY(change.bind(":title", title).bind(":at", at).bind(":id", edition).run());
  if (database_.changes() == 1) return {};
  TIDINGS_LET(const auto now, get(edition));
  return only_drafts(now);
}

}  // namespace tidings::digest
