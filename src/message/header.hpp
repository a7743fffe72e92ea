// Header fields of a message: encoded words (RFC 2047), folding (RFC 5322 section 2.2.3), mailboxes. Pure.
//
// Every function here writes ASCII only, but for an address whose local part is not (RFC 6532: it goes by
// SMTPUTF8 or not at all), and no line over 78 octets unless it holds one unbreakable token. A value with CR,
// LF, NUL or another control character is refused by check_field() for what is configured and becomes a blank
// in what is a reader's: nothing can smuggle in a further field. Field names are ours and are not checked.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/mail_address.hpp"
#include "base/result.hpp"

namespace tidings::message {

/// Whether a field value is free of control characters.
[[nodiscard]] bool is_one_line(std::string_view value);

/// Control characters (C0, DEL) become blanks: for values of a reader that were stored long ago.
[[nodiscard]] std::string to_one_line(std::string_view value);

/// "Name: text\r\n" for unstructured text (Subject); encoded words where the text is not plain ASCII or looks
/// like one.
void append_unstructured(std::string& out, std::string_view name, std::string_view text);

/// "Name: display name <local@domain>\r\n". The display name is written as atoms, a quoted string or encoded
/// words.
void append_mailbox(std::string& out, std::string_view name, std::string_view display_name,
                    std::string_view address);

/// "Name: value\r\n" for structured values that are ASCII and ours; folded at blanks, never directly after
/// the colon.
void append_structured(std::string& out, std::string_view name, std::string_view value);

/// Errc::bad_data naming the field if the value is not one line.
[[nodiscard]] Result<void> check_field(std::string_view name, std::string_view value);

/// The phrase of a mailbox or of List-Id: atoms, a quoted string, or encoded words separated by blanks.
[[nodiscard]] std::string encode_phrase(std::string_view text);

/// RFC 2047 words of at most 75 characters, whole characters each, joined by single blanks; B or Q, whichever
/// is shorter.
[[nodiscard]] std::string encode_words(std::string_view text);

}  // namespace tidings::message
