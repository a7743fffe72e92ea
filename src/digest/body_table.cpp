#include "digest/body_table.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <string_view>

#include <fmt/format.h>

#include "base/compress.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"

namespace tidings::digest {
namespace {

constexpr std::size_t max_numbers = 4'000'000;
constexpr std::size_t pack_bytes = 1 << 20;       // of parts in one row, before compression
constexpr std::size_t max_pack_bytes = 64 << 20;  // one part may be larger than that
constexpr int parts_at_once = 1000;

Result<std::uint32_t> number_in(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    return fail(Errc::bad_data, fmt::format("the parts of a body are damaged: \"{}\"", clean_utf8(text)));
  return number;
}

using TakePart = std::function<void(std::uint32_t, std::string_view)>;

Result<void> read_packs(store::Database& database, EditionId edition, const TakePart& take) {
  auto rows = database.prepare("SELECT bytes FROM edition_packs WHERE edition_id = :edition ORDER BY first");
  rows.bind(":edition", edition);
  return rows.each([&](const store::Statement& row) -> Result<void> {
    TIDINGS_LET(const auto pack, decompress(row.blob(0), max_pack_bytes));
    for (std::string_view rest = pack; !rest.empty();) {
      const auto blank = rest.find(' ');
      const auto end = rest.find('\n');
      if (blank == std::string_view::npos || end == std::string_view::npos || end < blank)
        return fail(Errc::bad_data, "the packed parts of a body are damaged");
      TIDINGS_LET(const auto number, number_in(rest.substr(0, blank)));
      TIDINGS_LET(const auto size, number_in(rest.substr(blank + 1, end - blank - 1)));
      rest.remove_prefix(end + 1);
      if (size > rest.size() || number >= max_numbers)
        return fail(Errc::bad_data, "the packed parts of a body are damaged");
      take(number, rest.substr(0, size));
      rest.remove_prefix(size);
    }
    return {};
  });
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
  const auto take = [&](std::uint32_t number, std::string_view bytes) {
    numbers_.try_emplace(sha256(bytes), number);
    next_ = std::max(next_, number + 1);
  };
  auto parts = database_.prepare("SELECT number, bytes FROM edition_parts WHERE edition_id = :edition");
  parts.bind(":edition", edition_);
  TIDINGS_TRY(parts.each(
      [&](const store::Statement& row) { take(static_cast<std::uint32_t>(row.integer(0)), row.view(1)); }));
  return read_packs(database_, edition_, take);
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

/// One text put together again.
Result<std::string> BodyTable::text_of(EditionId edition, std::string_view ranges) {
  std::string out;
  auto row =
      database_.prepare("SELECT bytes FROM edition_parts WHERE edition_id = :edition AND number = :number");
  TIDINGS_LET(const auto numbers, numbers_in(ranges));
  for (const auto number : numbers) {
    row.reset();
    row.bind(":edition", edition).bind(":number", static_cast<std::int64_t>(number));
    TIDINGS_LET(const bool found, row.step());
    if (found) {
      out += row.view(0);
      continue;
    }
    if (unpacked_ != edition) {
      packed_.clear();
      TIDINGS_TRY(read_packs(database_, edition, [&](std::uint32_t each, std::string_view bytes) {
        packed_.emplace(each, bytes);
      }));
      unpacked_ = edition;
    }
    const auto packed = packed_.find(number);
    if (packed == packed_.end())
      return fail(Errc::bad_data, fmt::format("the part {} of a body is not there", number));
    out += packed->second;
  }
  return out;
}

Result<bool> BodyTable::has_parts(EditionId edition) {
  auto row = database_.prepare("SELECT 1 FROM edition_parts WHERE edition_id = :edition LIMIT 1");
  return row.bind(":edition", edition).step();
}

Result<bool> BodyTable::has_bodies(EditionId edition) {
  auto row = database_.prepare(R"(
    SELECT 1 FROM edition_parts WHERE edition_id = :edition UNION ALL
    SELECT 1 FROM edition_packs WHERE edition_id = :edition LIMIT 1)");
  return row.bind(":edition", edition).step();
}

Result<bool> BodyTable::pack_some(EditionId edition) {
  TIDINGS_LET(auto transaction, database_.begin());
  auto rows = database_.prepare(
      "SELECT number, bytes FROM edition_parts WHERE edition_id = :edition ORDER BY number LIMIT :limit");
  rows.bind(":edition", edition).bind(":limit", parts_at_once);
  std::string pack;
  std::int64_t first = -1;
  std::int64_t last = -1;
  while (pack.size() < pack_bytes) {
    TIDINGS_LET(const bool more, rows.step());
    if (!more) break;
    last = rows.integer(0);
    if (first < 0) first = last;
    pack += fmt::format("{} {}\n", last, rows.view(1).size());
    pack += rows.view(1);
  }
  rows.reset();
  if (first < 0) return false;
  // A part as large as that stays as it is, and all after it.
  if (pack.size() > max_pack_bytes) return false;
  auto add = database_.prepare(
      "INSERT INTO edition_packs (edition_id, first, bytes) VALUES (:edition, :first, :bytes)");
  TIDINGS_TRY(add.bind(":edition", edition).bind(":first", first).bind_blob(":bytes", compress(pack)).run());
  auto drop = database_.prepare(
      "DELETE FROM edition_parts WHERE edition_id = :edition AND number BETWEEN :first AND :last");
  TIDINGS_TRY(drop.bind(":edition", edition).bind(":first", first).bind(":last", last).run());
  TIDINGS_TRY(transaction.commit());
  return true;
}

Result<bool> BodyTable::drop_some(EditionId edition) {
  TIDINGS_LET(auto transaction, database_.begin());
  std::int64_t dropped = 0;
  const auto drop = [&](const char* sql) -> Result<void> {
    if (dropped >= parts_at_once) return {};
    TIDINGS_TRY(
        database_.prepare(sql).bind(":edition", edition).bind(":limit", parts_at_once - dropped).run());
    dropped += database_.changes();
    return {};
  };
  TIDINGS_TRY(drop(R"(
    DELETE FROM segment_bodies WHERE (segment_id, variant) IN (
      SELECT b.segment_id, b.variant FROM segments s JOIN segment_bodies b ON b.segment_id = s.id
      WHERE s.edition_id = :edition LIMIT :limit))"));
  TIDINGS_TRY(drop(R"(
    DELETE FROM edition_parts WHERE edition_id = :edition AND number IN (
      SELECT number FROM edition_parts WHERE edition_id = :edition LIMIT :limit))"));
  TIDINGS_TRY(drop(R"(
    DELETE FROM edition_packs WHERE edition_id = :edition AND first IN (
      SELECT first FROM edition_packs WHERE edition_id = :edition LIMIT CASE WHEN :limit < 20 THEN :limit ELSE 20 END))"));
  TIDINGS_TRY(transaction.commit());
  return dropped > 0;
}

Result<std::vector<SegmentBody>> BodyTable::of_segment(EditionId edition, SegmentId segment) {
  auto rows = database_.prepare(
      "SELECT subject, text_parts, html_parts FROM segment_bodies WHERE segment_id = :segment ORDER BY "
      "variant");
  rows.bind(":segment", segment);
  std::vector<SegmentBody> out;
  TIDINGS_TRY(rows.each([&](const store::Statement& row) -> Result<void> {
    SegmentBody body{.subject = row.text(0), .text = {}, .html = {}};
    TIDINGS_LET(body.text, text_of(edition, row.view(1)));
    TIDINGS_LET(body.html, text_of(edition, row.view(2)));
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
  // After the parts: what was packed in between is there twice, and not missing.
  TIDINGS_TRY(read_packs(database_, edition, [&out](std::uint32_t number, std::string_view bytes) {
    if (out.parts.size() <= number) out.parts.resize(number + std::size_t{1});
    out.parts[number] = bytes;
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
