#include "source/source.hpp"

namespace tidings::source {

std::string_view name_of(Format format) {
  switch (format) {
    case Format::rss: return "rss";
    case Format::atom: return "atom";
    case Format::rdf: return "rdf";
    case Format::json: return "json";
    case Format::html: return "html";
    case Format::ical: return "ical";
  }
  return "";
}

}  // namespace tidings::source
