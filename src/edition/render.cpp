#include "edition/render.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "base/url.hpp"
#include "config/theme_files.hpp"
#include "digest/select.hpp"
#include "edition/event_view.hpp"
#include "edition/inline_images.hpp"
#include "edition/sections.hpp"
#include "message/parts.hpp"
#include "message/wrap.hpp"
#include "post/excerpt.hpp"
#include "post/normalise.hpp"
#include "post/plain_text.hpp"
#include "post/sanitise.hpp"
#include "sending/archive_links.hpp"
#include "source/markdown_html.hpp"

namespace tidings::edition {
namespace {

constexpr int text_columns = 72;
constexpr int words_of_a_remark = 40;

/// The editor's text, sanitised like a post. Relative links lead to the newsletter's pages.
std::string intro_html(std::string_view markdown, const std::string& public_url) {
  return post::sanitise(source::html_of_markdown(markdown), {.base_url = public_url});
}

std::string without_final_newline(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

/// Whether the text of a summary ends in an ellipsis.
bool is_cut_off(const std::string& html) {
  const auto text = post::html_to_text(html, {.width = 0, .links = post::LinkStyle::none});
  const auto end = trim(text);
  return end.ends_with("…") || end.ends_with("[…]") || end.ends_with("...") || end.ends_with("[...]");
}

/// Readers of some topics are told of the sources that they read.
bool concerns(const MoreFrom& more, const EditionFacts& facts, const ShownPosts& shown) {
  if (shown.posts.size() >= facts.posts) return true;
  return std::ranges::any_of(shown.posts,
                             [&](const ShownPost* post) { return post->sources.front() == more.source; });
}

std::optional<std::chrono::year_month_day> day_of(const std::string& key) {
  const auto t = parse_rfc3339(key + "T00:00:00Z");
  if (!t) return std::nullopt;
  return std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(*t)};
}

std::vector<std::string> names_of_fields(const config::Config& config) {
  std::vector<std::string> names;
  for (const auto& field : config.fields) names.push_back(field.name);
  return names;
}

}  // namespace

Renderer::Renderer(const config::Config& config, const config::DigestConfig& digest,
                   message::Lookup templates, message::Theme theme)
    : config_(&config),
      digest_(&digest),
      templates_(std::move(templates)),
      theme_(std::move(theme)),
      embedded_(config, digest) {}

Result<Renderer> Renderer::load(const config::Config& config, const config::DigestConfig& digest) {
  auto templates = config::template_lookup(config.folder);
  TIDINGS_LET(auto theme, message::Theme::load({.name = digest.theme,
                                                .subject = digest.subject,
                                                .preheader = digest.preheader,
                                                .subject_place = digest.subject_place,
                                                .preheader_place = digest.preheader_place,
                                                .fields = names_of_fields(config)},
                                               templates));
  Renderer renderer{config, digest, std::move(templates), std::move(theme)};
  TIDINGS_TRY(renderer.strings(config.newsletter.language));
  if (!digest.intro_file.empty()) {
    auto text = read_file(digest.intro_file, 1 << 20);
    if (!text)
      return fail(Errc::config, fmt::format("digest \"{}\": intro_file: {}", digest.name, text.error().what));
    renderer.intro_ = clean_utf8(*text);
  }
  renderer.notices_ = load_notices(config);
  return renderer;
}

bool Renderer::reads_own_files(const config::Config& config, const config::DigestConfig& digest) {
  return !digest.subject.empty() || !digest.preheader.empty() || !digest.intro_file.empty() ||
         config::has_own_templates(config.folder);
}

Result<const message::Strings*> Renderer::strings(const std::string& language) {
  auto& slot = strings_[language];
  if (!slot) {
    TIDINGS_LET(auto loaded, message::Strings::load(digest_->theme, language, templates_));
    slot = std::make_unique<message::Strings>(std::move(loaded));
  }
  return slot.get();
}

Result<std::string> Renderer::language_for(const std::string& wanted) {
  const auto& tag = wanted.empty() ? config_->newsletter.language : wanted;
  TIDINGS_LET(const auto* const found, strings(tag));
  // Strings falls back to English; for an unknown language the newsletter's own is better.
  const auto primary = [](std::string_view each) { return ascii_lower(each.substr(0, each.find('-'))); };
  const bool known = primary(tag) == primary(found->language());
  if (known || wanted.empty()) return found->language();
  return language_for("");
}

message::EditionView Renderer::base_view(const EditionFacts& facts) {
  message::EditionView view;
  view.newsletter_name = config_->newsletter.name;
  view.public_url = config_->newsletter.public_url;
  view.postal_address = config_->newsletter.postal_address;
  view.digest_title = digest_->title;
  view.brand = digest_->brand;
  view.fields = names_of_fields(*config_);
  view.contents = digest_->contents;
  view.is_full = digest_->content == config::DigestConfig::Content::full;
  view.next = digest_->schedule.next_run(facts.date, config_->newsletter.zone);
  view.editors_subject = facts.words.subject;
  view.editors_preheader = facts.words.preheader;
  view.number = facts.number;
  view.period = facts.period;
  view.shown = facts.shown;
  view.date = facts.date;
  view.intro_html = intro_html(facts.intro_markdown.empty() ? intro_ : facts.intro_markdown,
                               config_->newsletter.public_url);
  if (!view.intro_html.empty()) {
    if (digest_->inline_images)
      view.intro_html = embedded_.take(std::move(view.intro_html), "the introduction");
    view.intro_text = without_final_newline(post::html_to_text(view.intro_html, {.width = text_columns}));
  }
  view.has_view = !config_->archive.url.empty() && digest_->archive;
  view.has_preferences = !config_->newsletter.public_url.empty();
  if (view.has_preferences && digest_->forwarded)
    view.signup_url = config_->newsletter.public_url + "/subscribe";
  return view;
}

const message::PostView& Renderer::post_view(const EditionFacts& facts, const ShownPost& shown,
                                             const Showing& showing) {
  const auto [it, fresh] = post_views_.try_emplace({shown.post.id, showing});
  if (!fresh) return it->second;
  it->second = make_post_view(shown, showing);
  if (const auto change = facts.changes.find(shown.post.id); change != facts.changes.end())
    apply(change->second, it->second);
  return it->second;
}

void Renderer::apply(const digest::PostChange& change, message::PostView& view) const {
  const auto html_of = [&](const std::string& markdown) {
    return intro_html(markdown, config_->newsletter.public_url);
  };
  const auto text_of = [](const std::string& html) {
    return without_final_newline(post::html_to_text(html, {.width = text_columns}));
  };
  if (change.title) view.title = *change.title;
  if (change.note) {
    view.note_html = html_of(*change.note);
    view.note_text = text_of(view.note_html);
  }
  if (change.excerpt) {
    view.excerpt_html = html_of(*change.excerpt);
    view.excerpt_text = text_of(view.excerpt_html);
    if (!view.remark.empty()) view.remark = view.excerpt_text;
    view.is_truncated = !view.url.empty();
  }
}

std::string Renderer::excerpt_of(const ShownPost& shown) {
  if (digest_->content != config::DigestConfig::Content::excerpt) return {};
  return make_post_view(shown, {}).excerpt_html;
}

message::PostView Renderer::make_post_view(const ShownPost& shown, const Showing& showing) {
  const int words = showing.words;
  const auto& post = shown.post;
  message::PostView view;
  view.title = post.title;
  view.language = post.language;
  view.url = post.link;
  view.source = join(shown.sources, ", ");
  view.also_in = shown.also_in;
  view.author = post.author;
  view.date = post.date();
  view.tags = post.tags;
  view.audio_url = post.audio_url;
  view.audio_duration = post.audio_duration;
  const auto& body = post.html.empty() ? post.summary_html : post.html;
  const auto text_links = digest_->text_links == config::DigestConfig::TextLinks::footnotes
                              ? post::LinkStyle::numbered
                              : post::LinkStyle::none;
  const auto show_excerpt = [&](const std::string& from, int limit) {
    auto excerpt = post::make_excerpt(from, {.words = limit, .url = post.link});
    view.excerpt_text =
        without_final_newline(post::html_to_text(excerpt.html, {.width = text_columns, .links = text_links}));
    view.excerpt_html = std::move(excerpt.html);
    return excerpt.truncated;
  };
  using Content = config::DigestConfig::Content;
  if (showing.layout == digest::Layout::links) {
    show_excerpt(post.summary_html.empty() ? post.html : post.summary_html, words_of_a_remark);
    view.remark = std::exchange(view.excerpt_text, {});
    view.excerpt_html.clear();
    return view;
  }
  // Lists and cards show a sentence or two, whatever the other posts show.
  const bool is_brief = showing.layout == digest::Layout::list || showing.layout == digest::Layout::grid;
  const auto content = is_brief && digest_->content == Content::full ? Content::excerpt : digest_->content;
  if (content == Content::full && words == 0) {
    view.excerpt_html = digest_->inline_images ? embedded_.take(body, view.title) : body;
    view.excerpt_text = without_final_newline(post::html_to_text(view.excerpt_html, {.width = text_columns}));
  } else if (content == Content::full) {
    view.is_truncated = show_excerpt(body, words);
  } else if (content == Content::excerpt) {
    // A summary written for this purpose is better than our cut of the whole text; one that the blog's engine
    // cut off ("[…]") is not.
    const bool use_summary =
        !post.summary_html.empty() && (post.html.empty() || !is_cut_off(post.summary_html));
    const int limit = words == 0 ? digest_->excerpt_words : std::min(words, digest_->excerpt_words);
    const bool truncated = show_excerpt(use_summary ? post.summary_html : post.html, limit);
    view.is_truncated = truncated || (use_summary && post.html.size() > post.summary_html.size());
  }
  if (digest_->reading_time)
    view.words = static_cast<int>(message::word_count(post::html_to_text(body, {.width = text_columns})));
  if (content != Content::title && showing.layout != digest::Layout::list) {
    const bool shown_in_text =
        content == Content::full && view.excerpt_html.find("<img") != std::string::npos;
    if (!shown_in_text) {
      view.image_url = post.image_url;
      view.image_alt = post.image_alt;
      if (shown.picture) {
        view.image_width = shown.picture->width;
        view.image_height = shown.picture->height;
      }
    }
  }
  return view;
}

std::vector<const EditionNotice*> Renderer::notices_of_day(UtcTime date) const {
  const std::chrono::year_month_day day{
      std::chrono::floor<std::chrono::days>(config_->newsletter.zone.to_local(date))};
  std::vector<const EditionNotice*> out;
  for (const auto& notice : notices_.notices) {
    const bool concerns =
        notice.digests.empty() || std::ranges::find(notice.digests, digest_->name) != notice.digests.end();
    if (concerns && notice.is_on(day)) out.push_back(&notice);
  }
  return out;
}

std::string Renderer::notices_on(UtcTime date) const {
  std::vector<std::string> files;
  for (const auto* const notice : notices_of_day(date)) files.push_back(notice->file);
  return join(files, "\n");
}

std::vector<std::string> Renderer::notice_troubles(UtcTime date) const {
  auto troubles = notices_.troubles;
  for (const auto* const notice : notices_of_day(date)) {
    const auto name = fmt::format("notices_{}", name_of(notice->place));
    if (theme_.uses(name)) continue;
    troubles.push_back(fmt::format("{}: nobody sees it: theme \"{}\" has no {{{{#{}}}}}", notice->file,
                                   theme_.name(), name));
  }
  return troubles;
}

message::NoticeViews Renderer::notice_views(UtcTime date, const message::Strings& words) {
  message::NoticeViews out;
  for (const auto* const notice : notices_of_day(date)) {
    if (!notice->speaks_to(words.language())) continue;
    message::NoticeView view{.label = notice->label,
                             .html = intro_html(notice->markdown, config_->newsletter.public_url),
                             .text = {}};
    if (ascii_lower(notice->label) == "sponsored") view.label = words.texts().at("sponsored");
    if (digest_->inline_images) view.html = embedded_.take(std::move(view.html), notice->file);
    view.text = without_final_newline(post::html_to_text(view.html, {.width = text_columns}));
    using Place = EditionNotice::Place;
    auto& place = notice->place == Place::top      ? out.top
                  : notice->place == Place::middle ? out.middle
                                                   : out.end;
    place.push_back(std::move(view));
  }
  return out;
}

Result<std::string> Renderer::title(const EditionFacts& facts) {
  TIDINGS_LET(const auto* const words, strings(config_->newsletter.language));
  return message::edition_title(base_view(facts), *words, config_->newsletter.zone);
}

message::GroupView Renderer::event_group(const PostGroup& group, const EditionFacts& facts,
                                         const message::Strings& words) const {
  message::GroupView out;
  out.title = group.section->title(words.language(), config_->newsletter.language);
  if (out.title.empty()) out.title = words.texts().at("coming_up");
  out.layout = group.section->layout;
  if (!config_->archive.url.empty() && digest_->archive)
    out.calendar_url = config_->archive.url + "/" + sending::calendar_path(digest_->name, facts.number);
  for (const auto index : group.events)
    out.posts.push_back(event_view(facts.events[index].event, words, config_->newsletter.zone));
  return out;
}

message::EditionView Renderer::view(const EditionFacts& facts, const message::Strings& words,
                                    const ShownPosts& shown, const Extent& extent) {
  auto view = base_view(facts);
  const auto count = std::min(extent.posts, shown.posts.size());
  const auto posts = leads_first(*digest_, facts, shown.posts);
  const ShownPosts whole{.posts = {posts.begin(), posts.begin() + static_cast<std::ptrdiff_t>(count)},
                         .more = {},
                         .events = shown.events};
  const auto groups = groups_of(*config_, *digest_, facts, whole);
  for (const auto& group : groups) {
    if (!group.events.empty()) {
      view.groups.push_back(event_group(group, facts, words));
      continue;
    }
    message::GroupView group_view;
    group_view.title = group.key;
    if (group.section != nullptr) {
      group_view.title = group.section->title(words.language(), config_->newsletter.language);
      group_view.layout = group.section->layout;
    } else if (digest_->group_by == digest::GroupBy::day && !group.key.empty()) {
      if (const auto day = day_of(group.key)) {
        group_view.title = words.day_heading(*day);
        group_view.is_day = true;
      }
    }
    for (const auto index : group.posts)
      group_view.posts.push_back(
          post_view(facts, *posts[index], {.words = extent.words, .layout = group_view.layout}));
    view.groups.push_back(std::move(group_view));
  }
  view.notices = notice_views(facts.date, words);
  const auto add_link = [&](const ShownPost& each, bool counted) {
    const auto& post = post_view(facts, each, {.words = 1});
    const auto title = post.title.empty() ? post::display_title(each.post) : post.title;
    view.links.push_back({.title = title, .url = post.url, .source = post.source, .counted = counted});
  };
  for (std::size_t i = count; i < posts.size(); ++i) add_link(*posts[i], true);
  for (const auto* const each : shown.more) add_link(*each, false);
  for (const auto& more : facts.more_from) {
    if (!concerns(more, facts, shown)) continue;
    view.more_from.push_back(
        {.words = words.count("more_from", more.posts), .source = more.source, .url = more.url});
  }
  return view;
}

namespace {

/// With the parameters that web statistics count by, unless it has some already.
std::string with_campaign(const std::string& url, const std::string& parameters) {
  if (!is_web_url(url) || url.find("utm_campaign=") != std::string::npos) return url;
  const auto end = std::min(url.find('#'), url.size());
  const auto query = url.find('?') < end;
  return fmt::format("{}{}{}{}", url.substr(0, end), query ? '&' : '?', parameters, url.substr(end));
}

void add_campaign(message::EditionView& view, const std::string& parameters) {
  for (auto& group : view.groups) {
    for (auto& post : group.posts) post.url = with_campaign(post.url, parameters);
  }
  for (auto& link : view.links) link.url = with_campaign(link.url, parameters);
}

/// With the longest possible personal links in place of slots.
std::size_t weight_of(const std::vector<digest::SegmentBody>& bodies) {
  constexpr std::size_t longest_link = 200;
  std::size_t heaviest = 0;
  for (const auto& body : bodies) {
    const auto slots = static_cast<std::size_t>(std::ranges::count(body.html, '\x02'));
    const auto marks = static_cast<std::size_t>(std::ranges::count(body.html, message::part_mark));
    heaviest = std::max(heaviest, body.html.size() - marks + slots * longest_link);
  }
  return heaviest;
}

}  // namespace

Result<Rendered> Renderer::render(const EditionFacts& facts, const std::string& language,
                                  const ShownPosts& shown) {
  TIDINGS_LET(const auto* const words, strings(language));
  const auto& zone = config_->newsletter.zone;
  const auto all = shown.posts.size();
  const auto attempt = [&](const Extent& extent) {
    auto shown_view = view(facts, *words, shown, extent);
    if (digest_->campaign == config::DigestConfig::Campaign::utm) {
      add_campaign(shown_view,
                   fmt::format("utm_source={}&utm_medium=email&utm_campaign={}-{}",
                               percent_encode(config_->newsletter.name), digest_->name, facts.number));
    }
    return theme_.render_bodies(shown_view, *words, zone);
  };
  Rendered out;
  TIDINGS_LET(out.bodies, attempt({.words = 0, .posts = all}));
  if (weight_of(out.bodies) <= html_budget_bytes) return out;
  // The longest excerpts that let all posts fit.
  const bool is_full = digest_->content == config::DigestConfig::Content::full;
  const int widest = is_full ? 2'000 : digest_->excerpt_words;
  const int shortest = digest_->content == config::DigestConfig::Content::title
                           ? 0
                           : (is_full ? 60 : std::max(5, widest / 10));
  if (shortest > 0) {
    TIDINGS_LET(out.bodies, attempt({.words = shortest, .posts = all}));
    out.note = fmt::format("excerpts of {} words", shortest);
    int fits = weight_of(out.bodies) <= html_budget_bytes ? shortest : 0;
    for (int too_long = widest; fits > 0 && too_long - fits > 1 + fits / 50;) {
      const int middle = fits + (too_long - fits) / 2;
      TIDINGS_LET(auto bodies, attempt({.words = middle, .posts = all}));
      if (weight_of(bodies) > html_budget_bytes) {
        too_long = middle;
        continue;
      }
      fits = middle;
      out.bodies = std::move(bodies);
      out.note = fmt::format("excerpts of {} words", middle);
    }
    if (fits > 0) return out;
  }
  // As many posts as fit; at least one stays a post.
  std::size_t fits = 1;
  std::size_t too_many = all;
  while (too_many - fits > 1) {
    const auto middle = fits + (too_many - fits) / 2;
    TIDINGS_LET(const auto bodies, attempt({.words = shortest, .posts = middle}));
    (weight_of(bodies) <= html_budget_bytes ? fits : too_many) = middle;
  }
  TIDINGS_LET(out.bodies, attempt({.words = shortest, .posts = fits}));
  out.note += fmt::format("{}{} as links", out.note.empty() ? "" : "; ",
                          plural(static_cast<long long>(all - fits), "post"));
  if (const auto weight = weight_of(out.bodies); weight > html_budget_bytes) {
    out.note += fmt::format("; still {}, and Gmail cuts off after 102 kB",
                            format_size(static_cast<std::int64_t>(weight)));
  }
  return out;
}

Result<std::string> Renderer::render_page(const EditionFacts& facts, const std::string& language,
                                          const ShownPosts& shown) {
  TIDINGS_LET(const auto* const words, strings(language));
  auto page = view(facts, *words, shown, {.words = 0, .posts = shown.posts.size()});
  page.is_web = true;
  // A custom theme may still show personal links; on a page they lead to the newsletter.
  const message::Reader nobody{.address = config_->newsletter.from.address.text(),
                               .unsubscribe_url = config_->newsletter.public_url};
  TIDINGS_LET(const auto body, theme_.render_for(page, *words, config_->newsletter.zone, nobody));
  // A page has no parts: its pictures are links again.
  if (!body.html.empty()) return with_addresses(body.html, embedded_.images());
  return fmt::format(
      "<!doctype html>\n<html lang=\"{}\" dir=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title>"
      "<meta name=\"viewport\" content=\"width=device-width\"></head>"
      "<body><pre style=\"white-space:pre-wrap\">{}</pre></body></html>\n",
      words->language(), words->direction(), escape_html(body.subject), escape_html(body.text));
}

}  // namespace tidings::edition
