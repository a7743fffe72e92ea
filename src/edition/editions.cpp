#include "edition/editions.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "digest/announced_events.hpp"
#include "digest/edition_table.hpp"
#include "edition/coming_events.hpp"
#include "edition/sections.hpp"
#include "edition/selection.hpp"
#include "edition/stored_draft.hpp"
#include "post/post_table.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::edition {

namespace {

/// Of a draft those that it would be sealed with; none if its theme is broken, which others tell.
Result<std::string> notices_of(const config::Context& context, const digest::Edition& edition) {
  if (edition.state != digest::EditionState::draft)
    return digest::EditionTable(context.database).notices_of(edition.id);
  const auto* const digest = context.config.find_digest(edition.digest);
  if (digest == nullptr) return std::string{};
  const auto renderer = Renderer::load(context.config, *digest);
  return renderer ? renderer->notices_on(edition.scheduled) : std::string{};
}

}  // namespace

Result<digest::Edition> find_edition(store::Database& database, const std::string& name) {
  return digest::EditionTable(database).find(name);
}

Result<digest::Edition> find_draft(store::Database& database, const std::string& name) {
  TIDINGS_LET(auto edition, find_edition(database, name));
  if (edition.state == digest::EditionState::draft) return edition;
  return fail(Errc::not_permitted,
              fmt::format("{} is {}, not a draft", digest::name_of(edition), digest::name_of(edition.state)),
              "review = true in its [[digest]] makes drafts");
}

Result<digest::Edition> newest_edition(store::Database& database) {
  constexpr int far_enough = 1000;
  TIDINGS_LET(const auto editions, digest::EditionTable(database).list({}, far_enough));
  const auto newest =
      std::ranges::find_if(editions, [](const auto& each) { return each.edition.number.has_value(); });
  if (newest != editions.end()) return newest->edition;
  return fail(Errc::no_input, "there is no edition yet",
              "\"tidings digest list\" says when the next one is due");
}

Result<std::vector<ListedEdition>> list_editions(const config::Context& context, const EditionQuery& query) {
  delivery::Ledger ledger{context.database, context.clock};
  digest::EditionTable table{context.database};
  std::optional<EditionId> after;
  if (!query.after.empty()) {
    TIDINGS_LET(const auto last, table.find(query.after));
    after = last.id;
  }
  TIDINGS_LET(const auto editions, table.list(query.digest, query.limit, after));
  std::vector<ListedEdition> listed;
  for (const auto& each : editions) {
    TIDINGS_LET(const auto counts, ledger.counts(each.edition.id));
    listed.push_back(
        {.edition = each.edition, .posts = each.posts, .segments = each.segments, .counts = counts});
    TIDINGS_LET(listed.back().waiting, ledger.waiting(each.edition.id, context.config.newsletter.zone));
  }
  return listed;
}

namespace {

/// Posts and events as the mail has them; of a digest that is no longer configured as they were stored.
Result<void> describe_contents(const config::Context& context, EditionDetails& out) {
  auto& database = context.database;
  TIDINGS_LET(out.posts, posts_of(database, out.edition.id));
  const auto* const digest = context.config.find_digest(out.edition.digest);
  if (digest == nullptr) {
    TIDINGS_LET(out.events, digest::announced_in(database, out.edition.id));
    out.groups.push_back({.key = {},
                          .section = nullptr,
                          .posts = all_of(out.posts.size()),
                          .events = all_of(out.events.size())});
    return {};
  }
  TIDINGS_LET(auto arranged, arrangement_of(context, *digest, out.edition));
  TIDINGS_LET(const auto loaded, load_shown(database, arranged.selection.posts));
  ShownPosts shown{.posts = {}, .more = {}, .events = all_of(arranged.facts.events.size())};
  for (const auto& each : loaded) shown.posts.push_back(&each);
  shown.posts = leads_first(*digest, arranged.facts, std::move(shown.posts));
  out.groups = groups_of(context.config, *digest, arranged.facts, shown);
  out.posts.clear();
  for (auto& group : out.groups) {
    for (auto& index : group.posts) {
      out.posts.push_back(shown.posts[index]->post);
      index = out.posts.size() - 1;
    }
  }
  out.events = std::move(arranged.facts.events);
  PostGroup others;  // in sections that are no longer configured
  for (const auto index : shown.events) {
    const auto holds = [&](const PostGroup& group) {
      return std::ranges::find(group.events, index) != group.events.end();
    };
    if (std::ranges::none_of(out.groups, holds)) others.events.push_back(index);
  }
  out.groups.push_back(std::move(others));
  return {};
}

}  // namespace

Result<EditionDetails> describe_edition(const config::Context& context, const std::string& name) {
  digest::EditionTable editions{context.database};
  post::PostTable posts{context.database};
  EditionDetails out;
  TIDINGS_LET(out.edition, editions.find(name));
  const auto id = out.edition.id;
  TIDINGS_TRY(describe_contents(context, out));
  TIDINGS_LET(const auto dropped, editions.dropped_of(id));
  TIDINGS_LET(out.dropped, posts.load(dropped));
  TIDINGS_LET(out.segments, editions.segments_of(id));
  TIDINGS_LET(out.left_out, editions.left_out_of(id));
  TIDINGS_LET(out.sections, section_names(context, out.edition));
  TIDINGS_LET(out.notices, notices_of(context, out.edition));
  TIDINGS_LET(out.pictures, editions.pictures_of(id));
  TIDINGS_LET(out.preflight, editions.preflight_of(id));
  TIDINGS_LET(out.counts, delivery::Ledger(context.database, context.clock).counts(id));
  return out;
}

Result<std::vector<post::Post>> posts_of(store::Database& database, EditionId edition) {
  TIDINGS_LET(const auto ids, digest::EditionTable(database).posts_of(edition));
  return post::PostTable(database).load(ids);
}

Result<Cancelled> cancel_edition(const config::Context& context, const std::string& name,
                                 const std::string& reason) {
  using Reached = digest::EditionTable::Reached;
  digest::EditionTable editions{context.database};
  Cancelled out;
  TIDINGS_LET(out.edition, editions.find(name));
  delivery::Ledger ledger{context.database, context.clock};
  // What a killed run had in flight is in doubt, and not merely unsent.
  TIDINGS_LET([[maybe_unused]] const auto recovered, ledger.recover({}));
  TIDINGS_LET(const auto counts, ledger.counts(out.edition.id));
  out.readers = counts.sent + counts.in_doubt + counts.bounced;
  TIDINGS_LET(auto transaction, context.database.begin());
  TIDINGS_TRY(editions.cancel(out.edition.id, reason, context.clock.now(),
                              out.readers == 0 ? Reached::nobody : Reached::perhaps_somebody));
  TIDINGS_TRY(ledger.call_off(out.edition.id));
  TIDINGS_TRY(transaction.commit());
  return out;
}

Result<std::vector<ListedDigest>> list_digests(const config::Context& context) {
  TIDINGS_LET(const auto counts, subscriber::SubscriberTable(context.database, context.clock).counts());
  std::vector<ListedDigest> listed;
  for (const auto& digest : context.config.digests) {
    auto& one = listed.emplace_back();
    one.digest = &digest;
    const auto found =
        std::ranges::find(counts.digests, digest.name, &subscriber::SubscriptionCounts::digest);
    if (found != counts.digests.end()) one.subscribers = found->confirmed;
    TIDINGS_LET(one.outlook, outlook(context.config, digest, context.database, context.clock.now()));
  }
  return listed;
}

}  // namespace tidings::edition
