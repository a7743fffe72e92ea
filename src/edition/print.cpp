#include "edition/print.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

#include <unistd.h>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/environment.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "edition/xhtml.hpp"
#include "message/inline_image.hpp"
#include "source/feed_command.hpp"

namespace tidings::edition {
namespace {

constexpr std::chrono::seconds patience{60};

// The addresses of links are printed below titles, where paper would lose them.
constexpr std::string_view style =
    R"css(@page{size:A4;margin:16mm 16mm 18mm;@bottom-center{content:counter(page) " / " counter(pages);font:8pt sans-serif}}
html{font:10.5pt/1.45 Georgia,"Noto Serif","DejaVu Serif",serif;color:#000;background:#fff}
body{margin:0}
header{margin:0 0 7mm;padding:0 0 4mm;border-bottom:1.5pt solid;column-span:all}
header h1{margin:0 0 2mm;font-size:26pt;line-height:1.1}
header p{margin:0 0 1mm}
main{columns:2;column-gap:9mm;column-rule:.4pt solid #999}
section{margin:0 0 7mm}
section+section{padding-top:4mm;border-top:.4pt solid #999}
h2,h3,h4,h5,h6{margin:0 0 2mm;font-size:14pt;line-height:1.2;break-after:avoid;text-wrap:balance}
section.group{padding:0;border:0;margin:0 0 3mm}
section.group h2{font:bold 10pt sans-serif;text-transform:uppercase;letter-spacing:.06em;border-bottom:1pt solid;padding-bottom:1mm}
section.group+section{padding:0;border:0}
p{margin:0 0 2mm;orphans:3;widows:3}
ul,ol{margin:0 0 2mm;padding-inline-start:1.4em}
a{color:inherit;text-decoration:none}
h2 a::after,h3 a::after{content:attr(href);display:block;margin-top:.5mm;font:7.5pt sans-serif;color:#555;overflow-wrap:anywhere;direction:ltr;text-align:match-parent}
img{display:block;max-width:100%;max-height:75mm;width:auto;height:auto;margin:0 0 2mm;break-inside:avoid}
blockquote{margin:0 0 2mm;padding-inline-start:3mm;border-inline-start:1.5pt solid #999}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:8.5pt;line-height:1.35;break-inside:avoid}
table{border-collapse:collapse;font-size:9pt;margin:0 0 2mm;break-inside:avoid}
td,th{padding:.6mm 1.5mm;border:.4pt solid #999;text-align:start;vertical-align:top}
.caption{font-size:9pt}
)css";

std::string section(const Chapter& chapter, const Pictures& pictures, std::string_view element) {
  const auto body = to_xhtml(chapter.html, [&](const std::string& url) -> std::string {
    const auto found = pictures.find(url);
    if (found == pictures.end()) return {};
    const auto type = message::image_type(found->second);
    return type.empty() ? std::string{}
                        : fmt::format("data:{};base64,{}", type, base64_encode(found->second));
  });
  std::string attributes;
  if (!chapter.language.empty()) attributes += fmt::format(" lang=\"{}\"", escape_html(chapter.language));
  if (!chapter.direction.empty()) attributes += fmt::format(" dir=\"{}\"", chapter.direction);
  return fmt::format("<{0}{1}>\n{2}</{0}>\n", element, attributes, body);
}

/// A heading alone: of the posts that follow.
bool is_group_heading(const Chapter& chapter) {
  const auto end = chapter.html.find("</h");
  return chapter.html.starts_with("<h") && end != std::string::npos &&
         chapter.html.find('>', end) + 1 >= chapter.html.size();
}

/// A folder for the printing program; removed whole.
class WorkFolder {
 public:
  static Result<WorkFolder> make() {
    auto pattern = (std::filesystem::temp_directory_path() / "tidings-print-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      return fail(Errc::cannot_create, pattern + ": cannot create the folder");
    return WorkFolder{pattern};
  }
  WorkFolder(WorkFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  WorkFolder& operator=(WorkFolder&&) = delete;
  ~WorkFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit WorkFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

Result<std::vector<std::string>> print_command(const std::filesystem::path& folder) {
  const auto page = (folder / "page.html").string();
  const auto pdf = (folder / "page.pdf").string();
  for (const std::string_view name : {"chromium", "chromium-browser", "google-chrome"}) {
    const auto program = find_program(name);
    if (program.empty()) continue;
    std::vector<std::string> command{program,
                                     "--headless",
                                     "--disable-gpu",
                                     "--disable-dev-shm-usage",
                                     "--disable-extensions",
                                     "--no-first-run",
                                     "--no-pdf-header-footer",
                                     "--user-data-dir=" + (folder / "profile").string(),
                                     "--print-to-pdf=" + pdf};
    // Chromium's sandbox refuses root. The page runs no scripts and loads nothing.
    if (::geteuid() == 0) command.emplace_back("--no-sandbox");
    command.push_back("file://" + page);
    return command;
  }
  if (const auto program = find_program("weasyprint"); !program.empty())
    return std::vector<std::string>{program, page, pdf};
  return fail(Errc::unavailable,
              "there is no program that prints: neither Chromium nor WeasyPrint is installed",
              "\"apt install chromium\" or \"apt install weasyprint\"; --epub needs neither");
}

}  // namespace

std::string make_print_page(const Document& document, const BookFacts& facts, const Pictures& pictures) {
  std::string body;
  for (std::size_t i = 0; i < document.chapters.size(); ++i) {
    const auto& chapter = document.chapters[i];
    auto part = section(chapter, pictures, i == 0 ? "header" : "section");
    if (i > 0 && is_group_heading(chapter))
      part.insert(std::string_view{"<section"}.size(), " class=\"group\"");
    if (i == 1) body += "<main>\n";
    body += part;
  }
  if (document.chapters.size() > 1) body += "</main>\n";
  return fmt::format(
      "<!doctype html>\n<html lang=\"{}\" dir=\"{}\"><head><meta charset=\"utf-8\">"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src "
      "'unsafe-inline'\"><title>{}</title><style>{}</style></head>\n<body>\n{}</body></html>\n",
      escape_html(document.language), document.direction, escape_html(facts.title), style, body);
}

Result<std::string> make_pdf(const std::string& page) {
  TIDINGS_LET(const auto folder, WorkFolder::make());
  TIDINGS_LET(const auto command, print_command(folder.path()));
  TIDINGS_TRY(write_file(folder.path() / "page.html", page));
  TIDINGS_TRY(source::output_of_command(command, {.timeout = patience}));
  auto pdf = read_file(folder.path() / "page.pdf");
  if (!pdf || !pdf->starts_with("%PDF-"))
    return fail(Errc::unavailable, command.front() + " made no PDF", "run it by hand to see why");
  return pdf;
}

}  // namespace tidings::edition
