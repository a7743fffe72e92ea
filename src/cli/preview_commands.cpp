// preview, test: an edition as its readers would get it
#include <limits>

#include <fmt/format.h>

#include "app/collect.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/command.hpp"
#include "cli/job_words.hpp"
#include "cli/left_out_words.hpp"
#include "cli/output.hpp"
#include "edition/preview.hpp"

namespace tidings::cli {
namespace {

struct PreviewCommand {
  std::string what;
  std::string folder;
  std::string address;
  std::string name;
  std::string to_dir;
  bool all = false;
};

/// For a digest the sources are read into the copy, as a send would; an edition is already fixed.
Result<config::Context> copy_with_news(Session& session, const std::string& what) {
  TIDINGS_LET(const auto context, session.context(Access::copy));
  if (context.config.find_digest(what) != nullptr) {
    TIDINGS_LET(const auto collected, app::collect(context));
    report_collected(collected, Told::news);
  }
  return context;
}

Result<Json> json_of(store::Database& database, const edition::Preview& shown,
                     const std::filesystem::path& index) {
  Json segments = Json::array();
  for (const auto& segment : shown.segments) {
    segments.push_back({{"name", segment.name},
                        {"language", segment.language},
                        {"subscriber_count", segment.readers},
                        {"post_count", segment.posts},
                        {"subject", segment.subject},
                        {"size_bytes", segment.message.bytes.size()},
                        {"note", json_text(segment.note)}});
  }
  TIDINGS_LET(auto left_out, left_out_json(database, shown.left_out));
  return Json{{"digest", shown.edition.digest},
              {"edition", shown.edition.number ? Json(digest::name_of(shown.edition)) : Json(nullptr)},
              {"title", json_text(shown.edition.title)},
              {"index", index.string()},
              {"segments", std::move(segments)},
              {"segments_not_shown_count", shown.segments_not_shown},
              {"left_out_counts", left_out_counts(shown.left_out)},
              {"left_out", std::move(left_out)}};
}

Result<Exit> preview(Session& session, const PreviewCommand& command) {
  TIDINGS_LET(const auto context, copy_with_news(session, command.what));
  TIDINGS_LET(
      const auto shown,
      edition::make_preview(context, command.what,
                            {.address = "reader@example.org",
                             .name = command.name,
                             .subject_prefix = {},
                             .most_segments = command.all ? std::numeric_limits<std::size_t>::max() : 20}));
  TIDINGS_LET(const auto index, edition::write_preview(shown, command.folder));
  if (form() == Form::json) {
    TIDINGS_LET(const auto json, json_of(context.database, shown, index));
    print(json_line(json));
    return Exit::done;
  }
  std::string out = printable(shown.edition.title) + "\n";
  for (const auto& segment : shown.segments) {
    out += fmt::format(
        "  {}: {}, {}, {}, \"{}\"{}\n", segment.name,
        segment.readers == 0 ? "a sample" : plural(segment.readers, "reader"), plural(segment.posts, "post"),
        format_size(static_cast<std::int64_t>(segment.message.bytes.size())), printable(segment.subject),
        segment.note.empty() ? "" : "; shortened: " + segment.note);
  }
  if (shown.segments_not_shown > 0)
    out += fmt::format("  and {} with fewer readers; --all writes them too\n",
                       plural(static_cast<long long>(shown.segments_not_shown), "segment"));
  if (!shown.pictures.empty()) out += "  " + printable(shown.pictures) + "\n";
  TIDINGS_LET(const auto left_out, left_out_lines(context.database, shown.left_out, shown.edition.digest));
  if (!shown.left_out.empty()) out += "  " + edition::left_out_in_words(shown.left_out) + "\n" + left_out;
  say(out + index.string() + "\n");
  return Exit::done;
}

Result<Exit> test(Session& session, const PreviewCommand& command) {
  TIDINGS_TRY(session.config());
  TIDINGS_LET(const auto address, parse_mail_address(trim(command.address)));
  TIDINGS_LET(const auto context, copy_with_news(session, command.what));
  TIDINGS_LET(
      const auto shown,
      edition::make_preview(context, command.what,
                            {.address = address.text(), .name = command.name, .subject_prefix = "[Test] "}));
  TIDINGS_LET(const auto outcome, edition::send_test(context.config, shown, command.to_dir));
  if (outcome.kind != delivery::OutcomeKind::accepted) {
    return fail(Errc::unavailable,
                fmt::format("the test message to {} was not accepted at {}: {}", address.text(),
                            delivery::name_of(outcome.stage), outcome.line()));
  }
  tell({{"digest", shown.edition.digest}, {"address", address.text()}, {"reply", outcome.line()}},
       fmt::format("sent to {}: {}\n", address.text(), printable(outcome.line())));
  return Exit::done;
}

}  // namespace

void add_preview_commands(Command app, Session& session) {
  add_command<PreviewCommand>(
      app, session, "preview", "write an edition as HTML, text and message files",
      [](Command command, PreviewCommand& options) {
        command.add_option("WHAT", options.what, "a digest or an edition (weekly#12)").required();
        command.add_option("--to", options.folder, "where").value_name("DIR").required();
        command.add_option("--name", options.name, "as a subscriber of this name sees it");
        command.add_flag("--all", options.all, "every segment, not only the 20 with most readers");
      },
      preview);
  add_command<PreviewCommand>(
      app, session, "test", "send one [Test] message to one address",
      [](Command command, PreviewCommand& options) {
        command.add_option("WHAT", options.what, "a digest or an edition (weekly#12)").required();
        command.add_option("ADDRESS", options.address, "who gets it, e.g. you@example.org").required();
        command.add_option("--name", options.name, "as a subscriber of this name sees it");
        command.add_option("--to-dir", options.to_dir, "write .eml files there instead of sending")
            .value_name("DIR");
      },
      test);
}

}  // namespace tidings::cli
