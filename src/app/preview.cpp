#include "app/preview.hpp"

#include <map>

#include <fmt/format.h>

#include "app/compose.hpp"
#include "app/deliver.hpp"
#include "app/inline_images.hpp"
#include "app/links.hpp"
#include "app/signing.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "delivery/run.hpp"
#include "digest/edition_table.hpp"
#include "message/build.hpp"
#include "message/slots.hpp"

namespace tidings::app {
namespace {

/// What would be sent next, rendered for readers of the newsletter's language who take every topic.
Result<Preview> preview_draft(const Config& config, const DigestConfig& digest, store::Database& database, const Clock& clock,
                              std::vector<digest::Segment>& segments) {
  TIDINGS_LET(const auto thought_out, draft(config, digest, database, clock, When::sample));
  if (!thought_out || !thought_out->selection.skipped.empty()) {
    return fail(Errc::no_input, fmt::format("digest \"{}\" has nothing to show: {}", digest.name,
                                            thought_out ? thought_out->selection.skipped : "everything up to now is sent"),
                "\"tidings collect\" fetches; \"tidings post list\" shows what there is");
  }
  TIDINGS_LET(auto renderer, Renderer::load(config, digest));
  const EditionFacts facts{.number = thought_out->number, .period = thought_out->plan.period, .date = thought_out->plan.scheduled};
  TIDINGS_LET(const auto language, renderer.language_for(""));
  ShownPosts shown_posts;
  digest::Segment segment;
  segment.language = language;
  for (const auto& shown : thought_out->posts) {
    shown_posts.posts.push_back(&shown);
    segment.posts.push_back(shown.post.id);
  }
  TIDINGS_LET(auto rendered, renderer.render(facts, language, shown_posts));
  segment.bodies = std::move(rendered.bodies);
  segment.note = std::move(rendered.note);
  segments.push_back(std::move(segment));
  Preview preview;
  preview.edition.digest = digest.name;
  preview.edition.number = thought_out->number;
  preview.edition.scheduled = thought_out->plan.scheduled;
  preview.edition.period = thought_out->plan.period;
  TIDINGS_LET(preview.edition.title, renderer.title(facts));
  return preview;
}

Result<PreviewSegment> finish_segment(const Config& config, const Links& links, const Preview& preview, const digest::Segment& segment,
                                      const std::vector<digest::EditionImage>& images, const PreviewReader& who, UtcTime now) {
  const auto reader = links.sample(who.address, who.name);
  const auto& body = segment.bodies.at(message::variant_of(reader, segment.bodies.size()));
  PreviewSegment out;
  out.language = segment.language;
  out.posts = static_cast<int>(segment.posts.size());
  TIDINGS_LET(out.subject, message::fill_slots(body.subject, reader, message::Escape::none));
  TIDINGS_LET(out.text, message::fill_slots(body.text, reader, message::Escape::none));
  TIDINGS_LET(out.html, message::fill_slots(body.html, reader, message::Escape::html));
  auto options = header_options(config, links, preview.edition, segment.language);
  options.subject_prefix = who.subject_prefix;
  TIDINGS_LET(options.signers, load_signers(config));
  TIDINGS_LET(options.images, images_of(segment.bodies, images));
  TIDINGS_LET(out.letter,
              message::build_full({.subject = out.subject, .text = out.text, .html = out.html}, options, reader, now));
  out.html = with_addresses(std::move(out.html), images);
  return out;
}

std::string index_page(const Preview& preview) {
  std::string rows;
  for (const auto& segment : preview.segments) {
    const auto name = escape_html(segment.name);
    rows += fmt::format(
        "<section><h2>{0}</h2><p>{1}</p><p class=\"facts\">{2} · HTML {3} · text {4} · whole message {5} · "
        "<a href=\"{0}.html\">HTML</a> · <a href=\"{0}.txt\">text</a> · <a href=\"{0}.eml\">message</a></p>\n"
        "<div class=\"frames\"><iframe src=\"{0}.html\" width=\"320\" title=\"{0} at 320 pixels\"></iframe>"
        "<iframe src=\"{0}.html\" width=\"640\" title=\"{0} at 640 pixels\"></iframe>"
        "<iframe src=\"{0}.txt\" width=\"620\" title=\"{0} as text\"></iframe></div></section>\n",
        name, escape_html(segment.subject), plural(segment.posts, "post"), format_size(static_cast<std::int64_t>(segment.html.size())),
        format_size(static_cast<std::int64_t>(segment.text.size())), format_size(static_cast<std::int64_t>(segment.letter.bytes.size())));
  }
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title>"
      "<meta name=\"viewport\" content=\"width=device-width\"><style>"
      ":root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;margin:2rem}}"
      ".facts{{opacity:.75}}.frames{{display:flex;gap:1rem;flex-wrap:wrap}}iframe{{height:900px;max-width:100%;border:1px solid #8888}}"
      "</style></head><body><h1>{0}</h1>\n{1}</body></html>\n",
      escape_html(preview.edition.title), rows);
}

}  // namespace

Result<Preview> make_preview(const Config& config, store::Database& database, const Clock& clock, Random& random,
                             const std::string& what, const PreviewReader& reader) {
  TIDINGS_LET(auto keys, subscriber::KeyRing::peek(database, random));
  const Links links{config, std::move(keys)};
  std::vector<digest::Segment> segments;
  std::vector<digest::EditionImage> images;
  Preview preview;
  if (const auto* const digest = config.find_digest(what)) {
    TIDINGS_LET(preview, preview_draft(config, *digest, database, clock, segments));
  } else {
    digest::EditionTable editions{database};
    auto edition = editions.find(what);
    if (!edition) return fail(edition.error().code, edition.error().what, edition.error().hint);
    preview.edition = *edition;
    TIDINGS_LET(segments, editions.segments_of(edition->id, digest::EditionTable::Bodies::with));
    TIDINGS_LET(images, editions.images_of(edition->id));
    if (segments.empty()) {
      return fail(Errc::no_input, fmt::format("edition {} was {}: {}", what, name_of(edition->state), edition->reason));
    }
  }
  std::map<std::string, int> seen;
  for (const auto& segment : segments) {
    TIDINGS_LET(auto shown, finish_segment(config, links, preview, segment, images, reader, clock.now()));
    const int count = ++seen[segment.language];
    shown.name = count == 1 ? segment.language : fmt::format("{}-{}", segment.language, count);
    preview.segments.push_back(std::move(shown));
  }
  return preview;
}

Result<std::filesystem::path> write_preview(const Preview& preview, const std::filesystem::path& folder) {
  for (const auto& segment : preview.segments) {
    if (!segment.html.empty()) TIDINGS_TRY(write_file(folder / (segment.name + ".html"), segment.html));
    TIDINGS_TRY(write_file(folder / (segment.name + ".txt"), segment.text));
    TIDINGS_TRY(write_file(folder / (segment.name + ".eml"), segment.letter.bytes));
  }
  const auto index = folder / "index.html";
  TIDINGS_TRY(write_file(index, index_page(preview)));
  return index;
}

Result<delivery::Outcome> send_test(const Config& config, const Preview& preview, const std::filesystem::path& to_folder) {
  TIDINGS_LET(const auto transport, make_transport(config, to_folder));
  return delivery::send_one(*transport, preview.segments.front().letter);
}

}  // namespace tidings::app
