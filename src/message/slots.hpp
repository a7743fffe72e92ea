// Slots: the places in a segment's rendering where something personal goes.
//
// A segment is rendered once for all its readers. Where a template writes a personal value, the rendering
// holds a marker: STX NAME ETX, e.g. "\x02reader_name\x03". No other text holds STX or ETX: clean_utf8()
// removes C0 controls from all that comes from outside. Stored bodies (segment_bodies) keep the markers. HTML
// escaping leaves them alone; the value is escaped when it is put in.
//
// Sections that ask about a reader ({{#has_name}}) cannot be a slot; they make variants, numbered by bits:
// bit 0 says that the reader has a name. A template that does not ask has one variant only. Pure,
// thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "message/message.hpp"

namespace tidings::message {

enum class Slot { reader_name, unsubscribe_url, preferences_url, view_url };

/// How a value is written into text: `html` by escape_html(), `none` as it is.
enum class Escape { html, none };

/// "reader_name" ...: the name of the template variable as well.
[[nodiscard]] std::string_view name_of(Slot slot);

/// STX NAME ETX.
[[nodiscard]] std::string marker_of(Slot slot);

/// What goes into the slot, on one line: control characters have become blanks.
[[nodiscard]] std::string value_of(const Reader& reader, Slot slot);
void append_value(std::string& out, const Reader& reader, Slot slot, Escape escape);

/// A stretch of text, or the slot that follows it.
struct Piece {
  std::string_view text;
  std::optional<Slot> slot;  ///< after `text`

  bool operator==(const Piece&) const = default;
};

/// Views into `text`. Errc::bad_data where a marker is broken or names no slot.
[[nodiscard]] Result<std::vector<Piece>> split_slots(std::string_view text);

[[nodiscard]] bool has_slots(std::string_view text);

/// `text` with the reader's values in place. Errc::bad_data as split_slots().
[[nodiscard]] Result<std::string> fill_slots(std::string_view text, const Reader& reader, Escape escape);

/// Which of `bodies` rendered variants is the reader's; `bodies` is a power of two.
[[nodiscard]] std::size_t variant_of(const Reader& reader, std::size_t bodies);

/// Whether the reader can be written into a message: an address, no control character anywhere, links that
/// are web or mailto URLs in ASCII. Errc::bad_data names the field.
[[nodiscard]] Result<void> check_reader(const Reader& reader);

}  // namespace tidings::message
