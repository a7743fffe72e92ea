#include "cli/job_objects.hpp"

#include <fmt/format.h>

#include "cli/left_out_words.hpp"
#include "cli/objects.hpp"
#include "edition/editions.hpp"

namespace tidings::cli {
namespace {

std::string_view name_of(app::CollectedSource::What what) {
  using What = app::CollectedSource::What;
  switch (what) {
    case What::read: return "read";
    case What::not_modified: return "not_modified";
    case What::not_due: return "not_due";
    case What::failed: break;
  }
  return "failed";
}

std::string_view name_of(edition::Composed::What what) {
  using What = edition::Composed::What;
  switch (what) {
    case What::sealed: return "sealed";
    case What::skipped: return "skipped";
    case What::not_due: return "not_due";
    case What::held: return "held";
    case What::drafted: return "drafted";
    case What::unapproved: return "unapproved";
    case What::waits: break;
  }
  return "waits";
}

std::string_view name_of(edition::Composed::Hours hours) {
  using Hours = edition::Composed::Hours;
  switch (hours) {
    case Hours::one_for_all: return "one_for_all";
    case Hours::local: return "local";
    case Hours::at_once: break;
  }
  return "at_once";
}

}  // namespace

Json collected_object(const app::CollectedSource& source) {
  return {{"event", "collected"},
          {"source", source.name},
          {"outcome", name_of(source.what)},
          {"entry_count", source.entries},
          {"event_count", source.events},
          {"added_count", source.counts.added},
          {"updated_count", source.counts.updated},
          {"rejected_count", source.dropped},
          {"older_left_out_count", source.left_out},
          {"set_aside_count", source.counts.set_aside},
          {"undated_count", source.counts.undated},
          {"warnings", source.warnings},
          {"error", json_text(source.error)}};
}

Json composed_object(const edition::Composed& composed) {
  return {{"event", "composed"},
          {"digest", composed.digest},
          {"edition", composed.number > 0 ? Json(fmt::format("{}#{}", composed.digest, composed.number))
                                          : Json(nullptr)},
          {"outcome", name_of(composed.what)},
          {"title", json_text(composed.title)},
          {"reason", json_text(composed.reason)},
          {"post_count", composed.posts},
          {"segment_count", composed.segments},
          {"recipient_count", composed.recipients},
          {"next_run", json_time(composed.next_run)},
          {"hours", name_of(composed.hours)},
          {"events", event_objects(composed.events)},
          {"notices", lines_json(composed.notices)},
          {"left_out_counts", left_out_counts(composed.left_out)}};
}

Result<Json> composed_object(store::Database& database, const edition::Composed& composed) {
  auto json = composed_object(composed);
  json["posts"] = Json::array();
  if (composed.edition) {
    TIDINGS_LET(const auto shown, edition::posts_of(database, composed.edition));
    json["posts"] = post_objects(shown, composed.sections);
  }
  json["joined"] = Json::array();
  for (const auto& each : composed.joined) {
    json["joined"].push_back(
        {{"id", each.id.value}, {"shown", each.shown.value}, {"why", digest::in_words(each.reason)}});
  }
  TIDINGS_LET(json["left_out"], left_out_json(database, composed.left_out));
  return json;
}

Json delivered_object(const sending::DeliveredEdition& delivered) {
  Json json{{"event", "delivered"},
            {"digest", delivered.edition.digest},
            {"edition", digest::name_of(delivered.edition)},
            {"title", json_text(delivered.edition.title)},
            {"held", delivered.held},
            {"sent_now_count", delivered.run.sent}};
  add_counts(json, delivered.counts);
  add_waiting(json, delivered.waiting);
  return json;
}

Json said_object(std::string_view line) { return {{"event", "said"}, {"what", line}}; }

}  // namespace tidings::cli
