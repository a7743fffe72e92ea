#include "post/html_escape.hpp"

namespace tidings::post {
namespace {

void append(std::string& out, std::string_view text, std::string_view special) {
  for (;;) {
    const auto at = text.find_first_of(special);
    out.append(text.substr(0, at));
    if (at == std::string_view::npos) return;
    switch (text[at]) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      default: out += "&quot;";
    }
    text.remove_prefix(at + 1);
  }
}

}  // namespace

void append_text(std::string& out, std::string_view text) { append(out, text, "&<>"); }
void append_attribute(std::string& out, std::string_view text) { append(out, text, "&<>\""); }

}  // namespace tidings::post
