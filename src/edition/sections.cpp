#include "edition/sections.hpp"

#include <algorithm>
#include <iterator>

#include "base/text.hpp"
#include "digest/edition_table.hpp"
#include "digest/sections.hpp"
#include "edition/stored_draft.hpp"

namespace tidings::edition {
namespace {

std::optional<std::string> chosen_for(PostId post, const std::map<PostId, std::string>& chosen) {
  const auto found = chosen.find(post);
  return found == chosen.end() ? std::nullopt : std::optional{found->second};
}

/// Those by which posts are grouped: the digest's, else those of its sources, as config.toml has them.
std::vector<std::string> topics_of(const config::Config& config, const config::DigestConfig& digest) {
  if (!digest.topics.empty()) return digest.topics;
  std::vector<std::string> topics;
  for (const auto& source : config.sources) {
    if (!digest.takes(source.spec.name)) continue;
    for (const auto& topic : source.topics) {
      if (std::ranges::find(topics, topic) == topics.end()) topics.push_back(topic);
    }
  }
  return topics;
}

bool keeps_order(const std::vector<PostGroup>& groups) {
  std::vector<std::size_t> shown;
  for (const auto& group : groups) shown.insert(shown.end(), group.posts.begin(), group.posts.end());
  return std::ranges::is_sorted(shown);
}

/// The groups of those posts that stand in no section.
std::vector<PostGroup> usual_groups(const config::Config& config, const config::DigestConfig& digest,
                                    std::span<const ShownPost* const> posts,
                                    const std::vector<std::size_t>& others) {
  std::vector<digest::GroupInput> inputs;
  for (const auto index : others) {
    const auto& shown = *posts[index];
    inputs.push_back({.date = shown.post.date(),
                      .source_name = shown.sources.front(),
                      .topics = shown.topics,
                      .pinned = shown.post.pinned});
  }
  std::vector<PostGroup> out;
  for (auto& group :
       digest::group(inputs, digest.group_by, config.newsletter.zone, topics_of(config, digest))) {
    PostGroup each{.key = std::move(group.key), .section = nullptr, .posts = {}};
    for (const auto index : group.posts) each.posts.push_back(others[index]);
    out.push_back(std::move(each));
  }
  return out;
}

/// With nullptr for the place of the posts that stand in none.
std::vector<const digest::Section*> in_order_of_display(const std::vector<digest::Section>& sections) {
  std::vector<const digest::Section*> out;
  for (const auto& section : sections) out.push_back(&section);
  const auto rest =
      std::ranges::find_if(out, [](const digest::Section* section) { return section->takes_the_rest(); });
  if (rest != out.end()) {
    out.insert(rest + 1, nullptr);
    return out;
  }
  const auto others = std::ranges::stable_partition(
      out, [](const digest::Section* section) { return section->layout == digest::Layout::lead; });
  out.insert(others.begin(), nullptr);
  return out;
}

std::vector<digest::SectionInput> inputs_of(std::span<const ShownPost* const> posts,
                                            const EditionFacts& facts) {
  std::vector<digest::SectionInput> inputs;
  for (const auto* const shown : posts) {
    inputs.push_back({.source_name = shown->source_name,
                      .topics = shown->topics,
                      .pinned = shown->post.pinned,
                      .chosen = chosen_for(shown->post.id, facts.sections)});
  }
  return inputs;
}

}  // namespace

std::vector<const ShownPost*> leads_first(const config::DigestConfig& digest, const EditionFacts& facts,
                                          std::vector<const ShownPost*> posts) {
  const auto placed = digest::sections_of(inputs_of(posts, facts), digest.sections);
  std::vector<const ShownPost*> out;
  std::vector<const ShownPost*> others;
  for (std::size_t i = 0; i < posts.size(); ++i) {
    const bool leads = placed[i] && digest.sections[*placed[i]].layout == digest::Layout::lead;
    (leads ? out : others).push_back(posts[i]);
  }
  out.insert(out.end(), others.begin(), others.end());
  return out;
}

std::vector<PostGroup> groups_of(const config::Config& config, const config::DigestConfig& digest,
                                 const EditionFacts& facts, const ShownPosts& shown) {
  const auto& posts = shown.posts;
  const auto sections = in_order_of_display(digest.sections);
  const auto placed = digest::sections_of(inputs_of(posts, facts), digest.sections);
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < posts.size(); ++i) {
    if (!placed[i]) others.push_back(i);
  }
  auto usual = usual_groups(config, digest, posts, others);
  if (facts.in_given_order && !keeps_order(usual))
    usual.assign(1, {.key = {}, .section = nullptr, .posts = others});
  std::vector<PostGroup> out;
  for (const auto* const section : sections) {
    if (section == nullptr) {
      std::ranges::move(usual, std::back_inserter(out));
      continue;
    }
    PostGroup group{.key = {}, .section = section, .posts = {}};
    for (const auto event : shown.events) {
      if (facts.events[event].section == section->name && !section->takes_posts())
        group.events.push_back(event);
    }
    for (std::size_t i = 0; i < posts.size(); ++i) {
      if (placed[i] && &digest.sections[*placed[i]] == section) group.posts.push_back(i);
    }
    if (!group.posts.empty() || !group.events.empty()) out.push_back(std::move(group));
  }
  return out;
}

std::vector<std::string> section_order(const config::DigestConfig& digest) {
  std::vector<std::string> out;
  if (std::ranges::none_of(digest.sections, &digest::Section::takes_posts)) return out;
  for (const auto* const section : in_order_of_display(digest.sections)) {
    if (section == nullptr || section->takes_posts())
      out.push_back(section == nullptr ? std::string{} : section->name);
  }
  return out;
}

std::vector<std::optional<std::size_t>> sections_of(const config::DigestConfig& digest,
                                                    std::span<const digest::Selected> posts,
                                                    const std::map<PostId, std::string>& chosen) {
  std::vector<digest::SectionInput> inputs;
  for (const auto& post : posts) {
    inputs.push_back({.source_name = post.source_name,
                      .topics = post.topics,
                      .pinned = post.pinned,
                      .chosen = chosen_for(post.id, chosen)});
  }
  return digest::sections_of(inputs, digest.sections);
}

std::map<PostId, std::string> section_names(const config::DigestConfig& digest,
                                            std::span<const digest::Selected> posts,
                                            const std::map<PostId, std::string>& chosen) {
  std::map<PostId, std::string> out;
  const auto placed = sections_of(digest, posts, chosen);
  for (std::size_t i = 0; i < placed.size(); ++i) {
    if (placed[i]) out.emplace(posts[i].id, digest.sections[*placed[i]].name);
  }
  return out;
}

Result<std::map<PostId, std::string>> section_names(const config::Context& context,
                                                    const digest::Edition& edition) {
  if (edition.state != digest::EditionState::draft)
    return digest::EditionTable(context.database).sections_in(edition.id);
  const auto* const digest = context.config.find_digest(edition.digest);
  if (digest == nullptr || digest->sections.empty()) return std::map<PostId, std::string>{};
  TIDINGS_LET(const auto arranged, arrangement_of(context, *digest, edition));
  return section_names(*digest, arranged.selection.posts, arranged.facts.sections);
}

}  // namespace tidings::edition
