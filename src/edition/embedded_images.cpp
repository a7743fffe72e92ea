#include "edition/embedded_images.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "message/inline_image.hpp"

namespace tidings::edition {

std::string EmbeddedImages::take(std::string html, std::string_view title) {
  constexpr std::string_view source = " src=\"data:";
  if (html.find(source) == std::string::npos) return html;
  std::string out;
  std::size_t done = 0;
  for (auto at = html.find("<img"); at != std::string::npos; at = html.find("<img", at + 4)) {
    const auto end = html.find('>', at);
    if (end == std::string::npos) break;
    const auto start = html.find(source, at);
    if (start == std::string::npos || start > end) continue;
    const auto url_at = start + source.size() - std::string_view{"data:"}.size();
    const auto url = html.substr(url_at, html.find('"', url_at) - url_at);
    const auto id = content_id(url, title);
    if (id.empty()) {
      out.append(html, done, at - done);
    } else {
      out.append(html, done, url_at - done)
          .append("cid:")
          .append(id)
          .append(html, url_at + url.size(), end + 1 - url_at - url.size());
    }
    done = end + 1;
  }
  return out.append(html, done);
}

std::string EmbeddedImages::content_id(const std::string& url, std::string_view title) {
  const auto known = std::ranges::find(images_, url, &digest::EditionImage::url);
  if (known != images_.end()) return known->content_id;
  const auto leave_out = [&](std::string_view why) {
    auto line = fmt::format("a picture inside \"{}\" ({})", truncate_utf8(title, 60), why);
    if (std::ranges::find(left_out_, line) == left_out_.end()) left_out_.push_back(std::move(line));
    return std::string{};
  };
  auto bytes = base64_decode(url.substr(std::min(url.find(',') + 1, url.size())));
  if (!bytes || message::image_type(*bytes).empty()) return leave_out("not a PNG, JPEG, GIF or WebP");
  const auto size = static_cast<std::int64_t>(bytes->size());
  if (size > most_bytes_)
    return leave_out(fmt::format("larger than image_limit {}", format_size(most_bytes_)));
  if (total_ + size > most_total_)
    return leave_out(fmt::format("over images_limit {}", format_size(most_total_)));
  total_ += size;
  auto id = fmt::format("{}@{}", base32_encode(sha256(*bytes)).substr(0, 24), domain_);
  images_.push_back({.content_id = id, .url = url, .bytes = *std::move(bytes)});
  return id;
}

}  // namespace tidings::edition
