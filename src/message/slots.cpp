#include "message/slots.hpp"

#include <array>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/mail_address.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "message/header.hpp"

namespace tidings::message {
namespace {

constexpr char start_of_slot = '\x02';
constexpr char end_of_slot = '\x03';
constexpr std::array all_slots{Slot::reader_name, Slot::unsubscribe_url, Slot::preferences_url,
                               Slot::view_url};

constexpr std::string_view field_prefix = "field.";

const std::string& own_field(const Reader& reader, std::string_view name) {
  static const std::string nothing;
  for (const auto& [field, value] : reader.fields) {
    if (field == name) return value;
  }
  return nothing;
}

const std::string& field_of(const Reader& reader, const Place& place) {
  switch (place.slot) {
    case Slot::reader_name: return reader.name;
    case Slot::unsubscribe_url: return reader.unsubscribe_url;
    case Slot::preferences_url: return reader.preferences_url;
    case Slot::view_url: return reader.view_url;
    case Slot::own_field: return own_field(reader, place.field);
  }
  check_failed("an unknown slot", __FILE__, __LINE__);
}

std::string_view word_of(Slot slot) {
  switch (slot) {
    case Slot::reader_name: return "reader_name";
    case Slot::unsubscribe_url: return "unsubscribe_url";
    case Slot::preferences_url: return "preferences_url";
    case Slot::view_url: return "view_url";
    case Slot::own_field: break;
  }
  return field_prefix;
}

std::optional<Place> place_of(std::string_view name) {
  for (const auto slot : all_slots) {
    if (word_of(slot) == name) return slot;
  }
  if (name.starts_with(field_prefix) && name.size() > field_prefix.size())
    return Place{std::string{name.substr(field_prefix.size())}};
  return std::nullopt;
}

bool is_link(std::string_view text) {
  if (text.find_first_of("<> ") != std::string_view::npos) return false;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) > 126) return false;
  }
  return is_web_url(text) || text.starts_with("mailto:");
}

}  // namespace

std::string name_of(const Place& place) { return std::string{word_of(place.slot)} + place.field; }

std::string marker_of(const Place& place) {
  std::string out{start_of_slot};
  out += name_of(place);
  out += end_of_slot;
  return out;
}

std::string value_of(const Reader& reader, const Place& place) {
  return to_one_line(field_of(reader, place));
}

void append_value(std::string& out, const Reader& reader, const Place& place, Escape escape) {
  const std::string& field = field_of(reader, place);
  const auto append = [&](std::string_view value) {
    if (escape == Escape::html) return append_escaped_html(out, value);
    out += value;
  };
  if (is_one_line(field)) return append(field);
  append(to_one_line(field));
}

bool has_slots(std::string_view text) { return text.find(start_of_slot) != std::string_view::npos; }

Result<std::vector<Piece>> split_slots(std::string_view text) {
  std::vector<Piece> pieces;
  for (;;) {
    const auto start = text.find(start_of_slot);
    Piece piece{.text = text.substr(0, start), .slot = {}};
    if (piece.text.find(end_of_slot) != std::string_view::npos) {
      return fail(Errc::bad_data, "a slot of a rendered body ends before it begins");
    }
    if (start == std::string_view::npos) {
      if (!piece.text.empty()) pieces.push_back(piece);
      return pieces;
    }
    const auto end = text.find(end_of_slot, start);
    const auto name = text.substr(start + 1, end == std::string_view::npos ? end : end - start - 1);
    if (end != std::string_view::npos) piece.slot = place_of(name);
    if (!piece.slot) {
      return fail(Errc::bad_data, fmt::format("a rendered body has an unknown slot \"{}\"",
                                              to_one_line(truncate_utf8(name, 40))));
    }
    pieces.push_back(piece);
    text.remove_prefix(end + 1);
  }
}

Result<std::string> fill_slots(std::string_view text, const Reader& reader, Escape escape) {
  TIDINGS_LET(const auto pieces, split_slots(text));
  std::string out;
  for (const auto& piece : pieces) {
    out += piece.text;
    if (piece.slot) append_value(out, reader, *piece.slot, escape);
  }
  return out;
}

std::size_t variant_of(const Reader& reader, std::size_t bodies) {
  return bodies > 1 && !reader.name.empty() ? 1 : 0;
}

Result<void> check_reader(const Reader& reader) {
  TIDINGS_TRY(parse_mail_address(reader.address));
  if (!reader.envelope_from.empty()) TIDINGS_TRY(parse_mail_address(reader.envelope_from));
  TIDINGS_TRY(check_field("name", reader.name));
  if (!is_valid_utf8(reader.name)) return fail(Errc::bad_data, "the name is not UTF-8");
  struct Link {
    std::string_view name;
    const std::string& value;
  };
  for (const auto& [name, value] :
       {Link{"unsubscribe_url", reader.unsubscribe_url},
        Link{"unsubscribe_mailto", reader.unsubscribe_mailto},
        Link{"preferences_url", reader.preferences_url}, Link{"view_url", reader.view_url}}) {
    TIDINGS_TRY(check_field(name, value));
    if (!value.empty() && !is_link(value)) {
      return fail(Errc::bad_data,
                  fmt::format("{} is not an ASCII web or mailto address: \"{}\"", name, value));
    }
  }
  return {};
}

}  // namespace tidings::message
