#include "digest/sections.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace tidings::digest {
namespace {

bool takes(const Section& section, const SectionInput& post) {
  if (!section.takes_posts() || (post.pinned && section.layout != Layout::lead)) return false;
  return section.matches(post.source_name, post.topics);
}

}  // namespace

bool Section::matches(std::string_view source, const std::vector<std::string>& its_topics) const {
  const bool right_source = sources.empty() || std::ranges::find(sources, source) != sources.end();
  const auto is_its_topic = [&](const std::string& topic) {
    return std::ranges::any_of(its_topics,
                               [&](const std::string& own) { return fold_case(own) == fold_case(topic); });
  };
  return right_source && (topics.empty() || std::ranges::any_of(topics, is_its_topic));
}

std::string Section::title(std::string_view language, std::string_view fallback) const {
  for (const auto wanted : {language, language.substr(0, language.find('-')), std::string_view{}, fallback}) {
    if (const auto found = titles.find(ascii_lower(wanted)); found != titles.end()) return found->second;
  }
  return titles.empty() ? std::string{} : titles.begin()->second;
}

std::vector<std::optional<std::size_t>> sections_of(std::span<const SectionInput> posts,
                                                    std::span<const Section> sections) {
  std::vector<std::optional<std::size_t>> out(posts.size());
  std::vector<std::size_t> filled(sections.size());
  const auto put = [&](std::size_t post, std::size_t section) {
    out[post] = section;
    ++filled[section];
  };
  // An editor's choice is not bound by max_posts, and takes its place first.
  for (std::size_t post = 0; post < posts.size(); ++post) {
    if (!posts[post].chosen) continue;
    const auto found = std::ranges::find(sections, *posts[post].chosen, &Section::name);
    if (found != sections.end() && found->takes_posts())
      put(post, static_cast<std::size_t>(found - sections.begin()));
  }
  const auto find_place = [&](std::size_t post, bool for_the_rest) {
    for (std::size_t i = 0; i < sections.size() && !out[post]; ++i) {
      const auto& section = sections[i];
      const bool full = section.max_posts && filled[i] >= *section.max_posts;
      if (section.takes_the_rest() == for_the_rest && !full && takes(section, posts[post])) put(post, i);
    }
  };
  for (std::size_t post = 0; post < posts.size(); ++post) {
    if (posts[post].chosen) continue;
    find_place(post, false);
    find_place(post, true);
  }
  return out;
}

std::string_view name_of(Layout layout) {
  switch (layout) {
    case Layout::lead: return "lead";
    case Layout::list: return "list";
    case Layout::grid: return "grid";
    case Layout::links: return "links";
    case Layout::events: return "events";
    case Layout::usual: break;
  }
  return "usual";
}

}  // namespace tidings::digest
