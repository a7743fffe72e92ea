#include "members/personal_data.hpp"

#include <nlohmann/json.hpp>

#include "subscriber/export.hpp"

namespace tidings::members {
namespace {

using Json = nlohmann::ordered_json;

Json time(const std::optional<UtcTime>& at) { return at ? Json(format_rfc3339(*at)) : Json(nullptr); }

Json text(const std::string& value) { return value.empty() ? Json(nullptr) : Json(value); }

}  // namespace

Json deliveries_of(const Story& story) {
  Json out = Json::array();
  for (const auto& [edition, row] : story.deliveries) {
    out.push_back({{"edition", edition},
                   {"state", delivery::name_of(row.state)},
                   {"settled", time(row.settled)},
                   {"reply", text(row.reply)}});
  }
  return out;
}

Json bounces_of(const Story& story) {
  Json out = Json::array();
  for (const auto& each : story.bounces) {
    out.push_back({{"kind", each.kind},
                   {"at", time(each.at)},
                   {"reason", text(each.reason)},
                   {"status", text(each.status)},
                   {"counts", each.counts},
                   {"suppressed", each.suppressed}});
  }
  return out;
}

Result<std::string> personal_data(const config::Context& context, const MailAddress& address) {
  TIDINGS_LET(const auto text, subscriber::export_one(context.database, context.clock, address));
  TIDINGS_LET(const auto story, story_of(context, address));
  auto person = Json::parse(text);
  person["deliveries"] = deliveries_of(story);
  person["bounces"] = bounces_of(story);
  return person.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tidings::members
