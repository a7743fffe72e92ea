#include "digest/select.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/text.hpp"
#include "post/post.hpp"

namespace tidings::digest {
namespace {

constexpr std::size_t short_title_key = 8;

}  // namespace

// ---- one candidate by itself
// ----------------------------------------------------------------------------------------

namespace {

const SourceTopics* source_of(const Candidate& candidate, const SelectOptions& options) {
  const auto found =
      std::find_if(options.sources.begin(), options.sources.end(),
                   [&](const SourceTopics& source) { return source.name == candidate.source_name; });
  return found == options.sources.end() ? nullptr : &*found;
}

/// The folded topics of its source, and its own tags.
std::set<std::string> topics_of(const Candidate& candidate, const SelectOptions& options) {
  std::set<std::string> out;
  if (const auto* const source = source_of(candidate, options)) {
    for (const auto& topic : source->topics) out.insert(fold_case(topic));
  }
  for (const auto& tag : candidate.tags) out.insert(fold_case(tag));
  return out;
}

bool topics_match(const Candidate& candidate, const SelectOptions& options) {
  if (options.only_topics.empty()) return true;
  const auto topics = topics_of(candidate, options);
  return std::any_of(options.only_topics.begin(), options.only_topics.end(),
                     [&](const std::string& topic) { return topics.contains(fold_case(topic)); });
}

bool source_matches(const Candidate& candidate, const SelectOptions& options) {
  if (!options.sources.empty() && source_of(candidate, options) == nullptr) return false;
  return options.only_sources.empty() || std::find(options.only_sources.begin(), options.only_sources.end(),
                                                   candidate.source_name) != options.only_sources.end();
}

}  // namespace

bool Candidate::backdated() const {
  return read_before && dated() && post::published_before(*published, *read_before);
}

namespace {

/// How far back a source's first reading is taken.
UtcTime oldest_of_first_reading(const Candidate& candidate, const SelectBounds& bounds) {
  if (candidate.first_seen < bounds.origin_cut) return bounds.origin_from;
  return std::min(candidate.first_seen, candidate.first_run.value_or(bounds.scheduled)) - bounds.nominal;
}

std::optional<LeftOut> judge_age(const Candidate& candidate, const SelectOptions& options,
                                 const SelectBounds& bounds) {
  if (candidate.released) return std::nullopt;
  if (candidate.first_seen < bounds.owed_from) return LeftOut::before_first_edition;
  if (!candidate.dated()) return std::nullopt;
  const bool first_reading = !candidate.read_before;
  if (first_reading && *candidate.published < oldest_of_first_reading(candidate, bounds))
    return LeftOut::first_reading;
  const bool may_be_old = first_reading || candidate.backdated();
  if (options.max_age && may_be_old && candidate.first_seen - *candidate.published > *options.max_age)
    return LeftOut::too_old;
  return std::nullopt;
}

}  // namespace

std::optional<LeftOut> judge(const Candidate& candidate, const SelectOptions& options,
                             const SelectBounds& bounds) {
  if (!source_matches(candidate, options)) return LeftOut::source;
  if (candidate.first_seen >= bounds.cut) return LeftOut::not_seen_yet;
  if (!topics_match(candidate, options)) return LeftOut::topic;
  if (options.keeps_out && options.keeps_out(candidate.id)) return LeftOut::pattern;
  if (candidate.dropped) return LeftOut::source_filter;
  if (candidate.hidden) return LeftOut::hidden;
  if (candidate.set_aside) return candidate.published ? LeftOut::flood : LeftOut::undated;
  return judge_age(candidate, options, bounds);
}

// ---- the same article twice
// -----------------------------------------------------------------------------------------

bool names_an_article(std::string_view link_key) {
  return link_key.find_first_of("/?") != std::string_view::npos;
}

namespace {

using Cluster = std::vector<Candidate>;

/// The first stands for the article.
bool stands_before(const Candidate& a, const Candidate& b) {
  return std::tuple{!a.pinned, a.date(), a.first_seen, a.id} <
         std::tuple{!b.pinned, b.date(), b.first_seen, b.id};
}

bool link_key_joins(const Candidate& post) { return !post.link_shared && names_an_article(post.link_key); }

bool title_key_joins(const Candidate& post) {
  std::size_t length = 0;
  for (std::size_t at = 0; at < post.title_key.size(); ++length)
    static_cast<void>(next_code_point(post.title_key, at));
  return length >= short_title_key;
}

/// Clusters of posts that are one article. Two posts of one source are never in the same cluster.
class Joiner {
 public:
  explicit Joiner(std::vector<const Candidate*> posts)
      : posts_(std::move(posts)), cluster_of_(posts_.size()) {
    std::iota(cluster_of_.begin(), cluster_of_.end(), std::size_t{0});
    for (std::size_t i = 0; i < posts_.size(); ++i) clusters_.push_back({i});
  }

  using SameText = std::function<bool(PostId, PostId)>;

  /// `same`: asked besides, if it is set.
  void join_by(const std::string Candidate::*key, bool (*joins)(const Candidate&), JoinedBy why,
               const SameText& same = {}) {
    std::map<std::string_view, std::vector<std::size_t>> by_key;
    for (std::size_t i = 0; i < posts_.size(); ++i) {
      if (joins(*posts_[i])) by_key[posts_[i]->*key].push_back(i);
    }
    for (const auto& [name, members] : by_key) {
      std::set<SourceId> sources;
      for (const auto member : members) sources.insert(posts_[member]->source);
      if (sources.size() < members.size())
        continue;  // one source uses the key for two posts: it identifies no article
      for (std::size_t i = 1; i < members.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k) {
          if (cluster_of_[members[k]] == cluster_of_[members[i]]) continue;
          if (!same || same(posts_[members[k]]->id, posts_[members[i]]->id))
            merge(members[k], members[i], {.by = why});
        }
      }
    }
  }

  void join_pairs(std::span<const NearDuplicate> pairs) {
    std::unordered_map<PostId, std::size_t> index;
    for (std::size_t i = 0; i < posts_.size(); ++i) index.emplace(posts_[i]->id, i);
    for (const auto& pair : pairs) {
      const auto one = index.find(pair.one);
      const auto other = index.find(pair.other);
      if (one == index.end() || other == index.end()) continue;
      if (cluster_of_[one->second] == cluster_of_[other->second]) continue;
      merge(one->second, other->second, {.by = JoinedBy::text, .percent = pair.percent});
    }
  }

  /// Why a post of an article is joined to the others.
  [[nodiscard]] JoinReason reason_of(PostId post) const {
    const auto found = reasons_.find(post);
    return found == reasons_.end() ? JoinReason{} : found->second;
  }

  /// The articles, each with the post that stands for it in front.
  [[nodiscard]] std::vector<Cluster> articles() const {
    std::vector<Cluster> out;
    for (const auto& members : clusters_) {
      if (members.empty()) continue;
      auto& cluster = out.emplace_back();
      for (const auto member : members) cluster.push_back(*posts_[member]);
      std::sort(cluster.begin(), cluster.end(), stands_before);
    }
    return out;
  }

 private:
  void merge(std::size_t a, std::size_t b, const JoinReason& why) {
    auto& into = clusters_[cluster_of_[a]];
    auto& from = clusters_[cluster_of_[b]];
    for (const auto x : into) {
      for (const auto y : from) {
        if (posts_[x]->source == posts_[y]->source) return;
      }
    }
    for (const auto each : {a, b}) reasons_.try_emplace(posts_[each]->id, why);
    for (const auto moved : from) cluster_of_[moved] = cluster_of_[a];
    into.insert(into.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    from.clear();
  }

  std::vector<const Candidate*> posts_;
  std::vector<std::size_t> cluster_of_;             // of each post
  std::vector<std::vector<std::size_t>> clusters_;  // indices into posts_
  std::unordered_map<PostId, JoinReason> reasons_;  // of the first merge of each
};

/// Heavier sources first, then as configured, unknown ones last.
std::pair<int, std::size_t> source_rank(const Selected& post, const SelectOptions& options) {
  for (std::size_t i = 0; i < options.sources.size(); ++i) {
    if (options.sources[i].name == post.source_name) return {-options.sources[i].weight, i};
  }
  return {0, options.sources.size()};
}

}  // namespace

Selected join(std::span<const Candidate> posts, const SelectOptions& options) {
  TIDINGS_CHECK(!posts.empty());
  const Candidate& first = posts.front();
  Selected out{.id = first.id,
               .source = first.source,
               .source_name = first.source_name,
               .joined = {},
               .also_from = {},
               .reasons = {},
               .topics = {},
               .date = first.date(),
               .pinned = first.pinned,
               .place = first.place};
  std::set<std::string> topics;
  for (const auto& post : posts) {
    topics.merge(topics_of(post, options));
    if (&post == &first) continue;
    out.joined.push_back(post.id);
    out.also_from.push_back(post.source);
  }
  out.topics.assign(topics.begin(), topics.end());
  if (options.order == Order::cited && options.citations) out.cited = options.citations(posts);
  return out;
}

void sort_for_reading(std::vector<Selected>& posts, const SelectOptions& options) {
  std::sort(posts.begin(), posts.end(), [&options](const Selected& a, const Selected& b) {
    if (a.pinned != b.pinned) return a.pinned;
    if (options.order == Order::cited && a.cited != b.cited) return a.cited > b.cited;
    const bool by_source = a.source != b.source;
    const auto rank = [&options](const Selected& post) {
      return std::pair{source_rank(post, options), post.source};
    };
    if (by_source && options.order == Order::source) return rank(a) < rank(b);
    if (a.date != b.date) return options.order == Order::oldest ? a.date < b.date : a.date > b.date;
    if (by_source) return rank(a) < rank(b);
    return std::tuple{a.place, a.id} < std::tuple{b.place, b.id};
  });
}

namespace {

NotSelected waiting(Selected&& post, LeftOut why) {
  return {.id = post.id, .why = why, .joined = std::move(post.joined), .first_seen = {}};
}

/// What comes first if not all can come: pinned posts, then the first post of each source, then the second.
struct Places {
  std::vector<Selected> in_turn;
  std::vector<Selected> beyond;  ///< max_per_source
};

Places give_places(std::vector<Selected> posts, const SelectOptions& options) {
  struct Turn {
    Selected post;
    std::size_t turn = 0;
  };
  std::map<SourceId, std::size_t> seen;
  std::vector<Turn> turns;
  Places out;
  for (auto& post : posts) {
    const auto turn = seen[post.source]++;
    const bool beyond = options.max_per_source && turn >= *options.max_per_source && !post.pinned;
    if (beyond) {
      out.beyond.push_back(std::move(post));
    } else {
      const bool first = post.pinned || options.turns == Turns::by_order;
      turns.push_back({.post = std::move(post), .turn = first ? 0 : turn});
    }
  }
  std::ranges::stable_sort(turns, [](const Turn& a, const Turn& b) {
    if (a.post.pinned != b.post.pinned) return a.post.pinned;
    return a.turn < b.turn;
  });
  for (auto& each : turns) out.in_turn.push_back(std::move(each.post));
  return out;
}

/// How many of the posts max_per_source lets in.
std::size_t places_for(const std::vector<Selected>& posts, const SelectOptions& options) {
  std::map<SourceId, std::size_t> seen;
  return static_cast<std::size_t>(std::ranges::count_if(posts, [&](const Selected& post) {
    return seen[post.source]++ < options.max_per_source.value_or(posts.size()) || post.pinned;
  }));
}

void count_surplus(const Selected& post, std::vector<Surplus>& surplus) {
  auto found = std::ranges::find(surplus, post.source, &Surplus::source);
  if (found == surplus.end())
    found = surplus.insert(surplus.end(), Surplus{.source = post.source, .posts = 0});
  ++found->posts;
}

/// Cuts what has been sorted for reading into what is shown, what is listed and what waits.
void cut(std::vector<Selected> sorted, const SelectOptions& options, Selection& out) {
  auto places = give_places(std::move(sorted), options);
  const std::size_t shown =
      options.max_posts ? std::max<std::size_t>(1, *options.max_posts) : places.in_turn.size();
  const std::size_t listed = options.overflow == Overflow::list ? most_links : 0;
  const auto place = [&](Selected&& post, LeftOut why) {
    if (why == LeftOut::waits_max_posts && out.posts.size() < shown) {
      out.posts.push_back(std::move(post));
    } else if (out.more.size() < listed) {
      out.more.push_back(std::move(post));
    } else {
      count_surplus(post, out.surplus);
      out.left_out.push_back(waiting(std::move(post), why));
    }
  };
  for (auto& post : places.in_turn) place(std::move(post), LeftOut::waits_max_posts);
  for (auto& post : places.beyond) place(std::move(post), LeftOut::waits_max_per_source);
  std::ranges::stable_sort(out.surplus, std::greater<>{}, &Surplus::posts);
  sort_for_reading(out.posts, options);
  sort_for_reading(out.more, options);
}

}  // namespace

namespace {

/// Stories that an earlier edition carried from another source.
void take_out_repeats(std::vector<const Candidate*>& fresh, std::span<const NearDuplicate> alike,
                      std::vector<Repeat>& repeats) {
  std::unordered_set<PostId> here;
  for (const auto* const each : fresh) here.insert(each->id);
  std::unordered_set<PostId> repeated;
  for (const auto& pair : alike) {
    if (here.contains(pair.other) || !here.contains(pair.one) || !repeated.insert(pair.one).second) continue;
    repeats.push_back({.id = pair.one, .of = pair.other});
  }
  std::erase_if(fresh, [&](const Candidate* each) { return repeated.contains(each->id); });
}

}  // namespace

Selection select(std::span<const Candidate> candidates, const SelectOptions& options,
                 const SelectBounds& bounds) {
  Selection out;
  std::vector<const Candidate*> fresh;
  for (const auto& candidate : candidates) {
    if (const auto why = judge(candidate, options, bounds)) {
      if (*why == LeftOut::source) continue;
      out.left_out.push_back(
          {.id = candidate.id, .why = *why, .joined = {}, .first_seen = candidate.first_seen});
    } else if (candidate.repeat_of) {
      out.repeats.push_back({.id = candidate.id, .of = *candidate.repeat_of});
    } else {
      fresh.push_back(&candidate);
    }
  }
  std::vector<NearDuplicate> alike;
  if (options.near_duplicates) {
    alike = options.near_duplicates(fresh);
    take_out_repeats(fresh, alike, out.repeats);
  }
  Joiner joiner{std::move(fresh)};
  joiner.join_by(&Candidate::link_key, link_key_joins, JoinedBy::link);
  if (options.same_text)
    joiner.join_by(&Candidate::title_key, title_key_joins, JoinedBy::title, options.same_text);
  joiner.join_pairs(alike);
  std::vector<Selected> posts;
  for (const auto& article : joiner.articles()) {
    auto& post = posts.emplace_back(join(article, options));
    for (const auto joined : post.joined) post.reasons.push_back(joiner.reason_of(joined));
  }
  sort_for_reading(posts, options);

  const auto enough = places_for(posts, options);
  if (enough < std::max<std::size_t>(1, options.min_posts)) {
    out.skipped = posts.empty()
                      ? "no posts"
                      : fmt::format("{}{}, min_posts is {}", plural(static_cast<long long>(enough), "post"),
                                    enough < posts.size() ? " within max_per_source" : "", options.min_posts);
    out.repeats.clear();
    for (auto& post : posts) out.left_out.push_back(waiting(std::move(post), LeftOut::waits_min_posts));
    return out;
  }
  cut(std::move(posts), options, out);
  return out;
}

// ---- groups
// ---------------------------------------------------------------------------------------------------------

namespace {

std::string day_key(UtcTime date, const Zone& zone) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(zone.to_local(date))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

std::string topic_key(const GroupInput& post, std::span<const std::string> topic_order) {
  const auto has = [&](const std::string& topic) {
    return std::any_of(post.topics.begin(), post.topics.end(),
                       [&](const std::string& own) { return fold_case(own) == fold_case(topic); });
  };
  const auto found = std::find_if(topic_order.begin(), topic_order.end(), has);
  return found == topic_order.end() ? std::string{} : *found;
}

std::string key_of(const GroupInput& post, GroupBy by, const Zone& zone,
                   std::span<const std::string> topic_order) {
  switch (by) {
    case GroupBy::day: return day_key(post.date, zone);
    case GroupBy::source: return post.source_name;
    case GroupBy::topic: return topic_key(post, topic_order);
    case GroupBy::none: break;
  }
  return {};
}

}  // namespace

std::vector<Group> group(std::span<const GroupInput> posts, GroupBy by, const Zone& zone,
                         std::span<const std::string> topic_order) {
  std::vector<Group> out;
  std::map<std::pair<bool, std::string>, std::size_t> known;
  for (std::size_t i = 0; i < posts.size(); ++i) {
    const bool pinned = posts[i].pinned;
    const auto key = pinned ? std::string{} : key_of(posts[i], by, zone, topic_order);
    const auto [place, fresh] = known.try_emplace({pinned, key}, out.size());
    if (fresh) out.push_back({.key = key, .pinned = pinned, .posts = {}});
    out[place->second].posts.push_back(i);
  }
  return out;
}

namespace {

struct LeftOutWords {
  LeftOut why;
  std::string_view key;
  std::string_view words;
};

constexpr std::array left_out_words{
    LeftOutWords{LeftOut::waits_max_posts, "max_posts", "waiting for the next edition: max_posts reached"},
    LeftOutWords{LeftOut::waits_max_per_source, "max_per_source",
                 "waiting for the next edition: max_per_source reached"},
    LeftOutWords{LeftOut::waits_min_posts, "min_posts", "waiting for more posts: min_posts not reached"},
    LeftOutWords{LeftOut::waits_next_edition, "next_edition", "waiting for the next edition"},
    LeftOutWords{LeftOut::first_reading, "first_reading",
                 "older than one period when its source was first read"},
    LeftOutWords{LeftOut::flood, "flood", "set aside with a flood of old posts"},
    LeftOutWords{LeftOut::undated, "undated", "set aside: undated and of unknown age"},
    LeftOutWords{LeftOut::too_old, "max_age", "older than max_age when first seen"},
    LeftOutWords{LeftOut::source_filter, "source_filter",
                 "kept out by a rule, a filter, or its source's include or exclude"},
    LeftOutWords{LeftOut::pattern, "pattern", "excluded by the digest's include or exclude"},
    LeftOutWords{LeftOut::topic, "topic", "not in this digest's topics"},
    LeftOutWords{LeftOut::hidden, "hidden", "hidden by hand"},
    LeftOutWords{LeftOut::repeat, "repeat", "sent in an earlier edition from another source"},
    LeftOutWords{LeftOut::before_first_edition, "before_first_edition", "older than the digest"},
    LeftOutWords{LeftOut::source, "source", "not in this digest's sources"},
    LeftOutWords{LeftOut::not_seen_yet, "not_seen_yet", "not yet seen at that time"},
};

}  // namespace

std::string in_words(const JoinReason& reason) {
  switch (reason.by) {
    case JoinedBy::link: return "the same link";
    case JoinedBy::title: return "the same title over nearly the same text";
    case JoinedBy::text: return fmt::format("{} % of the text", reason.percent);
  }
  return {};
}

std::string_view name_of(LeftOut why) {
  return std::ranges::find(left_out_words, why, &LeftOutWords::why)->words;
}

std::string_view key_of(LeftOut why) {
  return std::ranges::find(left_out_words, why, &LeftOutWords::why)->key;
}

std::vector<LeftOutPosts> by_reason(std::span<const NotSelected> left_out) {
  constexpr std::size_t most_named = 1'000;
  std::vector<LeftOutPosts> out;
  for (const auto& each : left_out) {
    auto found = std::ranges::find(out, each.why, &LeftOutPosts::why);
    if (found == out.end())
      found = out.insert(out.end(), LeftOutPosts{.why = each.why, .posts = 0, .named = {}});
    ++found->posts;
    if (found->named.size() < most_named) found->named.push_back(each.id);
  }
  std::ranges::stable_sort(out, std::greater<>{}, &LeftOutPosts::posts);
  return out;
}

std::optional<LeftOut> parse_left_out(std::string_view key) {
  const auto* const found = std::ranges::find(left_out_words, key, &LeftOutWords::key);
  return found == left_out_words.end() ? std::nullopt : std::optional{found->why};
}

}  // namespace tidings::digest
