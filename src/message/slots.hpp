// Slots: the places in a segment's rendering for personal values.
//
// A segment is rendered once for all its readers. Where a template writes a personal value, the rendering has
// a marker: STX NAME ETX, e.g. "\x02reader_name\x03" or "\x02field.city\x03". No other text holds STX or ETX,
// because clean_utf8() removes C0 controls from all outside text. Stored bodies (segment_bodies) keep the
// markers. HTML escaping ignores them; the value is escaped when it is inserted.
//
// Sections that depend on a reader ({{#has_name}}) cannot be a slot; they produce variants, numbered by bits:
// bit 0 says that the reader has a name. A template without such sections has only one variant. Pure,
// thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "message/message.hpp"

namespace tidings::message {

enum class Slot { reader_name, unsubscribe_url, preferences_url, view_url, own_field };

/// Whose value stands in a place.
struct Place {
  Slot slot;
  std::string field{};  ///< name of an own field

  Place(Slot which) : slot(which) {}  // NOLINT(google-explicit-constructor): a slot is a place
  explicit Place(std::string own) : slot(Slot::own_field), field(std::move(own)) {}
  bool operator==(const Place&) const = default;
};

/// How a value is inserted: `html` by escape_html(), `none` as it is.
enum class Escape { html, none };

/// "reader_name", "field.city" ...; also the name of the template variable.
[[nodiscard]] std::string name_of(const Place& place);

/// STX NAME ETX.
[[nodiscard]] std::string marker_of(const Place& place);

/// The value of the place, on one line: control characters become blanks.
[[nodiscard]] std::string value_of(const Reader& reader, const Place& place);
void append_value(std::string& out, const Reader& reader, const Place& place, Escape escape);

/// A piece of text, and the slot after it, if any.
struct Piece {
  std::string_view text;
  std::optional<Place> slot;  ///< after `text`

  bool operator==(const Piece&) const = default;
};

/// Views into `text`. Errc::bad_data if a marker is broken or names no slot.
[[nodiscard]] Result<std::vector<Piece>> split_slots(std::string_view text);

[[nodiscard]] bool has_slots(std::string_view text);

/// `text` with the reader's values inserted. Errc::bad_data as split_slots().
[[nodiscard]] Result<std::string> fill_slots(std::string_view text, const Reader& reader, Escape escape);

/// The index of the reader's variant among `bodies` rendered ones; `bodies` is a power of two.
[[nodiscard]] std::size_t variant_of(const Reader& reader, std::size_t bodies);

/// Whether a message can be built for the reader: an address, no control characters, links that are ASCII web
/// or mailto URLs. Errc::bad_data names the field.
[[nodiscard]] Result<void> check_reader(const Reader& reader);

}  // namespace tidings::message
