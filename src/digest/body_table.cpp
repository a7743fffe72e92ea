#include "digest/body_table.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/text.hpp"

namespace tidings::digest {
namespace {

constexpr std::size_t max_numbers = 4'000'000;

/// One text put together again.
Result<std::string> text_of(store::Database& database, EditionId edition, std::string_view ranges) {
  std::string out;
  auto row =
      database.prepare("SELECT bytes FROM edition_parts WHERE edition_id = :edition AND number = :number");
  TIDINGS_LET(const auto numbers, numbers_in(ranges));
  for (const auto number : numbers) {
    row.reset();
    row.bind(":edition", edition).bind(":number", static_cast<std::int64_t>(number));
    TIDINGS_LET(const bool found, row.step());
    if (!found) return fail(Errc::bad_data, fmt::format("the part {} of a body is not there", number));
    out += row.view(0);
  }
  return out;
}

Result<std::uint32_t> number_in(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    return fail(Errc::bad_data, fmt::format("the parts of a body are damaged: \"{}\"", clean_utf8(text)));
  return number;
}

}  // namespace

std::string ranges_text(std::span<const std::uint32_t> numbers) {
  std::string out;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    if (!out.empty()) out += ' ';
    out += std::to_string(numbers[i]);
    if (last > i) out += '-' + std::to_string(numbers[last]);
    i = last + 1;
  }
  return out;
}

Result<std::vector<std::uint32_t>> numbers_in(std::string_view ranges) {
  std::vector<std::uint32_t> out;
  while (!ranges.empty()) {
    const auto range = ranges.substr(0, ranges.find(' '));
    ranges.remove_prefix(std::min(range.size() + 1, ranges.size()));
    const auto dash = range.find('-');
    TIDINGS_LET(const auto first, number_in(range.substr(0, dash)));
    auto last = first;
    if (dash != std::string_view::npos) {
      TIDINGS_LET(last, number_in(range.substr(dash + 1)));
    }
    if (last < first || last - first >= max_numbers - out.size())
      return fail(Errc::bad_data, fmt::format("the parts of a body are damaged: \"{}\"", clean_utf8(range)));
    for (std::uint64_t number = first; number <= last; ++number)
      out.push_back(static_cast<std::uint32_t>(number));
  }
  return out;
}

Result<void> BodyWriter::take_up() {
  auto parts = database_.prepare(
      "SELECT number, bytes FROM edition_parts WHERE edition_id = :edition ORDER BY number");
  parts.bind(":edition", edition_);
  return parts.each([&](const store::Statement& row) {
    const auto number = static_cast<std::uint32_t>(row.integer(0));
    numbers_.try_emplace(sha256(row.view(1)), number);
    next_ = number + 1;
  });
}

Result<std::string> BodyWriter::numbers_of(std::span<const std::string> parts) {
  std::vector<std::uint32_t> numbers;
  numbers.reserve(parts.size());
  for (const auto& part : parts) {
    const auto [known, is_new] = numbers_.try_emplace(sha256(part), next_);
    numbers.push_back(known->second);
    if (!is_new) continue;
    auto row = database_.prepare(
        "INSERT INTO edition_parts (edition_id, number, bytes) VALUES (:edition, :number, :bytes)");
    row.bind(":edition", edition_).bind(":number", static_cast<std::int64_t>(next_++)).bind(":bytes", part);
    TIDINGS_TRY(row.run());
  }
  return ranges_text(numbers);
}

Result<void> BodyWriter::add(SegmentId segment, int variant, const std::string& subject,
                             std::span<const std::string> text, std::span<const std::string> html) {
  TIDINGS_LET(const auto text_numbers, numbers_of(text));
  TIDINGS_LET(const auto html_numbers, numbers_of(html));
  auto row = database_.prepare(R"(
    INSERT INTO segment_bodies (segment_id, variant, subject, text_parts, html_parts)
    VALUES (:segment, :variant, :subject, :text, :html))");
  row.bind(":segment", segment).bind(":variant", variant).bind(":subject", subject);
  return row.bind(":text", text_numbers).bind(":html", html_numbers).run();
}

Result<std::vector<SegmentBody>> BodyTable::of_segment(EditionId edition, SegmentId segment) {
  auto rows = database_.prepare(
      "SELECT subject, text_parts, html_parts FROM segment_bodies WHERE segment_id = :segment ORDER BY "
      "variant");
  rows.bind(":segment", segment);
  std::vector<SegmentBody> out;
  TIDINGS_TRY(rows.each([&](const store::Statement& row) -> Result<void> {
    SegmentBody body{.subject = row.text(0), .text = {}, .html = {}};
    TIDINGS_LET(body.text, text_of(database_, edition, row.view(1)));
    TIDINGS_LET(body.html, text_of(database_, edition, row.view(2)));
    out.push_back(std::move(body));
    return {};
  }));
  return out;
}

Result<PartedEdition> BodyTable::of_edition(EditionId edition) {
  PartedEdition out;
  auto parts = database_.prepare(
      "SELECT number, bytes FROM edition_parts WHERE edition_id = :edition ORDER BY number");
  parts.bind(":edition", edition);
  TIDINGS_TRY(parts.each([&](const store::Statement& row) -> Result<void> {
    const auto number = row.integer(0);
    if (number < 0 || number >= static_cast<std::int64_t>(max_numbers))
      return fail(Errc::bad_data, fmt::format("a body has a part with the number {}", number));
    // An old edition's numbers have gaps where a body had no HTML.
    out.parts.resize(static_cast<std::size_t>(number));
    out.parts.push_back(row.text(1));
    return {};
  }));
  auto rows = database_.prepare(R"(
    SELECT s.id, s.language, b.subject, b.text_parts, b.html_parts
    FROM segments AS s JOIN segment_bodies AS b ON b.segment_id = s.id
    WHERE s.edition_id = :edition ORDER BY s.id, b.variant)");
  rows.bind(":edition", edition);
  TIDINGS_TRY(rows.each([&](const store::Statement& row) -> Result<void> {
    const auto id = row.id<SegmentId>(0);
    if (out.segments.empty() || out.segments.back().id != id)
      out.segments.push_back({.id = id, .language = row.text(1), .bodies = {}});
    PartedBody body{.subject = row.text(2), .text = {}, .html = {}};
    TIDINGS_LET(body.text, numbers_in(row.view(3)));
    TIDINGS_LET(body.html, numbers_in(row.view(4)));
    out.segments.back().bodies.push_back(std::move(body));
    return {};
  }));
  return out;
}

}  // namespace tidings::digest
