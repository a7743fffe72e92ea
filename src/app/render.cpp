#include "app/render.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "app/theme_files.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "digest/select.hpp"
#include "post/excerpt.hpp"
#include "post/plain_text.hpp"

namespace tidings::app {
namespace {

constexpr int text_columns = 72;

/// Paragraphs of plain text as HTML; the editor's introduction is text, not markup.
std::string paragraphs_html(std::string_view text) {
  std::string html;
  std::string paragraph;
  const auto flush = [&] {
    if (!trim(paragraph).empty()) html += "<p>" + escape_html(trim(paragraph)) + "</p>\n";
    paragraph.clear();
  };
  for (const auto line : split(text, '\n')) {
    if (trim(line).empty()) flush();
    paragraph += line;
    paragraph += ' ';
  }
  flush();
  return html;
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

std::optional<std::chrono::year_month_day> day_of(const std::string& key) {
  const auto t = parse_rfc3339(key + "T00:00:00Z");
  if (!t) return std::nullopt;
  return std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(*t)};
}

}  // namespace

Renderer::Renderer(const Config& config, const DigestConfig& digest, message::Theme theme)
    : config_(&config), digest_(&digest), theme_(std::move(theme)) {}

Result<Renderer> Renderer::load(const Config& config, const DigestConfig& digest) {
  TIDINGS_LET(auto theme, message::Theme::load({.name = digest.theme, .subject = digest.subject, .preheader = digest.preheader},
                                               template_lookup(config.folder)));
  Renderer renderer{config, digest, std::move(theme)};
  TIDINGS_TRY(renderer.strings(config.newsletter.language));
  if (!digest.intro_file.empty()) {
    auto text = read_file(digest.intro_file, 1 << 20);
    if (!text) return fail(Errc::config, fmt::format("digest \"{}\": intro_file: {}", digest.name, text.error().what));
    renderer.intro_ = clean_utf8(*text);
  }
  return renderer;
}

Result<const message::Strings*> Renderer::strings(const std::string& language) {
  auto& slot = strings_[language];
  if (!slot) {
    TIDINGS_LET(auto loaded, message::Strings::load(digest_->theme, language, template_lookup(config_->folder)));
    slot = std::make_unique<message::Strings>(std::move(loaded));
  }
  return slot.get();
}

Result<std::string> Renderer::language_for(const std::string& wanted) {
  const auto& tag = wanted.empty() ? config_->newsletter.language : wanted;
  TIDINGS_LET(const auto* const found, strings(tag));
  // Strings falls back to English; a reader of an unknown language is better served by the newsletter's own.
  const bool known = ascii_lower(tag).substr(0, 2) == found->language().substr(0, 2);
  if (known || wanted.empty()) return found->language();
  return language_for("");
}

message::EditionView Renderer::base_view(const EditionFacts& facts) const {
  message::EditionView view;
  view.newsletter_name = config_->newsletter.name;
  view.public_url = config_->newsletter.public_url;
  view.postal_address = config_->newsletter.postal_address;
  view.digest_title = digest_->title;
  view.number = facts.number;
  view.period = facts.period;
  view.date = facts.date;
  if (!intro_.empty()) {
    view.intro_html = paragraphs_html(intro_);
    view.intro_text = without_final_newline(post::html_to_text(view.intro_html, {.width = text_columns}));
  }
  view.has_preferences = !config_->newsletter.public_url.empty();
  view.has_view = false;
  return view;
}

message::PostView Renderer::post_view(const ShownPost& shown) const {
  const auto& post = shown.post;
  message::PostView view;
  view.title = post.title;
  view.url = post.link;
  view.source = join(shown.sources, ", ");
  view.author = post.author;
  view.date = post.date();
  view.tags = post.tags;
  const auto& body = post.html.empty() ? post.summary_html : post.html;
  switch (digest_->content) {
    case DigestConfig::Content::title: break;
    case DigestConfig::Content::full:
      view.excerpt_html = body;
      view.excerpt_text = without_final_newline(post::html_to_text(body, {.width = text_columns}));
      break;
    case DigestConfig::Content::excerpt: {
      // A summary that somebody wrote for this purpose beats our cut of the whole text; one that the blog's engine cut off
      // ("[…]") does not.
      const bool use_summary = !post.summary_html.empty() && (post.html.empty() || !is_cut_off(post.summary_html));
      const auto& from = use_summary ? post.summary_html : post.html;
      auto excerpt = post::make_excerpt(from, {.words = digest_->excerpt_words});
      view.excerpt_text = without_final_newline(
          post::html_to_text(excerpt.html, {.width = text_columns, .links = post::LinkStyle::none}));
      view.is_truncated = excerpt.truncated || (use_summary && post.html.size() > post.summary_html.size());
      view.excerpt_html = std::move(excerpt.html);
      break;
    }
  }
  if (digest_->content != DigestConfig::Content::title) {
    const bool shown_in_text = digest_->content == DigestConfig::Content::full && body.find("<img") != std::string::npos;
    if (!shown_in_text) {
      view.image_url = post.image_url;
      view.image_alt = post.image_alt;
    }
  }
  if (view.title.empty()) {
    auto words = post::make_excerpt(body, {.words = 10});
    view.title = collapse_blanks(words.text);
    if (words.truncated && !view.title.ends_with("…")) view.title += "…";
  }
  if (view.title.empty()) view.title = post.link.empty() ? "…" : post.link;
  return view;
}

Result<std::string> Renderer::title(const EditionFacts& facts) {
  TIDINGS_LET(const auto* const words, strings(config_->newsletter.language));
  return message::edition_title(base_view(facts), *words, config_->newsletter.zone);
}

Result<std::vector<digest::SegmentBody>> Renderer::render(const EditionFacts& facts, const std::string& language,
                                                          const std::vector<const ShownPost*>& posts) {
  TIDINGS_LET(const auto* const words, strings(language));
  auto view = base_view(facts);
  std::vector<digest::GroupInput> inputs;
  for (const auto* const shown : posts) {
    inputs.push_back({.date = shown->post.date(),
                      .source_name = shown->sources.front(),
                      .topics = shown->topics,
                      .pinned = shown->post.pinned});
  }
  const auto by = static_cast<digest::GroupBy>(digest_->group_by);
  for (const auto& group : digest::group(inputs, by, config_->newsletter.zone, digest_->topics)) {
    message::GroupView group_view;
    group_view.title = group.key;
    if (by == digest::GroupBy::day && !group.key.empty()) {
      if (const auto day = day_of(group.key)) {
        group_view.title = words->day_heading(*day);
        group_view.is_day = true;
      }
    }
    for (const auto index : group.posts) group_view.posts.push_back(post_view(*posts[index]));
    view.groups.push_back(std::move(group_view));
  }
  return theme_.render_bodies(view, *words, config_->newsletter.zone);
}

}  // namespace tidings::app
