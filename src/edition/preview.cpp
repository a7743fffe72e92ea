#include "edition/preview.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "delivery/ledger.hpp"
#include "delivery/run.hpp"
#include "digest/body_table.hpp"
#include "digest/edition_history.hpp"
#include "digest/edition_table.hpp"
#include "edition/coming_events.hpp"
#include "edition/compose.hpp"
#include "edition/inline_images.hpp"
#include "edition/intro.hpp"
#include "edition/left_out.hpp"
#include "edition/preview_page.hpp"
#include "edition/seal.hpp"
#include "edition/selection.hpp"
#include "edition/stored_draft.hpp"
#include "message/build.hpp"
#include "message/parts.hpp"
#include "message/slots.hpp"
#include "sending/deliver.hpp"
#include "sending/image_parts.hpp"
#include "sending/links.hpp"
#include "sending/signing.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::edition {
namespace {

/// One segment with its bodies.
struct ShownSegment {
  digest::Segment segment;
  std::vector<digest::SegmentBody> bodies;
};

struct Shown {
  std::size_t most_segments = 0;
  Preview preview = {};
  std::vector<ShownSegment> segments = {};
  std::map<SegmentId, std::int64_t> readers = {};
  std::vector<digest::EditionImage> images = {};
};

// Pictures of an unsealed edition are shown as links: a preview fetches none.
const FoundImages no_images;

/// For a list that has nobody yet: a reader of the newsletter's language who takes every topic.
Result<ShownSegment> sample_segment(const digest::Selection& selection, const EditionFacts& facts,
                                    store::Database& database, Renderer& renderer) {
  TIDINGS_LET(const auto posts, load_shown(database, selection.posts));
  TIDINGS_LET(const auto links, load_shown(database, selection.more));
  ShownPosts shown_posts;
  ShownSegment sample;
  auto& segment = sample.segment;
  for (const auto& shown : posts) {
    shown_posts.posts.push_back(&shown);
    segment.posts.push_back(shown.post.id);
  }
  for (const auto& link : links) shown_posts.more.push_back(&link);
  shown_posts.events = all_of(facts.events.size());
  segment.events = shown_posts.events;
  TIDINGS_LET(segment.language, renderer.language_for(""));
  TIDINGS_LET(auto rendered, renderer.render(facts, segment.language, shown_posts));
  sample.bodies = std::move(rendered.bodies);
  for (auto& body : sample.bodies) {
    body.text = message::without_marks(std::move(body.text));
    body.html = message::without_marks(std::move(body.html));
  }
  segment.note = std::move(rendered.note);
  return sample;
}

/// The sealed segments with most readers; the others are counted.
Result<void> read_largest(const config::Context& context, EditionId edition, Shown& shown) {
  TIDINGS_LET(auto segments, digest::EditionTable(context.database).segments_of(edition));
  TIDINGS_LET(shown.readers, delivery::Ledger(context.database, context.clock).readers_by_segment(edition));
  if (segments.size() > shown.most_segments) {
    std::ranges::stable_sort(segments, std::greater{}, [&](const digest::Segment& segment) {
      const auto it = shown.readers.find(segment.id);
      return it == shown.readers.end() ? 0 : it->second;
    });
    shown.preview.segments_not_shown = segments.size() - shown.most_segments;
    segments.resize(shown.most_segments);
  }
  digest::BodyTable bodies{context.database};
  for (auto& segment : segments) {
    TIDINGS_LET(auto its, bodies.of_segment(edition, segment.id));
    shown.segments.push_back({.segment = std::move(segment), .bodies = std::move(its)});
  }
  return {};
}

/// What the current transaction has sealed; a sample if nobody would get it.
Result<void> read_segments(const config::Context& context, Renderer& renderer, const ToSeal& what,
                           Shown& shown) {
  auto& database = context.database;
  digest::EditionTable editions{database};
  TIDINGS_TRY(read_largest(context, what.edition, shown));
  TIDINGS_LET(shown.images, editions.images_of(what.edition));
  TIDINGS_LET(shown.preview.pictures, editions.pictures_of(what.edition));
  if (!shown.segments.empty()) return {};
  auto facts = what.facts;
  TIDINGS_TRY(take_intro_once(renderer.digest(), database, facts));
  TIDINGS_LET(auto sample, sample_segment(what.selection, facts, database, renderer));
  shown.images = renderer.embedded().images();
  shown.preview.pictures = in_words(no_images, renderer.embedded());
  shown.segments.push_back(std::move(sample));
  return {};
}

/// Reports that pictures shown as links will be sent with the mail.
void tell_unfetched(const config::DigestConfig& digest, Shown& shown) {
  if (!digest.inline_images || shown.segments.empty()) return;
  const auto count = image_sources(shown.segments.front().bodies.at(0).html).size();
  if (count == 0) return;
  if (!shown.preview.pictures.empty()) shown.preview.pictures += "; ";
  shown.preview.pictures += fmt::format("{} to be fetched when the edition is sealed",
                                        plural(static_cast<long long>(count), "picture"));
}

/// What would be sent next, sealed as it would be and taken back.
Result<void> preview_digest(const config::Context& context, const config::DigestConfig& digest,
                            Shown& shown) {
  digest::EditionTable editions{context.database};
  TIDINGS_LET(const auto taken_back, context.database.begin());
  TIDINGS_LET(const auto drafted, draft(context, digest, When::sample));
  if (!drafted || !drafted->selection.skipped.empty()) {
    TIDINGS_LET(const auto before, editions.list(digest.name, 1));
    const auto hint = before.empty() || !before.front().edition.number
                          ? std::string{"\"tidings collect\" fetches posts; \"tidings post list\" shows them"}
                          : fmt::format("its newest edition is {}, which can be previewed",
                                        digest::name_of(before.front().edition));
    return fail(Errc::no_input,
                fmt::format("digest \"{}\" has nothing to show: {}", digest.name,
                            drafted ? drafted->selection.skipped : "everything so far has been sent"),
                hint);
  }
  TIDINGS_LET(auto renderer, Renderer::load(context.config, digest));
  const auto facts = facts_of(*drafted);
  TIDINGS_LET(auto title, renderer.title(facts));
  const auto row = row_of(digest, *drafted, std::move(title));
  auto& edition = shown.preview.edition;
  edition.digest = row.digest;
  edition.number = drafted->number;
  edition.scheduled = row.scheduled;
  edition.period = row.period;
  edition.title = row.title;
  shown.preview.left_out = left_out_of(*drafted);
  TIDINGS_LET(const auto id, editions.insert(row, drafted->selection, context.clock.now()));
  const ToSeal what{.edition = id, .facts = facts, .selection = drafted->selection, .images = no_images};
  TIDINGS_TRY(seal_segments(context, renderer, what));
  TIDINGS_TRY(read_segments(context, renderer, what, shown));
  tell_unfetched(digest, shown);
  return {};
}

/// The same for a draft as its editor left it.
Result<void> preview_draft(const config::Context& context, Shown& shown) {
  const auto& config = context.config;
  auto& database = context.database;
  const auto& edition = shown.preview.edition;
  TIDINGS_LET(const auto* const digest, config.digest(edition.digest));
  TIDINGS_LET(const auto taken_back, database.begin());
  TIDINGS_LET(auto renderer, Renderer::load(config, *digest));
  TIDINGS_LET(const auto arranged, arrangement_of(context, *digest, edition));
  TIDINGS_LET(shown.preview.edition.title, renderer.title(arranged.facts));
  TIDINGS_TRY(seal_draft(context, renderer, edition, no_images));
  TIDINGS_TRY(read_segments(
      context, renderer,
      {.edition = edition.id, .facts = arranged.facts, .selection = arranged.selection, .images = no_images},
      shown));
  tell_unfetched(*digest, shown);
  return {};
}

Result<void> preview_edition(const config::Context& context, const std::string& what, Shown& shown) {
  digest::EditionTable editions{context.database};
  TIDINGS_LET(shown.preview.edition, editions.find(what));
  const auto& edition = shown.preview.edition;
  TIDINGS_LET(shown.preview.left_out, editions.left_out_of(edition.id));
  if (edition.state == digest::EditionState::draft) {
    return preview_draft(context, shown);
  }
  TIDINGS_LET(const auto history, digest::HistoryTable(context.database).of(edition.id));
  if (history.dropped) {
    return fail(Errc::no_input, fmt::format("the mails of {} are no longer kept", digest::name_of(edition)),
                "[store] keep_bodies says how long they are; the archive has its page");
  }
  TIDINGS_TRY(read_largest(context, edition.id, shown));
  if (shown.segments.empty()) {
    return fail(Errc::no_input,
                fmt::format("edition {} was {}: {}", what, name_of(edition.state), edition.reason));
  }
  TIDINGS_LET(shown.images, editions.images_of(edition.id));
  TIDINGS_LET(shown.preview.pictures, editions.pictures_of(edition.id));
  return {};
}

/// Segments as one subscriber would get them.
class SegmentWriter {
 public:
  SegmentWriter(const config::Context& context, const sending::Links& links, const Shown& shown,
                const PreviewReader& who)
      : context_(context), links_(links), shown_(shown), who_(who) {}

  /// Reads keys and pictures once for all segments.
  [[nodiscard]] Result<void> prepare() {
    TIDINGS_LET(signers_, sending::load_signers(context_.config));
    TIDINGS_LET(images_, sending::ImageParts::make(shown_.images));
    subscriber::SubscriberTable table{context_.database, context_.clock};
    TIDINGS_LET(const auto known, table.find(stored_address(who_.address)));
    for (const auto& field : context_.config.fields) {
      const auto own = known ? known->fields.find(field.name) : subscriber::Fields::const_iterator{};
      const bool is_theirs = known && own != known->fields.end();
      fields_.emplace_back(field.name, is_theirs ? own->second
                                       : known   ? std::string{}
                                                 : subscriber::sample_of(field));
    }
    return {};
  }

  [[nodiscard]] Result<PreviewSegment> write(const ShownSegment& from) const {
    auto reader = links_.sample(who_.address, who_.name);
    reader.fields = fields_;
    const auto& segment = from.segment;
    if (from.bodies.empty()) return fail(Errc::bad_data, "a segment has no body");
    const auto& body = from.bodies.at(message::variant_of(reader, from.bodies.size()));
    PreviewSegment out;
    out.language = segment.language;
    out.posts = static_cast<int>(segment.posts.size());
    TIDINGS_LET(out.subject, message::fill_slots(body.subject, reader, message::Escape::none));
    TIDINGS_LET(out.text, message::fill_slots(body.text, reader, message::Escape::none));
    TIDINGS_LET(out.html, message::fill_slots(body.html, reader, message::Escape::html));
    auto options = sending::header_options(context_.config, links_, shown_.preview.edition, segment.language);
    options.subject_prefix = who_.subject_prefix;
    options.signers = signers_;
    options.images = images_.called_by(from.bodies);
    out.note = segment.note;
    TIDINGS_LET(out.message, message::build_full({.subject = out.subject, .text = out.text, .html = out.html},
                                                 options, reader, context_.clock.now()));
    out.html = with_addresses(std::move(out.html), shown_.images);
    out.links = links_of(out.html);
    if (const auto it = shown_.readers.find(segment.id); it != shown_.readers.end()) out.readers = it->second;
    return out;
  }

 private:
  const config::Context context_;
  const sending::Links& links_;
  const Shown& shown_;
  const PreviewReader& who_;
  std::vector<std::pair<std::string, std::string>> fields_;
  std::vector<message::DkimSigner> signers_;
  sending::ImageParts images_;
};

}  // namespace

Result<Preview> make_preview(const config::Context& context, const std::string& what,
                             const PreviewReader& reader) {
  TIDINGS_LET(auto keys, subscriber::KeyRing::peek(context.database, context.random));
  const sending::Links links{context.config, std::move(keys)};
  const auto* const digest = context.config.find_digest(what);
  Shown found{.most_segments = reader.most_segments};
  TIDINGS_TRY(digest != nullptr ? preview_digest(context, *digest, found)
                                : preview_edition(context, what, found));
  SegmentWriter writer{context, links, found, reader};
  TIDINGS_TRY(writer.prepare());
  auto preview = found.preview;
  std::map<std::string, int> seen;
  for (const auto& segment : found.segments) {
    TIDINGS_LET(auto shown, writer.write(segment));
    const int count = ++seen[shown.language];
    shown.name = count == 1 ? shown.language : fmt::format("{}-{}", shown.language, count);
    preview.segments.push_back(std::move(shown));
  }
  return preview;
}

Result<std::filesystem::path> write_preview(const Preview& preview, const std::filesystem::path& folder) {
  for (const auto& segment : preview.segments) {
    if (!segment.html.empty()) {
      TIDINGS_TRY(write_file(folder / (segment.name + ".html"), segment.html));
      TIDINGS_TRY(
          write_file(folder / (segment.name + ".light.html"), with_scheme(segment.html, Scheme::light)));
      TIDINGS_TRY(
          write_file(folder / (segment.name + ".dark.html"), with_scheme(segment.html, Scheme::dark)));
    }
    TIDINGS_TRY(write_file(folder / (segment.name + ".txt"), segment.text));
    TIDINGS_TRY(write_file(folder / (segment.name + ".eml"), segment.message.bytes));
  }
  const auto index = folder / "index.html";
  TIDINGS_TRY(write_file(index, preview_index(preview)));
  return index;
}

Result<delivery::Outcome> send_test(const config::Config& config, const Preview& preview,
                                    const std::filesystem::path& to_folder) {
  TIDINGS_LET(const auto transport, sending::make_transport(config, to_folder));
  return delivery::send_one(*transport, preview.segments.front().message);
}

}  // namespace tidings::edition
