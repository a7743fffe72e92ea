#include "members/topics.hpp"

#include <set>

#include "base/text.hpp"
#include "post/post_table.hpp"

namespace tidings::members {

std::vector<config::TopicConfig> offered_topics(const config::Config& config) {
  auto topics = config.topics;
  std::set<std::string> told;
  for (const auto& topic : topics) told.insert(fold_case(topic.name));
  std::set<std::string> names;
  for (const auto& source : config.sources) names.insert(source.topics.begin(), source.topics.end());
  for (const auto& digest : config.digests) names.insert(digest.topics.begin(), digest.topics.end());
  for (const auto& name : names) {
    if (told.insert(fold_case(name)).second)
      topics.push_back({.name = name, .title = name, .description = {}});
  }
  return topics;
}

std::vector<std::string> usual_digests(const config::Config& config) {
  std::vector<std::string> names;
  for (const auto& digest : config.digests) {
    if (digest.sign_up == config::SignUp::preset) names.push_back(digest.name);
  }
  return names;
}

std::vector<std::string> every_digest(const config::Config& config) {
  std::vector<std::string> names;
  for (const auto& digest : config.digests) {
    if (digest.in_every) names.push_back(digest.name);
  }
  return names;
}

std::vector<std::size_t> rhythm_groups(const config::Config& config) {
  std::vector<std::size_t> groups;
  std::size_t next = 0;
  for (std::size_t i = 0; i < config.digests.size(); ++i) {
    std::size_t other = 0;
    while (other < i && !bring_same_posts(config.digests[i], config.digests[other])) ++other;
    groups.push_back(other < i ? groups[other] : next++);
  }
  return groups;
}

Result<std::vector<std::string>> known_topics(const config::Config& config, store::Database& database) {
  std::vector<std::string> topics;
  for (auto& topic : offered_topics(config)) topics.push_back(std::move(topic.name));
  if (topics.empty()) return topics;
  TIDINGS_LET(const auto tags, post::PostTable(database).tags());
  topics.insert(topics.end(), tags.begin(), tags.end());
  return topics;
}

}  // namespace tidings::members
