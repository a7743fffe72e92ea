#include "edition/coming_events.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "base/text.hpp"
#include "digest/announced_events.hpp"
#include "source/event_table.hpp"
#include "source/source_table.hpp"

namespace tidings::edition {
namespace {

bool has_one_of(const std::vector<std::string>& wanted, const std::vector<std::string>& own) {
  return std::ranges::any_of(wanted, [&](const std::string& topic) {
    return std::ranges::find(own, fold_case(topic)) != own.end();
  });
}

bool keeps_out(const config::DigestConfig& digest, const source::Event& event) {
  if (digest.filter.empty()) return false;
  const FilterInput input{.title = event.title,
                          .author = {},
                          .link = event.url,
                          .categories = event.categories,
                          .language = {},
                          .age = {},
                          .text = [&event] { return event.text + "\n" + event.place; }};
  return digest.filter.drops(input).has_value();
}

/// The source's topics and the event's own, folded, each once.
std::vector<std::string> topics_of(const config::SourceConfig& source, const source::Event& event) {
  std::vector<std::string> out;
  for (const auto* const some : {&source.topics, &event.categories}) {
    for (const auto& topic : *some) {
      auto folded = fold_case(topic);
      if (std::ranges::find(out, folded) == out.end()) out.push_back(std::move(folded));
    }
  }
  return out;
}

}  // namespace

Result<std::vector<digest::AnnouncedEvent>> coming_events(const config::Context& context,
                                                          const config::DigestConfig& digest) {
  const auto now = context.clock.now();
  const auto& zone = context.config.newsletter.zone;
  const auto end = digest::end_of_outlook(digest.sections, now, zone);
  std::vector<digest::AnnouncedEvent> coming;
  if (end <= now) return coming;
  std::map<SourceId, const config::SourceConfig*> sources;
  TIDINGS_LET(const auto known, source::SourceTable(context.database).list());
  for (const auto& each : known) {
    if (digest.takes(each.name)) sources.emplace(each.id, context.config.find_source(each.name));
  }
  TIDINGS_LET(auto stored, source::EventTable(context.database).coming(now, end));
  for (auto& each : stored) {
    const auto found = sources.find(each.source);
    if (found == sources.end() || found->second == nullptr) continue;
    auto topics = topics_of(*found->second, each.event);
    if (!digest.topics.empty() && !has_one_of(digest.topics, topics)) continue;
    if (keeps_out(digest, each.event)) continue;
    coming.push_back({.event = std::move(each.event),
                      .source = found->second->spec.name,
                      .topics = std::move(topics),
                      .section = {}});
  }
  return digest::choose_events(std::move(coming), digest.sections, now, zone);
}

Result<std::vector<digest::AnnouncedEvent>> events_of(const config::Context& context,
                                                      const config::DigestConfig& digest,
                                                      const digest::Edition& edition) {
  if (edition.state == digest::EditionState::draft) return coming_events(context, digest);
  return digest::announced_in(context.database, edition.id);
}

bool events_suffice(const config::DigestConfig& digest) {
  return digest.min_posts == 0 && !digest.schedule.follows_posts();
}

digest::SegmentEvents segment_events(const config::DigestConfig& digest,
                                     const std::vector<digest::AnnouncedEvent>& events) {
  digest::SegmentEvents out{.topics = {}, .suffice = events_suffice(digest)};
  for (const auto& each : events) out.topics.push_back(each.topics);
  return out;
}

std::vector<std::size_t> all_of(std::size_t count) {
  std::vector<std::size_t> out(count);
  std::iota(out.begin(), out.end(), std::size_t{0});
  return out;
}

}  // namespace tidings::edition
