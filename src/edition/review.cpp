#include "edition/review.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "digest/edition_table.hpp"
#include "edition/inline_images.hpp"
#include "edition/intro.hpp"
#include "edition/left_out.hpp"
#include "edition/preflight.hpp"
#include "edition/preview.hpp"
#include "edition/selection.hpp"
#include "edition/stored_draft.hpp"
#include "message/build.hpp"
#include "post/normalise.hpp"
#include "post/post_table.hpp"
#include "sending/deliver.hpp"
#include "sending/signing.hpp"

namespace tidings::edition {
namespace {

constexpr std::size_t most_left_out = 100;
constexpr std::string_view intro_mark = "--- introduction, in Markdown, below this line ---";

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

Result<message::Message> draft_message(const config::Context& context, const digest::Edition& edition,
                                       const Preview& preview, const std::string& note) {
  const auto& config = context.config;
  const auto& widest = *std::ranges::max_element(preview.segments, {}, &PreviewSegment::posts);
  message::PlainMail mail;
  mail.from = config.newsletter.from;
  mail.to = config.newsletter.editor;
  mail.envelope_from = config.newsletter.from.address.text();
  mail.subject = fmt::format("[Draft] {}: {}", digest::name_of(edition), widest.subject);
  mail.text = note + std::string(72, '-') + "\n\n" + widest.text;
  mail.html = with_note(widest.html, note);
  mail.language = widest.language;
  // The same for every attempt, so that a mail sent twice is shown once.
  mail.message_id = fmt::format("<draft-{}-{}@{}>", edition.id.value,
                                hex_encode(sha256(fmt::format("{} {} {}", config.newsletter.list_id,
                                                              edition.id.value, to_ms(edition.cut)))
                                               .substr(0, 8)),
                                config.newsletter.from.address.domain);
  TIDINGS_LET(mail.signers, sending::load_signers(config));
  return message::build_plain(mail, context.clock.now());
}

}  // namespace

Result<std::string> draft_file(store::Database& database, const digest::Edition& edition) {
  digest::EditionTable editions{database};
  post::PostTable table{database};
  TIDINGS_LET(const auto shown, editions.posts_of(edition.id));
  TIDINGS_LET(const auto dropped, editions.dropped_of(edition.id));
  std::string out = fmt::format(
      "# {} \"{}\"\n# The order of the lines is the order of the posts. Delete a line to drop its post.\n"
      "# A dropped post appears in no later edition of this digest.\n",
      digest::name_of(edition), edition.title);
  TIDINGS_LET(const auto posts, table.load(shown));
  for (const auto& post : posts) out += fmt::format("{} {}\n", post.id.value, post::display_title(post));
  TIDINGS_LET(const auto others, table.load(dropped));
  for (const auto& post : others)
    out += fmt::format("# dropped: {} {}\n", post.id.value, post::display_title(post));
  out += fmt::format("{}\n{}{}", intro_mark, edition.intro,
                     edition.intro.empty() || edition.intro.ends_with('\n') ? "" : "\n");
  return out;
}

Result<DraftChanges> read_draft_file(const std::string& text) {
  DraftChanges changes;
  changes.shown.emplace();
  const auto clean = clean_utf8(text);
  std::size_t at = 0;
  for (int line_number = 1; at < clean.size(); ++line_number) {
    const auto end = std::min(clean.find('\n', at), clean.size());
    const auto line = trim(std::string_view{clean}.substr(at, end - at));
    at = end + 1;
    if (line.starts_with("---")) {
      changes.intro =
          std::string{trim(at < clean.size() ? std::string_view{clean}.substr(at) : std::string_view{})};
      break;
    }
    if (line.empty() || line.front() == '#') continue;
    std::int64_t id = 0;
    const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), id);
    if (error != std::errc{} || id < 1 ||
        (stop != line.data() + line.size() && *stop != ' ' && *stop != '\t')) {
      return fail(Errc::bad_data,
                  fmt::format("line {}: \"{}\" does not begin with a post number", line_number,
                              truncate_utf8(line, 40)),
                  "the introduction belongs below the line that begins with ---");
    }
    changes.shown->push_back(PostId{id});
  }
  return changes;
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
                          const DraftChanges& changes) {
  digest::EditionTable editions{database};
  TIDINGS_LET(auto transaction, database.begin());
  if (changes.shown) TIDINGS_TRY(editions.arrange(edition.id, *changes.shown));
  if (changes.intro) TIDINGS_TRY(editions.set_intro(edition.id, *changes.intro));
  return transaction.commit();
}

Result<Composed> approve_draft(const config::Context& context, const digest::Edition& edition) {
  const auto& config = context.config;
  auto& database = context.database;
  TIDINGS_LET(const auto* const digest, config.digest(edition.digest));
  TIDINGS_LET(auto renderer, Renderer::load(config, *digest));
  TIDINGS_LET(const auto arranged, arrangement_of(config, *digest, database, edition));
  FoundImages images;
  if (digest->inline_images && edition.state == digest::EditionState::draft) {
    // Fetched before the transaction begins, since others write meanwhile.
    TIDINGS_LET(const auto posts, load_shown(database, arranged.selection.posts));
    auto facts = arranged.facts;
    TIDINGS_TRY(take_intro_once(*digest, database, facts));
    TIDINGS_LET(images, fetch_images(config, renderer, facts, posts));
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
  result.edition = edition.id;
  result.number = edition.number.value_or(0);
  TIDINGS_LET(result.title, renderer.title(arranged.facts));
  result.posts = static_cast<int>(arranged.selection.posts.size());
  result.segments = sealed.segments;
  result.recipients = sealed.recipients;
  result.note = sealed.note;
  result.pictures = sealed.pictures;
  result.next_run = digest->schedule.next_run(context.clock.now(), config.newsletter.zone);
  return result;
}

Result<std::vector<Composed>> settle_drafts(const config::Context& context,
                                            const config::DigestConfig& digest) {
  const auto& zone = context.config.newsletter.zone;
  std::vector<Composed> out;
  if (!digest.review_until) return out;
  digest::EditionTable editions{context.database};
  TIDINGS_LET(const auto drafts, editions.drafts(digest.name));
  for (const auto& edition : drafts) {
    const auto deadline = edition.scheduled + *digest.review_until;
    if (context.clock.now() < deadline || !edition.reason.empty()) continue;
    const auto until = time_in_words(zone, deadline);
    auto reason = fmt::format("not approved by {}", until);
    if (digest.unapproved == config::DigestConfig::Unapproved::send) {
      auto sent = approve_draft(context, edition);
      if (sent) {
        out.push_back(*std::move(sent));
        continue;
      }
      reason = sent.error().what;
    }
    TIDINGS_TRY(editions.set_reason(edition.id, reason));
    Composed held;
    held.digest = digest.name;
    held.what = Composed::What::unapproved;
    held.edition = edition.id;
    held.number = edition.number.value_or(0);
    held.reason = reason;
    held.next_run = digest.schedule.next_run(context.clock.now(), zone);
    out.push_back(std::move(held));
  }
  return out;
}

Result<std::optional<UtcTime>> next_settling(const config::Config& config, store::Database& database) {
  std::optional<UtcTime> next;
  TIDINGS_LET(const auto drafts, digest::EditionTable(database).drafts(""));
  for (const auto& edition : drafts) {
    const auto* const digest = config.find_digest(edition.digest);
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
    TIDINGS_LET(const auto preview,
                make_preview(context, digest::name_of(edition),
                             {.address = editor.address.text(), .name = editor.name, .subject_prefix = {}}));
    TIDINGS_LET(const auto arranged, arrangement_of(config, *digest, database, edition));
    TIDINGS_LET(const auto posts, load_shown(database, arranged.selection.posts));
    TIDINGS_LET(const auto left_out, left_out_lines(database, edition));
    const auto found = join(preflight(config, preview, posts), "\n");
    auto report = found + "\n";
    if (!left_out.empty()) report += "\nLeft out\n" + left_out + "\n";
    const auto note = instructions(config, *digest, edition) + "Found\n" + report + "\n";
    TIDINGS_LET(auto message, draft_message(context, edition, preview, note));
    TIDINGS_LET(const auto transport, sending::make_transport(config, to_folder));
    TIDINGS_LET(const auto outcome, delivery::send_one(*transport, std::move(message), stop));
    if (outcome.kind != delivery::OutcomeKind::accepted) {
      out.trouble.push_back(fmt::format("the draft {} was not accepted for {}: {}", digest::name_of(edition),
                                        editor.address.text(), outcome.line()));
      continue;
    }
    TIDINGS_TRY(editions.set_mailed(edition.id, report, context.clock.now()));
    out.mailed.push_back(
        fmt::format("{}: draft mailed to {}", digest::name_of(edition), editor.address.text()));
  }
  return out;
}

}  // namespace tidings::edition
