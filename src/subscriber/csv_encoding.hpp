// The bytes of a list as UTF-8: byte order marks, UTF-16, and what spreadsheets write in western Europe. Pure
// except for iconv.
//
// Without a mark or a named encoding the file is UTF-8, unless its first non-ASCII bytes are not and read
// like windows-1252: letters of U+00C0 to U+00FF, alone or in pairs between others. Other alphabets and Mac
// OS Roman do not look like that; their lines come out as invalid UTF-8 and are rejected rather than garbled.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tidings::subscriber {

class TextDecoder {
 public:
  TextDecoder();
  TextDecoder(TextDecoder&&) noexcept;
  ~TextDecoder();

  /// Sets the encoding whatever the bytes look like, by iconv's names: "windows-1252", "latin1", "utf-16".
  /// Errc::usage if iconv does not know it.
  [[nodiscard]] Result<void> expect(std::string_view encoding);

  /// Examines the beginning of the file; returns the size of its byte order mark.
  [[nodiscard]] std::size_t start(std::string_view beginning);

  /// Appends as UTF-8; keeps half a character for the next piece. Invalid characters become the byte 0xFF, so
  /// that only their line is rejected.
  void decode(std::string_view bytes, std::string& out);

  /// At the end: false if half a character is left.
  [[nodiscard]] bool finish(std::string& out);

  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] bool is_guess() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tidings::subscriber
