// What the tests of the message room share: a look-up into templates held in a map, a reader, a zone, an
// edition.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/file.hpp"
#include "base/mail_address.hpp"
#include "base/random.hpp"
#include "base/zone.hpp"
#include "message/compile.hpp"
#include "message/message.hpp"
#include "message/strings.hpp"

namespace tidings::test {

using Files = std::map<std::string, std::string, std::less<>>;

/// The templates of the repository.
inline std::optional<std::string> shipped(std::string_view path) {
  auto text = read_file(std::string{TIDINGS_TEST_DATA} + "/../../templates/" + std::string{path});
  if (!text) return std::nullopt;
  return *std::move(text);
}

/// Files of the map first, the repository's second.
inline message::Lookup lookup_in(const Files& files) {
  return [&files](std::string_view path) -> std::optional<std::string> {
    if (const auto it = files.find(path); it != files.end()) return it->second;
    return shipped(path);
  };
}

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().line());
  return *std::move(result);
}

inline Zone zone_of(std::string_view name = "Europe/Athens") { return must(Zone::find(name)); }

inline message::Message in_one_piece(const message::Message& message) {
  return {
      .envelope_from = message.envelope_from, .envelope_to = message.envelope_to, .bytes = message.text()};
}

inline message::Reader reader_with_name(std::string name) {
  return {.subscriber = {7},
          .address = "ada@example.org",
          .name = std::move(name),
          .unsubscribe_url = "https://news.example.org/u/AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRob",
          .unsubscribe_mailto = "mailto:leave+aaaqeayeaudaocaj@news.example.org?subject=unsubscribe",
          .preferences_url = "https://news.example.org/p/AQIDBAUGBwgJCgsM?a=1&b=2",
          .view_url = "https://news.example.org/weekly/12",
          .envelope_from = "bounce+aaaqeayeaudaocaj@news.example.org"};
}

/// Something that begins like a PNG.
inline message::InlineImage image_of(Random& random) {
  std::string bytes = "\x89PNG\r\n\x1A\n";
  for (auto left = random.below(300); left > 0; --left) bytes += static_cast<char>(random.below(256));
  return must(
      message::make_inline_image(fmt::format("i{}@news.example.org", random.below(1'000'000)), bytes));
}

inline message::HeaderOptions options_of_harbour() {
  return {.from = must(parse_mailbox("Harbour News <news@example.org>")),
          .list = {.list_id = "weekly.news.example.org",
                   .list_name = "Harbour Weekly",
                   .feedback_id = "12:weekly:harbour:tidings"},
          .edition_key = "secret of edition 12",
          .language = "en"};
}

/// 2026-01-12T08:00:00Z
inline UtcTime monday_morning() { return from_ms(1'768'204'800'000); }

}  // namespace tidings::test
