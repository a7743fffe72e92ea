#include "digest/edition_table.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "digest/edition_rows.hpp"

namespace tidings::digest {
namespace {

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value < 1)
    return std::nullopt;
  return value;
}

tl::unexpected<Error> taken(const NewEdition& edition) {
  return fail(Errc::bad_data,
              fmt::format("digest {} already has an edition for its run of {}", edition.digest,
                          format_rfc3339(edition.scheduled)),
              "\"tidings edition list\" shows it");
}

}  // namespace

std::string ids_text(std::span<const PostId> ids) {
  std::string out;
  for (const auto id : ids) {
    if (!out.empty()) out += ' ';
    out += std::to_string(id.value);
  }
  return out;
}

std::vector<PostId> ids_of(std::string_view text) {
  std::vector<PostId> out;
  for (const auto piece : split(text, ' ')) {
    if (const auto value = number_of(piece)) out.push_back({*value});
  }
  return out;
}

// ---- composing
// ------------------------------------------------------------------------------------------------------

Result<void> EditionTable::meet(std::span<const std::string> digests, UtcTime now) {
  for (const auto& digest : digests) {
    auto known = database_.prepare("SELECT 1 FROM digests WHERE name = :digest");
    known.bind(":digest", digest);
    TIDINGS_LET(const bool found, known.step());
    if (found) continue;
    auto add = database_.prepare(
        "INSERT INTO digests (name, known_since_ms) VALUES (:digest, :now) ON CONFLICT DO NOTHING");
    TIDINGS_TRY(add.bind(":digest", digest).bind(":now", now).run());
  }
  return {};
}

Result<History> EditionTable::history(std::string_view digest, UtcTime now) {
  History out;
  const auto latest = now < UtcTime::max() - clock_slack ? now + clock_slack : now;
  auto known = database_.prepare("SELECT known_since_ms, owed_from_ms FROM digests WHERE name = :digest");
  known.bind(":digest", digest);
  TIDINGS_LET(const bool met, known.step());
  if (met) {
    out.known_since = known.time(0);
    out.owed_from = known.time(1);
  }
  auto first = database_.prepare(R"(
    SELECT from_ms, cut_ms FROM editions
    WHERE digest = :digest AND until_ms <= :latest AND NOT (state = 'cancelled' AND started_ms IS NULL)
    ORDER BY until_ms LIMIT 1)");
  first.bind(":digest", digest).bind(":latest", latest);
  TIDINGS_LET(const bool any, first.step());
  if (any) out.origin = History::Origin{.from = first.time(0), .cut = first.time(1)};
  auto newest = database_.prepare(R"(
    SELECT max(CASE WHEN until_ms <= :latest AND (state <> 'cancelled' OR started_ms IS NOT NULL) THEN until_ms END),
           max(CASE WHEN until_ms <= :latest AND (state <> 'cancelled' OR started_ms IS NOT NULL) THEN cut_ms END),
           max(CASE WHEN until_ms <= :latest OR scheduled_ms <= :latest THEN scheduled_ms END),
           min(CASE WHEN until_ms <= :latest AND state = 'cancelled' AND started_ms IS NULL THEN from_ms END),
           coalesce(max(number), 0),
           (SELECT count(e.wall_ms) FROM (SELECT wall_ms FROM editions WHERE digest = :digest
                                          ORDER BY scheduled_ms DESC LIMIT 1) AS e)
    FROM editions WHERE digest = :digest)");
  newest.bind(":digest", digest).bind(":latest", latest);
  TIDINGS_TRY(newest.step());
  out.covered_until = newest.optional_time(0);
  out.judged_cut = newest.optional_time(1);
  out.newest_run = newest.optional_time(2);
  out.cancelled_from = newest.optional_time(3);
  out.next_number = static_cast<int>(newest.integer(4)) + 1;
  out.is_newest_local = newest.integer(5) != 0;
  return out;
}

Result<std::vector<Edition>> EditionTable::from_future(UtcTime now) {
  auto query = database_.prepare(R"(
    SELECT id, digest, number, state, scheduled_ms, from_ms, until_ms, cut_ms, title, reason, sealed_ms, started_ms, finished_ms,
           intro, mailed_ms, approved_ms, wall_ms
    FROM editions WHERE until_ms > :latest AND NOT (state = 'cancelled' AND started_ms IS NULL) ORDER BY until_ms, id)");
  query.bind(":latest", now + clock_slack);
  return query.list(edition_of);
}

Result<void> EditionTable::date_back(const Edition& edition, UtcTime now) {
  using namespace std::chrono_literals;
  TIDINGS_LET(const auto past, history(edition.digest, now));
  const auto covered = std::max(past.covered_until.value_or(now - 1s), past.newest_run.value_or(now - 1s));
  auto update = database_.prepare(R"(
    UPDATE editions SET scheduled_ms = :until, until_ms = :until,
      from_ms = CASE WHEN from_ms > :until - 1 THEN :until - 1 ELSE from_ms END,
      cut_ms = CASE WHEN cut_ms > :now THEN :now ELSE cut_ms END,
      sealed_ms = CASE WHEN sealed_ms > :now THEN :now ELSE sealed_ms END,
      started_ms = CASE WHEN started_ms > :now THEN :now ELSE started_ms END,
      finished_ms = CASE WHEN finished_ms > :now THEN :now ELSE finished_ms END
    WHERE id = :id)");
  return update.bind(":until", covered + 1ms).bind(":now", now).bind(":id", edition.id).run();
}

SelectBounds EditionTable::bounds(const Plan& plan, const History& history, UtcTime cut) {
  const auto origin = history.origin.value_or(History::Origin{.from = plan.period.from, .cut = cut});
  return {.cut = cut,
          .scheduled = plan.scheduled,
          .nominal = plan.nominal,
          .owed_from = std::max(origin.from, history.owed_from),
          .origin_from = origin.from,
          .origin_cut = origin.cut,
          .judged_cut = history.judged_cut.value_or(UtcTime{})};
}

namespace {

/// Marks what the database knows about a candidate's link: shared within its source, or carried earlier from
/// another one.
Result<void> look_up_link(store::Database& database, std::string_view digest, Candidate& candidate) {
  if (!names_an_article(candidate.link_key)) return {};
  auto shared = database.prepare(
      "SELECT 1 FROM post_keys WHERE link_key = :key AND source_id = :source AND id <> :id LIMIT 1");
  shared.bind(":key", candidate.link_key).bind(":source", candidate.source).bind(":id", candidate.id);
  TIDINGS_LET(const bool is_shared, shared.step());
  candidate.link_shared = is_shared;
  if (is_shared) return {};
  auto carried = database.prepare(R"(
    SELECT coalesce(ep.same_as, p.id)
    FROM post_keys p
    JOIN edition_posts ep ON ep.post_id = p.id
    JOIN editions e ON e.id = ep.edition_id
    WHERE p.link_key = :key AND p.source_id <> :source
      AND e.digest = :digest AND NOT (e.state = 'cancelled' AND e.started_ms IS NULL)
      AND NOT EXISTS (SELECT 1 FROM post_keys other
                      WHERE other.link_key = p.link_key AND other.source_id = p.source_id AND other.id <> p.id)
    ORDER BY ep.edition_id, p.id LIMIT 1)");
  carried.bind(":key", candidate.link_key).bind(":source", candidate.source).bind(":digest", digest);
  TIDINGS_LET(const bool is_carried, carried.step());
  if (is_carried) candidate.repeat_of = carried.id<PostId>(0);
  return {};
}

}  // namespace

Result<void> EditionTable::visit_candidates(std::string_view digest, const SelectBounds& bounds,
                                            const std::function<Result<void>(Candidate&&)>& visitor) {
  auto rows = database_.prepare(R"(
    SELECT p.id, p.source_id, p.source, p.published_ms, p.first_seen_ms, p.title, p.link_key, p.title_key, p.pinned, p.place,
           p.read_before_ms, p.set_aside_ms, p.released_ms, p.hidden,
           CASE WHEN p.read_before_ms IS NULL
                THEN (SELECT min(e.scheduled_ms) FROM editions e
                      WHERE e.digest = :digest AND e.cut_ms > p.first_seen_ms
                        AND NOT (e.state = 'cancelled' AND e.started_ms IS NULL)) END,
           p.is_dropped
    FROM candidate_posts p
    WHERE p.first_seen_ms < :cut AND coalesce(p.released_ms, p.first_seen_ms) >= :owed_from
      AND NOT EXISTS (SELECT 1 FROM edition_posts ep JOIN editions e ON e.id = ep.edition_id
                      WHERE ep.post_id = p.id AND e.digest = :digest
                        AND NOT (e.state = 'cancelled' AND e.started_ms IS NULL))
    ORDER BY p.id)");
  rows.bind(":cut", bounds.cut).bind(":owed_from", bounds.owed_from).bind(":digest", digest);
  return rows.each([&](const store::Statement& row) -> Result<void> {
    auto candidate = candidate_of(row);
    candidate.read_before = row.optional_time(10);
    candidate.released = !row.is_null(12);
    candidate.set_aside = !row.is_null(11) && !candidate.released;
    candidate.hidden = row.integer(13) != 0;
    candidate.first_run = row.optional_time(14);
    candidate.dropped = row.integer(15) != 0;
    TIDINGS_TRY(visitor(std::move(candidate)));
    return {};
  });
}

Result<Weighed> EditionTable::candidates(std::string_view digest, const SelectOptions& options,
                                         const SelectBounds& bounds) {
  Weighed out;
  const auto weigh = [&](Candidate&& candidate) -> Result<void> {
    TIDINGS_LET(candidate.tags, tags_of(database_, candidate.id));
    const auto why = judge(candidate, options, bounds);
    if (!why) {
      TIDINGS_TRY(look_up_link(database_, digest, candidate));
      out.candidates.push_back(std::move(candidate));
    } else if (*why != LeftOut::source) {
      out.left_out.push_back(
          {.id = candidate.id, .why = *why, .joined = {}, .first_seen = candidate.first_seen});
    }
    return {};
  };
  TIDINGS_TRY(visit_candidates(digest, bounds, weigh));
  return out;
}

Result<std::vector<std::string>> EditionTable::carriers(PostId post) {
  auto rows = database_.prepare(R"(
    SELECT DISTINCT e.digest FROM edition_posts ep JOIN editions e ON e.id = ep.edition_id
    WHERE ep.post_id = :post AND NOT (e.state = 'cancelled' AND e.started_ms IS NULL) ORDER BY e.digest)");
  rows.bind(":post", post);
  std::vector<std::string> digests;
  for (;;) {
    TIDINGS_LET(const bool more, rows.step());
    if (!more) return digests;
    digests.push_back(rows.text(0));
  }
}

Result<std::vector<ShownBefore>> EditionTable::shown_since(std::string_view digest, UtcTime served_until,
                                                           const SelectOptions& options) {
  // Each article's posts follow each other; a repeat's row refers to an article of an earlier edition and is
  // not part of it.
  auto rows = database_.prepare(R"(
    SELECT p.id, p.source_id, p.source, p.published_ms, p.first_seen_ms, p.title, p.link_key, p.title_key, p.pinned,
           p.place, coalesce(ep.same_as, ep.post_id), p.hidden, e.cut_ms
    FROM editions e
    JOIN edition_posts ep ON ep.edition_id = e.id
    JOIN candidate_posts p ON p.id = ep.post_id
    WHERE e.digest = :digest AND e.cut_ms > :served_until AND e.state <> 'draft' AND ep.more = 0
      AND NOT (e.state = 'cancelled' AND e.started_ms IS NULL)
      AND (ep.same_as IS NULL OR EXISTS (SELECT 1 FROM edition_posts shown
                                         WHERE shown.edition_id = e.id AND shown.post_id = ep.same_as AND shown.same_as IS NULL))
    ORDER BY e.cut_ms, coalesce(ep.same_as, ep.post_id), ep.same_as IS NOT NULL, ep.post_id)");
  rows.bind(":digest", digest).bind(":served_until", served_until);
  std::vector<ShownBefore> out;
  std::vector<Candidate> article;
  PostId shown;
  bool hidden = false;
  UtcTime cut{};
  const auto finish = [&] {
    if (!article.empty() && !hidden) out.push_back({.post = join(article, options), .cut = cut});
    article.clear();
  };
  TIDINGS_TRY(rows.each([&](const store::Statement& row) -> Result<void> {
    if (const auto stands = row.id<PostId>(10); stands != shown || article.empty()) {
      finish();
      shown = stands;
      hidden = row.integer(11) != 0;
      cut = row.time(12);
    }
    article.push_back(candidate_of(row));
    TIDINGS_LET(article.back().tags, tags_of(database_, article.back().id));
    return {};
  }));
  finish();
  return out;
}

// ---- sealing
// --------------------------------------------------------------------------------------------------------

namespace {

Result<void> insert_posts(store::Database& database, EditionId edition, const Selection& selection) {
  auto row = database.prepare(R"(
    INSERT INTO edition_posts (edition_id, post_id, position, same_as, more)
    VALUES (:edition, :post, :position, :same_as, :more))");
  const auto add = [&](PostId post, std::optional<std::int64_t> position, std::optional<PostId> same_as,
                       int more) {
    row.reset();
    row.bind(":edition", edition).bind(":post", post).bind(":position", position);
    return row.bind(":same_as", same_as).bind(":more", more).run();
  };
  std::int64_t position = 0;
  const auto add_all = [&](const std::vector<Selected>& posts, int more) -> Result<void> {
    for (const auto& post : posts) {
      TIDINGS_TRY(add(post.id, position++, std::nullopt, more));
      for (const auto joined : post.joined) TIDINGS_TRY(add(joined, std::nullopt, post.id, more));
    }
    return {};
  };
  TIDINGS_TRY(add_all(selection.posts, 0));
  TIDINGS_TRY(add_all(selection.more, 1));
  for (const auto& repeat : selection.repeats) TIDINGS_TRY(add(repeat.id, std::nullopt, repeat.of, 0));
  return {};
}

Result<void> insert_surplus(store::Database& database, EditionId edition, const Selection& selection) {
  auto row = database.prepare(
      "INSERT INTO edition_surplus (edition_id, source_id, posts) VALUES (:edition, :source, :posts)");
  for (const auto& each : selection.surplus) {
    row.reset();
    TIDINGS_TRY(row.bind(":edition", edition).bind(":source", each.source).bind(":posts", each.posts).run());
  }
  return {};
}

}  // namespace

Result<EditionId> EditionTable::insert(const NewEdition& edition, const Selection& selection,
                                       std::optional<UtcTime> sealed_at) {
  EditionId id;
  {
    auto row = database_.prepare(R"(
      INSERT INTO editions (digest, number, state, scheduled_ms, from_ms, until_ms, cut_ms, title, reason, sealed_ms, wall_ms)
      SELECT :digest, coalesce(max(number), 0) + 1, CASE WHEN :sealed IS NULL THEN 'draft' ELSE 'sealed' END,
             :scheduled, :from, :until, :cut, :title, :reason, :sealed, :wall
      FROM editions WHERE digest = :digest
      ON CONFLICT DO NOTHING
      RETURNING id)");
    row.bind(":digest", edition.digest)
        .bind(":scheduled", edition.scheduled)
        .bind(":from", edition.period.from);
    row.bind(":until", edition.period.until).bind(":cut", edition.cut).bind(":title", edition.title);
    row.bind(":reason", edition.reason).bind(":sealed", sealed_at).bind(":wall", edition.wall);
    TIDINGS_LET(const bool inserted, row.step());
    if (!inserted) return taken(edition);
    id = row.id<EditionId>(0);
    TIDINGS_TRY(row.run());
  }
  TIDINGS_TRY(insert_posts(database_, id, selection));
  TIDINGS_TRY(insert_surplus(database_, id, selection));
  return id;
}

Result<EditionId> EditionTable::record_skipped(const NewEdition& edition, const Selection& selection,
                                               UtcTime at) {
  TIDINGS_LET(const auto id, record_skipped(edition, at));
  TIDINGS_TRY(insert_posts(database_, id, selection));
  return id;
}

Result<SegmentId> EditionTable::add_segment(EditionId edition, std::string_view language,
                                            std::span<const PostId> posts,
                                            std::span<const std::size_t> events) {
  auto row = database_.prepare(
      "INSERT INTO segments (edition_id, language, posts) VALUES (:edition, :language, :posts) RETURNING id");
  row.bind(":edition", edition).bind(":language", language).bind(":posts", contents_text(posts, events));
  TIDINGS_TRY(row.step());
  const auto id = row.id<SegmentId>(0);
  TIDINGS_TRY(row.run());
  return id;
}

Result<void> EditionTable::note_segment(SegmentId segment, std::string_view note) {
  auto row = database_.prepare("UPDATE segments SET note = :note WHERE id = :segment");
  return row.bind(":note", note).bind(":segment", segment).run();
}

Result<void> EditionTable::add_page(EditionId edition, std::string_view language, std::string_view html) {
  auto row = database_.prepare(
      "INSERT INTO edition_pages (edition_id, language, html) VALUES (:edition, :language, :html)");
  return row.bind(":edition", edition).bind(":language", language).bind(":html", html).run();
}

Result<std::vector<EditionPage>> EditionTable::pages_of(EditionId edition) {
  auto rows = database_.prepare(
      "SELECT language, html FROM edition_pages WHERE edition_id = :edition ORDER BY language");
  rows.bind(":edition", edition);
  return rows.list(
      [](const store::Statement& row) { return EditionPage{.language = row.text(0), .html = row.text(1)}; });
}

Result<void> EditionTable::add_image(EditionId edition, const EditionImage& image) {
  auto row = database_.prepare(
      "INSERT INTO edition_images (edition_id, content_id, url, bytes) VALUES (:edition, :content_id, :url, "
      ":bytes)");
  row.bind(":edition", edition).bind(":content_id", image.content_id).bind(":url", image.url);
  return row.bind_blob(":bytes", image.bytes).run();
}

Result<std::vector<EditionImage>> EditionTable::images_of(EditionId edition) {
  auto rows = database_.prepare(
      "SELECT content_id, url, bytes FROM edition_images WHERE edition_id = :edition ORDER BY id");
  rows.bind(":edition", edition);
  return rows.list([](const store::Statement& row) {
    return EditionImage{.content_id = row.text(0), .url = row.text(1), .bytes = row.blob(2)};
  });
}

Result<void> EditionTable::add_left_out(EditionId edition, std::span<const LeftOutPosts> left_out) {
  auto row = database_.prepare(
      "INSERT INTO edition_left_out (edition_id, reason, posts, ids) VALUES (:edition, :reason, :posts, "
      ":ids)");
  for (const auto& each : left_out) {
    row.reset();
    row.bind(":edition", edition).bind(":reason", key_of(each.why)).bind(":posts", each.posts);
    TIDINGS_TRY(row.bind(":ids", ids_text(each.named)).run());
  }
  return {};
}

Result<std::vector<LeftOutPosts>> EditionTable::left_out_of(EditionId edition) {
  auto rows = database_.prepare(
      "SELECT reason, posts, ids FROM edition_left_out WHERE edition_id = :edition ORDER BY posts DESC, "
      "reason");
  rows.bind(":edition", edition);
  std::vector<LeftOutPosts> out;
  TIDINGS_TRY(rows.each([&](const store::Statement& row) {
    if (const auto why = parse_left_out(row.view(0))) {
      out.push_back({.why = *why, .posts = row.integer(1), .named = ids_of(row.view(2))});
    }
  }));
  return out;
}

// ---- states
// ---------------------------------------------------------------------------------------------------------

Result<EditionId> EditionTable::record_skipped(const NewEdition& edition, UtcTime at) {
  auto row = database_.prepare(R"(
    INSERT INTO editions (digest, state, scheduled_ms, from_ms, until_ms, cut_ms, title, reason, finished_ms)
    VALUES (:digest, 'skipped', :scheduled, :from, :until, :cut, :title, :reason, :at)
    ON CONFLICT DO NOTHING
    RETURNING id)");
  row.bind(":digest", edition.digest)
      .bind(":scheduled", edition.scheduled)
      .bind(":from", edition.period.from);
  row.bind(":until", edition.period.until).bind(":cut", edition.cut).bind(":title", edition.title);
  row.bind(":reason", edition.reason).bind(":at", at);
  TIDINGS_LET(const bool inserted, row.step());
  if (!inserted) return taken(edition);
  const auto id = row.id<EditionId>(0);
  TIDINGS_TRY(row.run());
  return id;
}

namespace {

/// The result of a state change that touched no row: already done, or not allowed.
Result<void> refused(const Edition& edition, EditionState wanted) {
  if (edition.state == wanted) return {};
  return fail(Errc::not_permitted, fmt::format("{} is {} and can no longer be {}", name_of(edition),
                                               name_of(edition.state), name_of(wanted)));
}

}  // namespace

Result<void> EditionTable::set_sending(EditionId edition, UtcTime started_at) {
  auto change = database_.prepare(
      "UPDATE editions SET state = 'sending', started_ms = coalesce(started_ms, :at) WHERE id = :id AND "
      "state = 'sealed'");
  TIDINGS_TRY(change.bind(":at", started_at).bind(":id", edition).run());
  if (database_.changes() == 1) return {};
  TIDINGS_LET(const auto now, get(edition));
  return refused(now, EditionState::sending);
}

Result<void> EditionTable::set_sent(EditionId edition, UtcTime finished_at) {
  auto change = database_.prepare(
      "UPDATE editions SET state = 'sent', finished_ms = coalesce(finished_ms, :at) WHERE id = :id AND state "
      "IN ('sealed', 'sending')");
  TIDINGS_TRY(change.bind(":at", finished_at).bind(":id", edition).run());
  if (database_.changes() == 1) return {};
  TIDINGS_LET(const auto now, get(edition));
  return refused(now, EditionState::sent);
}

Result<void> EditionTable::reopen(EditionId edition, UtcTime at) {
  auto change = database_.prepare(R"(
    UPDATE editions SET state = CASE state WHEN 'sent' THEN 'sending' ELSE state END, approved_ms = :at, finished_ms = NULL
    WHERE id = :id AND state IN ('sealed', 'sending', 'sent'))");
  TIDINGS_TRY(change.bind(":at", at).bind(":id", edition).run());
  if (database_.changes() == 1) return {};
  TIDINGS_LET(const auto now, get(edition));
  return fail(Errc::usage,
              fmt::format("{} is {}: its deliveries cannot be retried", name_of(now), name_of(now.state)));
}

Result<void> EditionTable::admit(EditionId edition, UtcTime at) {
  auto change = database_.prepare(
      "UPDATE editions SET state = 'sending', approved_ms = :at WHERE id = :id AND state = 'sent'");
  return change.bind(":at", at).bind(":id", edition).run();
}

Result<void> EditionTable::cancel(EditionId edition, std::string_view reason, UtcTime at, Reached reached) {
  auto change = database_.prepare(R"(
    UPDATE editions SET state = 'cancelled', reason = :reason, finished_ms = :at,
      started_ms = CASE WHEN :nobody = 1 THEN NULL ELSE started_ms END
    WHERE id = :id AND state IN ('draft', 'sealed', 'sending'))");
  change.bind(":nobody", reached == Reached::nobody ? 1 : 0);
  TIDINGS_TRY(change.bind(":reason", reason).bind(":at", at).bind(":id", edition).run());
  if (database_.changes() == 1) return {};
  TIDINGS_LET(const auto now, get(edition));
  return refused(now, EditionState::cancelled);
}

// ---- reading
// --------------------------------------------------------------------------------------------------------

Result<Edition> EditionTable::get(EditionId edition) {
  auto row = database_.prepare(R"(
    SELECT id, digest, number, state, scheduled_ms, from_ms, until_ms, cut_ms, title, reason, sealed_ms, started_ms, finished_ms,
           intro, mailed_ms, approved_ms, wall_ms
    FROM editions WHERE id = :id)");
  row.bind(":id", edition);
  TIDINGS_LET(const bool found, row.step());
  if (!found) {
    return fail(Errc::no_input, fmt::format("there is no edition {}", edition.value),
                "\"tidings edition list\" shows all");
  }
  return edition_of(row);
}

Result<Edition> EditionTable::find(std::string_view name) {
  const auto hash = name.rfind('#');
  const auto digest = name.substr(0, hash);
  const auto number = hash == std::string_view::npos ? std::nullopt : number_of(name.substr(hash + 1));
  auto row = database_.prepare(R"(
    SELECT id, digest, number, state, scheduled_ms, from_ms, until_ms, cut_ms, title, reason, sealed_ms, started_ms, finished_ms,
           intro, mailed_ms, approved_ms, wall_ms
    FROM editions
    WHERE digest = :digest AND number IS NOT NULL AND (:number IS NULL OR number = :number)
    ORDER BY number DESC LIMIT 1)");
  row.bind(":digest", digest).bind(":number", number);
  const bool readable = hash == std::string_view::npos || number.has_value();
  TIDINGS_LET(const bool found, row.step());
  if (found && readable) return edition_of(row);
  if (hash == std::string_view::npos) {
    if (const auto id = number_of(name)) return get({*id});
  }
  TIDINGS_LET(const auto past, history(digest));
  if (past.next_number == 1) {
    return fail(Errc::no_input, fmt::format("there is no edition of \"{}\"", digest),
                "name a digest, an edition as weekly#12, or an id; \"tidings edition list\" shows all");
  }
  return fail(Errc::no_input, fmt::format("there is no edition {}", name),
              fmt::format("the newest one is {}#{}", digest, past.next_number - 1));
}

Result<std::vector<EditionSummary>> EditionTable::list(std::string_view digest, int limit,
                                                       std::optional<EditionId> after) {
  auto rows = database_.prepare(R"(
    SELECT e.id, e.digest, e.number, e.state, e.scheduled_ms, e.from_ms, e.until_ms, e.cut_ms, e.title, e.reason,
           e.sealed_ms, e.started_ms, e.finished_ms, e.intro, e.mailed_ms, e.approved_ms, e.wall_ms,
           (SELECT count(*) FROM edition_posts p WHERE p.edition_id = e.id AND p.same_as IS NULL AND p.more = 0),
           coalesce((SELECT h.segments FROM edition_history h WHERE h.edition_id = e.id),
                    (SELECT count(*) FROM segments s WHERE s.edition_id = e.id))
    FROM editions e
    WHERE (:digest = '' OR e.digest = :digest)
      AND (:after IS NULL OR (e.until_ms, e.id) < (SELECT until_ms, id FROM editions WHERE id = :after))
    ORDER BY e.until_ms DESC, e.id DESC LIMIT :limit)");
  rows.bind(":digest", digest).bind(":limit", limit).bind(":after", after);
  return rows.list([](const store::Statement& row) {
    return EditionSummary{.edition = edition_of(row),
                          .posts = static_cast<int>(row.integer(17)),
                          .segments = static_cast<int>(row.integer(18))};
  });
}

Result<std::vector<Edition>> EditionTable::unfinished() {
  auto rows = database_.prepare(R"(
    SELECT id, digest, number, state, scheduled_ms, from_ms, until_ms, cut_ms, title, reason, sealed_ms, started_ms, finished_ms,
           intro, mailed_ms, approved_ms, wall_ms
    FROM editions WHERE state IN ('sealed', 'sending') ORDER BY scheduled_ms, id)");
  return rows.list(edition_of);
}

Result<std::vector<PostId>> EditionTable::shown_in(EditionId edition, int more) {
  auto rows = database_.prepare(R"(
    SELECT post_id FROM edition_posts
    WHERE edition_id = :edition AND same_as IS NULL AND more = :more ORDER BY position)");
  rows.bind(":edition", edition).bind(":more", more);
  return rows.list([](const store::Statement& row) { return row.id<PostId>(0); });
}

Result<std::vector<PostId>> EditionTable::posts_of(EditionId edition) { return shown_in(edition, 0); }

Result<std::vector<PostId>> EditionTable::more_of(EditionId edition) { return shown_in(edition, 1); }

Result<std::vector<Repeat>> EditionTable::joined_in(EditionId edition) {
  auto rows = database_.prepare(R"(
    SELECT post_id, same_as FROM edition_posts
    WHERE edition_id = :edition AND same_as IS NOT NULL ORDER BY same_as, post_id)");
  rows.bind(":edition", edition);
  return rows.list(
      [](const store::Statement& row) { return Repeat{.id = row.id<PostId>(0), .of = row.id<PostId>(1)}; });
}

Result<std::vector<Segment>> EditionTable::segments_of(EditionId edition) {
  auto rows = database_.prepare(
      "SELECT id, language, posts, note FROM segments WHERE edition_id = :edition ORDER BY id");
  rows.bind(":edition", edition);
  return rows.list([&](const store::Statement& row) {
    return Segment{.id = row.id<SegmentId>(0),
                   .edition = edition,
                   .language = row.text(1),
                   .posts = ids_of(row.view(2)),
                   .events = events_in(row.view(2)),
                   .note = row.text(3)};
  });
}

}  // namespace tidings::digest
