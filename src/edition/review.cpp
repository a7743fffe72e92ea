#include "edition/review.hpp"
#include "edition/reader_hours.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "digest/edition_table.hpp"
#include "edition/inline_images.hpp"
#include "edition/intro.hpp"
#include "edition/left_out.hpp"
#include "edition/picture_sizes.hpp"
#include "edition/preflight.hpp"
#include "edition/preview.hpp"
#include "edition/sections.hpp"
#include "edition/selection.hpp"
#include "edition/stored_draft.hpp"
#include "edition/text_forms.hpp"
#include "message/build.hpp"
#include "post/normalise.hpp"
#include "post/post_table.hpp"
#include "sending/deliver.hpp"
#include "sending/signing.hpp"
#include "subscriber/token.hpp"

namespace tidings::edition {
namespace {

constexpr std::size_t most_left_out = 100;

constexpr std::string_view ways_to_answer =
    "Or answer this mail with a line of these:\n\n"
    "  ok             approve it\n"
    "  hold           keep it until you approve it\n"
    "  drop 3         leave out post 3 (or: drop 3, 5)\n"
    "  first 5        post 5 first\n"
    "  subject: ...   another subject\n"
    "  intro: ...     an introduction, to the end of your mail\n\n";

/// Where the editor's answer proves which draft it is about; empty if no mailbox of ours is read.
Result<std::string> answer_address(const config::Context& context, const digest::Edition& edition) {
  const auto& bounce = context.config.bounce;
  if (!bounce.is_read()) return std::string{};
  TIDINGS_LET(const auto revision, digest::EditionTable(context.database).revision_of(edition.id));
  TIDINGS_LET(auto keys, subscriber::KeyRing::open(context.database, context.random, context.clock));
  const auto token = subscriber::Tokens(std::move(keys))
                         .make(subscriber::TokenPurpose::review, subscriber::TokenForm::local_part,
                               {.subscriber = SubscriberId{revision + 1}, .edition = edition.id});
  return fmt::format("{}+{}@{}", bounce.address->local, token, bounce.address->domain);
}

/// The posts by the numbers that an answer means.
Result<std::string> numbered_posts(const config::Context& context, const digest::Edition& edition) {
  auto& database = context.database;
  TIDINGS_LET(const auto ids, digest::EditionTable(database).posts_of(edition.id));
  TIDINGS_LET(const auto posts, post::PostTable(database).load(ids));
  TIDINGS_LET(const auto changes, digest::EditionTable(database).changes_in(edition.id));
  TIDINGS_LET(const auto sections, section_names(context, edition));
  std::string out;
  int number = 0;
  for (const auto& post : posts) {
    const auto change = std::ranges::find(changes, post.id, &digest::PostChange::post);
    const bool renamed = change != changes.end() && change->title;
    const auto section = sections.find(post.id);
    out += fmt::format("  {:>2}  {}{}\n", ++number, renamed ? *change->title : post::display_title(post),
                       section == sections.end() ? "" : fmt::format(" (in {})", section->second));
  }
  return out + '\n';
}

std::string instructions(const config::Config& config, const config::DigestConfig& digest,
                         const digest::Edition& edition) {
  const auto name = digest::name_of(edition);
  auto out = fmt::format(
      "{} \"{}\" is a draft and awaits your approval.\n\n"
      "  approve      tidings edition approve {}\n"
      "  change       tidings edition edit {}     (order, posts, introduction)\n"
      "  cancel       tidings edition cancel {}\n\n",
      name, edition.title, name, name, name);
  if (!digest.review_until) return out;
  const auto until = time_in_words(config.newsletter.zone, edition.scheduled + *digest.review_until);
  const bool sends = digest.unapproved == config::DigestConfig::Unapproved::send;
  return out +
         fmt::format("If nobody answers by {}, {}.\n\n", until,
                     sends ? "it is sent as it is" : "it is held until somebody approves or cancels it");
}

/// One line each: "Title: hidden by hand".
Result<std::string> left_out_lines(store::Database& database, const digest::Edition& edition) {
  TIDINGS_LET(const auto left_out, digest::EditionTable(database).left_out_of(edition.id));
  TIDINGS_LET(const auto named, name_left_out(database, left_out, most_left_out));
  std::vector<std::string> lines;
  for (const auto& each : named) lines.push_back(fmt::format("{}: {}", each.title, each.why_in_words));
  return join(lines, "\n");
}

/// The note above the digest.
std::string with_note(const std::string& html, const std::string& note) {
  const auto body = html.find("<body");
  const auto end = body == std::string::npos ? std::string::npos : html.find('>', body);
  if (end == std::string::npos) return {};
  return html.substr(0, end + 1) +
         "<pre style=\"white-space:pre-wrap;font:14px/1.4 "
         "monospace;color:#000;background:#fff8dc;padding:16px;margin:0;text-align:start\" dir=\"ltr\">" +
         escape_html(note) + "</pre>" + html.substr(end + 1);
}

/// The segment that shows most posts.
const PreviewSegment& widest_of(const Preview& preview) {
  return *std::ranges::max_element(preview.segments, {}, &PreviewSegment::posts);
}

/// A draft as its editor would see it now, and what was found in it.
struct Examined {
  Preview preview;
  std::vector<std::string> found;
  std::string report;  ///< with what was left out
};

Result<Examined> examine(const config::Context& context, const config::DigestConfig& digest,
                         const digest::Edition& edition) {
  const auto& config = context.config;
  const auto& editor = config.newsletter.editor;
  Examined out;
  TIDINGS_LET(out.preview,
              make_preview(context, digest::name_of(edition),
                           {.address = editor.address.text(), .name = editor.name, .subject_prefix = {}}));
  TIDINGS_LET(const auto arranged, arrangement_of(context, digest, edition));
  TIDINGS_LET(const auto posts, load_shown(context.database, arranged.selection.posts));
  TIDINGS_LET(const auto left_out, left_out_lines(context.database, edition));
  out.found = preflight(config, out.preview, posts);
  out.report = join(out.found, "\n") + "\n";
  if (!left_out.empty()) out.report += "\nLeft out\n" + left_out + "\n";
  return out;
}

/// What stands above the draft in its mail.
Result<std::string> note_of(const config::Context& context, const config::DigestConfig& digest,
                            const digest::Edition& edition, const Examined& examined) {
  TIDINGS_LET(const auto answer, digest::EditionTable(context.database).answer_of(edition.id));
  TIDINGS_LET(const auto posts, numbered_posts(context, edition));
  std::string note = answer.empty() ? "" : "! About your answer: " + answer + ".\n\n";
  note += instructions(context.config, digest, edition);
  if (context.config.bounce.is_read()) note += ways_to_answer;
  return note + "Posts\n" + posts + "Found\n" + examined.report + "\n";
}

Result<message::Message> draft_message(const config::Context& context, const digest::Edition& edition,
                                       const Preview& preview, const std::string& note) {
  const auto& config = context.config;
  const auto& widest = widest_of(preview);
  TIDINGS_LET(const auto revision, digest::EditionTable(context.database).revision_of(edition.id));
  message::PlainMail mail;
  mail.from = config.newsletter.from;
  mail.to = config.newsletter.editor;
  mail.envelope_from = config.newsletter.from.address.text();
  mail.subject = fmt::format("[Draft] {}: {}", digest::name_of(edition), widest.subject);
  mail.text = note + std::string(72, '-') + "\n\n" + widest.text;
  mail.html = with_note(widest.html, note);
  mail.language = widest.language;
  TIDINGS_LET(mail.reply_to, answer_address(context, edition));
  // The same for every attempt, so that a mail sent twice is shown once.
  mail.message_id = fmt::format("<draft-{}-{}@{}>", edition.id.value,
                                hex_encode(sha256(fmt::format("{} {} {} {}", config.newsletter.list_id,
                                                              edition.id.value, to_ms(edition.cut), revision))
                                               .substr(0, 8)),
                                config.newsletter.from.address.domain);
  TIDINGS_LET(mail.signers, sending::load_signers(config));
  return message::build_plain(mail, context.clock.now());
}

}  // namespace

Result<DraftSheet> draft_sheet(const config::Context& context, const digest::Edition& edition) {
  const auto& config = context.config;
  auto& database = context.database;
  digest::EditionTable editions{database};
  TIDINGS_LET(const auto* const digest, config.digest(edition.digest));
  TIDINGS_LET(auto renderer, Renderer::load(config, *digest));
  TIDINGS_LET(const auto arranged, arrangement_of(context, *digest, edition));
  DraftSheet sheet;
  sheet.name = digest::name_of(edition);
  sheet.title = edition.title;
  sheet.intro = edition.intro;
  sheet.words = arranged.facts.words;
  const auto preview = make_preview(context, sheet.name, {});
  if (preview && !preview->segments.empty() && sheet.words.subject.empty())
    sheet.own_subject = widest_of(*preview).subject;
  TIDINGS_LET(const auto shown, load_shown(database, arranged.selection.posts));
  sheet.sections = section_order(*digest);
  TIDINGS_LET(const auto placed, section_names(context, edition));
  for (const auto& each : shown) {
    const auto& post = each.post;
    const auto section = placed.find(post.id);
    const auto change = arranged.facts.changes.find(post.id);
    sheet.posts.push_back({.id = post.id,
                           .own_title = post::display_title(post),
                           .change = change == arranged.facts.changes.end()
                                         ? digest::PostChange{.post = post.id}
                                         : change->second,
                           .about = fmt::format("{}, {}", join(each.sources, ", "),
                                                time_in_words(config.newsletter.zone, post.date())),
                           .excerpt = to_markdown(renderer.excerpt_of(each)),
                           .section = section == placed.end() ? std::string{} : section->second});
  }
  TIDINGS_LET(const auto ids, editions.dropped_of(edition.id));
  TIDINGS_LET(const auto dropped, post::PostTable(database).load(ids));
  for (const auto& post : dropped)
    sheet.dropped.push_back(
        {.id = post.id, .own_title = post::display_title(post), .change = {}, .about = {}, .excerpt = {}});
  TIDINGS_LET(const auto left_out, editions.left_out_of(edition.id));
  TIDINGS_LET(const auto named, name_left_out(database, left_out, most_left_out));
  for (const auto& each : named)
    sheet.left_out.push_back(
        {.id = each.id, .title = each.title, .why = std::string{digest::name_of(each.why)}});
  return sheet;
}

Result<std::vector<PostId>> rearranged(store::Database& database, const digest::Edition& edition,
                                       const std::vector<PostId>& first, const std::vector<PostId>& dropped) {
  TIDINGS_LET(const auto before, digest::EditionTable(database).posts_of(edition.id));
  auto shown = first;
  for (const auto id : before) {
    if (std::ranges::find(shown, id) == shown.end()) shown.push_back(id);
  }
  for (const auto id : dropped) {
    if (std::erase(shown, id) == 0)
      return fail(Errc::bad_data, fmt::format("post {} is not in {}", id.value, digest::name_of(edition)));
  }
  return shown;
}

Result<void> change_draft(store::Database& database, const digest::Edition& edition,
                          const DraftChanges& changes, digest::EditionTable::Mailing mailing) {
  digest::EditionTable editions{database};
  TIDINGS_LET(auto transaction, database.begin());
  if (changes.shown) {
    TIDINGS_LET(auto known, editions.posts_of(edition.id));
    TIDINGS_LET(const auto dropped, editions.dropped_of(edition.id));
    known.insert(known.end(), dropped.begin(), dropped.end());
    for (const auto id : *changes.shown) {
      if (std::ranges::find(known, id) == known.end()) TIDINGS_TRY(editions.bring_back(edition.id, id));
      known.push_back(id);
    }
    TIDINGS_TRY(editions.arrange(edition.id, *changes.shown));
  }
  if (changes.intro) TIDINGS_TRY(editions.set_intro(edition.id, *changes.intro));
  if (changes.subject || changes.preheader) {
    TIDINGS_LET(auto words, editions.words_of(edition.id));
    if (changes.subject) words.subject = *changes.subject;
    if (changes.preheader) words.preheader = *changes.preheader;
    TIDINGS_TRY(editions.set_words(edition.id, words));
  }
  if (changes.posts) TIDINGS_TRY(editions.set_changes(edition.id, *changes.posts));
  if (changes.sections) TIDINGS_TRY(editions.set_sections(edition.id, *changes.sections));
  TIDINGS_TRY(editions.revise(edition.id, mailing));
  return transaction.commit();
}

Result<std::vector<std::string>> examine_draft(const config::Context& context,
                                               const digest::Edition& edition) {
  TIDINGS_LET(const auto* const digest, context.config.digest(edition.digest));
  TIDINGS_LET(auto examined, examine(context, *digest, edition));
  TIDINGS_TRY(digest::EditionTable(context.database).set_preflight(edition.id, examined.report));
  std::erase_if(examined.found, [](const std::string& line) { return !line.starts_with('!'); });
  return std::move(examined.found);
}

Result<Composed> approve_draft(const config::Context& context, const digest::Edition& edition) {
  const auto& config = context.config;
  auto& database = context.database;
  TIDINGS_LET(const auto* const digest, config.digest(edition.digest));
  TIDINGS_LET(auto renderer, Renderer::load(config, *digest));
  TIDINGS_LET(const auto arranged, arrangement_of(context, *digest, edition));
  FoundImages images;
  if (edition.state == digest::EditionState::draft) {
    // Before the transaction begins, since others write meanwhile. Its editor may have brought posts in.
    TIDINGS_LET(const auto posts, load_shown(database, arranged.selection.posts));
    TIDINGS_LET(const auto pictures, unmeasured_pictures(context, *digest, posts));
    TIDINGS_TRY(measure_pictures(context, *digest, pictures));
    if (digest->inline_images) {
      auto facts = arranged.facts;
      TIDINGS_TRY(take_intro_once(*digest, database, facts));
      TIDINGS_LET(images, fetch_images(config, renderer, facts, posts));
      TIDINGS_TRY(keep_sizes(context, images));
    }
  }
  TIDINGS_LET(auto transaction, database.begin());
  TIDINGS_LET(const auto sealed, seal_draft(context, renderer, edition, images));
  if (sealed.recipients == 0) {
    return fail(Errc::no_input, fmt::format("{} has no recipients", digest::name_of(edition)),
                "\"tidings edition cancel\" cancels it");
  }
  TIDINGS_TRY(transaction.commit());
  Composed result;
  result.digest = digest->name;
  result.what = Composed::What::sealed;
  if (digest->local_time) result.hours = edition.wall ? Composed::Hours::local : Composed::Hours::at_once;
  result.edition = edition.id;
  result.number = edition.number.value_or(0);
  TIDINGS_LET(result.title, renderer.title(arranged.facts));
  result.posts = static_cast<int>(arranged.selection.posts.size());
  result.segments = sealed.segments;
  result.recipients = sealed.recipients;
  result.note = sealed.note;
  result.pictures = sealed.pictures;
  TIDINGS_LET(result.next_run, next_run(config, *digest, context.database, context.clock.now()));
  result.sections = section_names(*digest, arranged.selection.posts, arranged.facts.sections);
  result.events = arranged.facts.events;
  result.notices = renderer.notices_on(edition.scheduled);
  result.notice_troubles = renderer.notice_troubles(edition.scheduled);
  return result;
}

Result<std::vector<Composed>> settle_drafts(const config::Context& context,
                                            const config::DigestConfig& digest) {
  const auto& zone = context.config.newsletter.zone;
  std::vector<Composed> out;
  digest::EditionTable editions{context.database};
  TIDINGS_LET(const auto drafts, editions.drafts(digest.name));
  for (const auto& edition : drafts) {
    TIDINGS_LET(const bool agreed, editions.is_agreed(edition.id));
    std::string reason;
    if (!agreed) {
      if (!digest.review_until) continue;
      const auto deadline = edition.scheduled + *digest.review_until;
      if (context.clock.now() < deadline || !edition.reason.empty()) continue;
      reason = "not approved by " + time_in_words(zone, deadline);
    }
    if (agreed || digest.unapproved == config::DigestConfig::Unapproved::send) {
      auto sent = approve_draft(context, edition);
      if (sent) {
        out.push_back(*std::move(sent));
        continue;
      }
      reason = sent.error().what;
      TIDINGS_TRY(editions.revise(edition.id, digest::EditionTable::Mailing::as_before));
    }
    TIDINGS_TRY(editions.set_reason(edition.id, reason));
    Composed held;
    held.digest = digest.name;
    held.what = Composed::What::unapproved;
    held.edition = edition.id;
    held.number = edition.number.value_or(0);
    held.reason = reason;
    TIDINGS_LET(held.next_run, next_run(context.config, digest, context.database, context.clock.now()));
    out.push_back(std::move(held));
  }
  return out;
}

Result<std::optional<UtcTime>> next_settling(const config::Config& config, store::Database& database) {
  std::optional<UtcTime> next;
  TIDINGS_LET(const auto drafts, digest::EditionTable(database).drafts(""));
  for (const auto& edition : drafts) {
    const auto* const digest = config.find_digest(edition.digest);
    TIDINGS_LET(const bool agreed, digest::EditionTable(database).is_agreed(edition.id));
    if (digest != nullptr && agreed) return std::optional{UtcTime{}};
    if (digest == nullptr || !digest->review_until || !edition.reason.empty()) continue;
    const auto at = edition.scheduled + *digest->review_until;
    next = std::min(next.value_or(at), at);
  }
  return next;
}

Result<MailedDrafts> mail_drafts(const config::Context& context, const std::filesystem::path& to_folder,
                                 const delivery::StopFlag& stop) {
  const auto& config = context.config;
  auto& database = context.database;
  MailedDrafts out;
  digest::EditionTable editions{database};
  TIDINGS_LET(const auto drafts, editions.drafts(""));
  for (const auto& edition : drafts) {
    const auto* const digest = config.find_digest(edition.digest);
    if (stop) break;
    if (edition.mailed || digest == nullptr) continue;
    const auto& editor = config.newsletter.editor;
    TIDINGS_LET(const auto examined, examine(context, *digest, edition));
    TIDINGS_LET(const auto note, note_of(context, *digest, edition, examined));
    TIDINGS_LET(auto message, draft_message(context, edition, examined.preview, note));
    TIDINGS_LET(const auto transport, sending::make_transport(config, to_folder));
    TIDINGS_LET(const auto outcome, delivery::send_one(*transport, std::move(message), stop));
    if (outcome.kind != delivery::OutcomeKind::accepted) {
      out.trouble.push_back(fmt::format("the draft {} was not accepted for {}: {}", digest::name_of(edition),
                                        editor.address.text(), outcome.line()));
      continue;
    }
    TIDINGS_TRY(editions.set_mailed(edition.id, examined.report, context.clock.now()));
    out.mailed.push_back(
        fmt::format("{}: draft mailed to {}", digest::name_of(edition), editor.address.text()));
  }
  return out;
}

}  // namespace tidings::edition
