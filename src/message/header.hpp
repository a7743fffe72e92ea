// Header fields of a message: encoded words (RFC 2047), folding (RFC 5322 section 2.2.3), mailboxes. Pure.
//
// Writes only ASCII, except for an address with a non-ASCII local part (RFC 6532: it needs SMTPUTF8), and no
// line over 78 octets unless it holds one unbreakable token. For CR, LF, NUL and other control characters,
// check_field() refuses a configured value, and in a reader's value they become blanks: nothing can inject
// another field. Field names are ours and are not checked.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/mail_address.hpp"
#include "base/result.hpp"

namespace tidings::message {

/// Whether a field value is free of control characters.
[[nodiscard]] bool is_one_line(std::string_view value);

/// Control characters (C0, DEL) become blanks: for a reader's values stored long ago.
[[nodiscard]] std::string to_one_line(std::string_view value);

/// "Name: text\r\n" for unstructured text (Subject); encoded words if the text is not plain ASCII or looks
/// like an encoded word.
void append_unstructured(std::string& out, std::string_view name, std::string_view text);

/// "Name: display name <local@domain>\r\n", with the display name as atoms, a quoted string or encoded words.
void append_mailbox(std::string& out, std::string_view name, std::string_view display_name,
                    std::string_view address);

/// "Name: value\r\n" for our own structured ASCII values; folded at blanks, never directly after the colon.
void append_structured(std::string& out, std::string_view name, std::string_view value);

/// Errc::bad_data, naming the field, if the value is not one line.
[[nodiscard]] Result<void> check_field(std::string_view name, std::string_view value);

/// The phrase of a mailbox or of List-Id: atoms, a quoted string, or encoded words separated by blanks.
[[nodiscard]] std::string encode_phrase(std::string_view text);

/// RFC 2047 words of at most 75 characters, whole characters each, joined by single blanks; B or Q, whichever
/// is shorter.
[[nodiscard]] std::string encode_words(std::string_view text);

}  // namespace tidings::message
