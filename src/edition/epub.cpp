#include "edition/epub.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "base/zip.hpp"
#include "edition/xhtml.hpp"
#include "message/inline_image.hpp"

namespace tidings::edition {
namespace {

constexpr std::string_view style = R"css(body{margin:5%;line-height:1.5}
h1,h2,h3,h4,h5,h6{line-height:1.25;page-break-after:avoid;break-after:avoid}
img{max-width:100%;height:auto}
blockquote{margin:1em 0;padding:0 1em;border-inline-start:2px solid}
pre{white-space:pre-wrap;font-size:.85em}
table{border-collapse:collapse}
td,th{padding:.2em .6em;border:1px solid;vertical-align:top;text-align:start}
.caption{font-size:.85em}
.term{font-weight:bold;margin-bottom:0}
.meaning{margin-inline-start:1.5em}
nav ol{list-style:none;padding-inline-start:1em}
)css";

constexpr std::string_view container = R"(<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles></container>
)";

struct BookPicture {
  std::string name;
  std::string_view type;
  const std::string* bytes = nullptr;
};

class Book {
 public:
  Book(const Document& document, const BookFacts& facts, const Pictures& pictures)
      : document_(document), facts_(facts), language_(document.language.empty() ? "und" : document.language) {
    for (const auto& [url, bytes] : pictures) {
      const auto type = message::image_type(bytes);
      const auto* const ending = type == "image/png" ? "png" : type == "image/gif" ? "gif" : "jpg";
      // WebP is no core media type of EPUB 3.2.
      if (type.empty() || type == "image/webp") continue;
      pictures_.emplace(url, BookPicture{.name = fmt::format("images/{}.{}", pictures_.size() + 1, ending),
                                         .type = type,
                                         .bytes = &bytes});
    }
  }

  Result<std::string> make() {
    std::vector<ZipFile> files;
    files.push_back({.name = "mimetype", .bytes = "application/epub+zip", .packing = Packing::stored});
    files.push_back({.name = "META-INF/container.xml", .bytes = std::string{container}});
    files.push_back({.name = "EPUB/package.opf", .bytes = package()});
    files.push_back({.name = "EPUB/nav.xhtml", .bytes = navigation()});
    files.push_back({.name = "EPUB/toc.ncx", .bytes = old_navigation()});
    files.push_back({.name = "EPUB/style.css", .bytes = std::string{style}});
    for (std::size_t i = 0; i < document_.chapters.size(); ++i)
      files.push_back({.name = "EPUB/" + file_of(i), .bytes = chapter(document_.chapters[i])});
    for (const auto& [url, picture] : pictures_)
      files.push_back({.name = "EPUB/" + picture.name, .bytes = *picture.bytes, .packing = Packing::stored});
    return make_zip(files, facts_.published);
  }

 private:
  static std::string file_of(std::size_t index) { return fmt::format("{:03}.xhtml", index); }

  [[nodiscard]] std::string title_of(std::size_t index) const {
    const auto& title = document_.chapters[index].title;
    return escape_html(index == 0 || title.empty() ? facts_.title : title);
  }

  [[nodiscard]] std::string page(const Chapter& about, std::string_view title, std::string_view body) const {
    const auto& language = about.language.empty() ? language_ : about.language;
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE html>\n"
        "<html xmlns=\"http://www.w3.org/1999/xhtml\" xmlns:epub=\"http://www.idpf.org/2007/ops\" "
        "lang=\"{0}\" "
        "xml:lang=\"{0}\" dir=\"{1}\">\n<head><meta charset=\"UTF-8\"/><title>{2}</title>"
        "<link rel=\"stylesheet\" type=\"text/css\" "
        "href=\"style.css\"/></head>\n<body>\n{3}</body>\n</html>\n",
        escape_html(language), about.direction.empty() ? document_.direction : about.direction, title, body);
  }

  [[nodiscard]] std::string chapter(const Chapter& from) const {
    const auto title = from.title.empty() ? facts_.title : from.title;
    return page(from, escape_html(title), to_xhtml(from.html, [&](const std::string& url) {
                  const auto found = pictures_.find(url);
                  return found == pictures_.end() ? std::string{} : found->second.name;
                }));
  }

  /// Posts below the heading of their group.
  [[nodiscard]] std::string navigation() const {
    std::string list;
    int group_level = 0;  ///< of the outer item that is open; 0: the title page
    bool nested = false;
    for (std::size_t i = 0; i < document_.chapters.size(); ++i) {
      const auto item = fmt::format("<li><a href=\"{}\">{}</a>", file_of(i), title_of(i));
      const int level = document_.chapters[i].level;
      if (group_level > 0 && level > group_level) {
        list += fmt::format("{}{}</li>\n", nested ? "" : "\n<ol>\n", item);
        nested = true;
        continue;
      }
      if (nested) list += "</ol>";
      if (i > 0) list += "</li>\n";
      list += item;
      nested = false;
      group_level = i == 0 ? 0 : level;
    }
    list += nested ? "</ol></li>\n" : "</li>\n";
    const auto body = fmt::format("<nav epub:type=\"toc\" id=\"toc\"><h1>{}</h1>\n<ol>\n{}</ol></nav>\n",
                                  escape_html(facts_.title), list);
    return page({}, escape_html(facts_.title), body);
  }

  [[nodiscard]] std::string old_navigation() const {
    std::string points;
    for (std::size_t i = 0; i < document_.chapters.size(); ++i)
      points += fmt::format(
          "<navPoint id=\"p{0}\" playOrder=\"{1}\"><navLabel><text>{2}</text></navLabel><content "
          "src=\"{3}\"/>"
          "</navPoint>\n",
          i, i + 1, title_of(i), file_of(i));
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ncx xmlns=\"http://www.daisy.org/z3986/2005/ncx/\" "
        "version=\"2005-1\" xml:lang=\"{}\"><head><meta name=\"dtb:uid\" content=\"{}\"/></head>"
        "<docTitle><text>{}</text></docTitle><navMap>\n{}</navMap></ncx>\n",
        escape_html(language_), book_id(facts_.identity), escape_html(facts_.title), points);
  }

  [[nodiscard]] std::string package() const {
    std::string items;
    std::string spine;
    for (std::size_t i = 0; i < document_.chapters.size(); ++i) {
      items +=
          fmt::format("<item id=\"c{}\" href=\"{}\" media-type=\"application/xhtml+xml\"/>\n", i, file_of(i));
      spine += fmt::format("<itemref idref=\"c{}\"/>", i);
    }
    int number = 0;
    for (const auto& [url, picture] : pictures_)
      items += fmt::format("<item id=\"i{}\" href=\"{}\" media-type=\"{}\"/>\n", ++number, picture.name,
                           picture.type);
    const auto time = format_rfc3339(std::chrono::floor<std::chrono::seconds>(facts_.published));
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<package xmlns=\"http://www.idpf.org/2007/opf\" "
        "version=\"3.0\" unique-identifier=\"id\" xml:lang=\"{0}\" dir=\"{1}\">\n"
        "<metadata xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:identifier id=\"id\">{2}</dc:identifier>"
        "<dc:title>{3}</dc:title><dc:language>{0}</dc:language><dc:creator>{4}</dc:creator>"
        "<dc:publisher>{4}</dc:publisher><dc:date>{5}</dc:date><meta property=\"dcterms:modified\">{5}</meta>"
        "</metadata>\n<manifest>\n"
        "<item id=\"nav\" href=\"nav.xhtml\" media-type=\"application/xhtml+xml\" properties=\"nav\"/>\n"
        "<item id=\"ncx\" href=\"toc.ncx\" media-type=\"application/x-dtbncx+xml\"/>\n"
        "<item id=\"css\" href=\"style.css\" media-type=\"text/css\"/>\n{6}</manifest>\n"
        "<spine toc=\"ncx\" page-progression-direction=\"{1}\">{7}</spine>\n</package>\n",
        escape_html(language_), document_.direction, book_id(facts_.identity), escape_html(facts_.title),
        escape_html(facts_.publisher), time, items, spine);
  }

  const Document& document_;
  const BookFacts& facts_;
  std::string language_;
  std::map<std::string, BookPicture> pictures_;
};

}  // namespace

std::string book_id(const std::string& identity) {
  auto hash = sha256(identity).substr(0, 16);
  // RFC 9562: version 8, for a hash of one's own choice.
  hash[6] = static_cast<char>((static_cast<unsigned char>(hash[6]) & 0x0FU) | 0x80U);
  hash[8] = static_cast<char>((static_cast<unsigned char>(hash[8]) & 0x3FU) | 0x80U);
  const auto hex = hex_encode(hash);
  return fmt::format("urn:uuid:{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

Result<std::string> make_epub(const Document& document, const BookFacts& facts, const Pictures& pictures) {
  return Book{document, facts, pictures}.make();
}

}  // namespace tidings::edition
