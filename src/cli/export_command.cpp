#include "cli/export_command.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/output.hpp"
#include "edition/export.hpp"
#include "edition/print.hpp"
#include "edition/text_forms.hpp"

namespace tidings::cli {
namespace {

struct ExportOptions {
  std::string edition;
  std::string language;
  std::optional<std::string> epub;
  std::optional<std::string> pdf;
  std::optional<std::string> markdown;
  std::optional<std::string> gemtext;
};

Result<void> deliver_file(std::string_view form, const std::string& file, const std::string& bytes) {
  if (file == "-") {
    print_document(bytes);
    return {};
  }
  TIDINGS_TRY(write_file(file, bytes));
  tell({{"form", form}, {"file", file}, {"size_bytes", bytes.size()}}, file + "\n");
  return {};
}

Result<Exit> export_edition(Session& session, const ExportOptions& options) {
  if (!options.epub && !options.pdf && !options.markdown && !options.gemtext) {
    return fail(Errc::usage, "no form to export to",
                "--epub FILE, --pdf FILE, --markdown FILE or --gemtext FILE; \"-\" is standard output");
  }
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  TIDINGS_LET(const auto opened, edition::open_edition(context, options.edition, options.language));
  const auto& document = opened.document;
  if (options.markdown)
    TIDINGS_TRY(deliver_file("markdown", *options.markdown, edition::make_markdown(document)));
  if (options.gemtext)
    TIDINGS_TRY(deliver_file("gemtext", *options.gemtext, edition::make_gemtext(document)));
  if (!options.epub && !options.pdf) return Exit::done;
  TIDINGS_LET(const auto gathered,
              edition::gather_pictures(context.config, context.database, opened, edition::Fetching::allowed));
  if (options.epub) {
    TIDINGS_LET(const auto book, edition::make_epub(document, opened.facts, gathered.pictures));
    TIDINGS_TRY(deliver_file("epub", *options.epub, book));
  }
  if (options.pdf) {
    const auto page = edition::make_print_page(document, opened.facts, gathered.pictures);
    TIDINGS_LET(const auto pdf, edition::make_pdf(page));
    TIDINGS_TRY(deliver_file("pdf", *options.pdf, pdf));
  }
  for (const auto& each : gathered.missing) log::warning("picture left out: " + each);
  return Exit::done;
}

}  // namespace

void add_export_command(Command noun, Session& session) {
  add_command<ExportOptions>(
      noun, session, "export", "write a sealed edition as a book, on paper or as text",
      [](Command command, ExportOptions& options) {
        command.add_option("EDITION", options.edition, "weekly#12, weekly (the newest) or an id").required();
        command.add_option("--epub", options.epub, "a book for e-readers, pictures inside")
            .value_name("FILE");
        command.add_option("--pdf", options.pdf, "A4 for a board; needs Chromium or WeasyPrint")
            .value_name("FILE");
        command.add_option("--markdown", options.markdown, "\"-\" is standard output").value_name("FILE");
        command.add_option("--gemtext", options.gemtext, "for Gemini; \"-\" is standard output")
            .value_name("FILE");
        command.add_option("--language", options.language, "of its page; default: the newsletter's")
            .value_name("TAG");
      },
      export_edition);
}

}  // namespace tidings::cli
