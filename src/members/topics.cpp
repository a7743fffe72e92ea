#include "members/topics.hpp"

#include <set>

#include "post/post_table.hpp"

namespace tidings::members {

std::vector<std::string> configured_topics(const config::Config& config) {
  std::set<std::string> names;
  for (const auto& source : config.sources) names.insert(source.topics.begin(), source.topics.end());
  for (const auto& digest : config.digests) names.insert(digest.topics.begin(), digest.topics.end());
  return {names.begin(), names.end()};
}

Result<std::vector<std::string>> known_topics(const config::Config& config, store::Database& database) {
  auto topics = configured_topics(config);
  if (topics.empty()) return topics;
  TIDINGS_LET(const auto tags, post::PostTable(database).tags());
  topics.insert(topics.end(), tags.begin(), tags.end());
  return topics;
}

}  // namespace tidings::members
