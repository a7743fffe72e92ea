// The bytes of a list as UTF-8: byte order marks, UTF-16, and what spreadsheets write in western Europe. Pure
// but for iconv.
//
// Without a mark and without a word of the caller the file is UTF-8, unless its first bytes outside ASCII are
// not and read like windows-1252: letters of U+00C0 to U+00FF, alone or in twos between others. Text in other
// alphabets and in Mac OS Roman does not look so; its lines come out as bytes that are not UTF-8 and are
// rejected rather than garbled.
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

  /// Whatever the bytes look like. Names as iconv knows them: "windows-1252", "latin1", "utf-16". Errc::usage
  /// if it does not.
  [[nodiscard]] Result<void> expect(std::string_view encoding);

  /// Looks at the beginning of the file; returns the size of its byte order mark.
  [[nodiscard]] std::size_t start(std::string_view beginning);

  /// Appends as UTF-8; keeps what is half a character for the next piece. What cannot be a character becomes
  /// the byte 0xFF, so that its line is rejected and no other.
  void decode(std::string_view bytes, std::string& out);

  /// At the end: false if half a character is left over.
  [[nodiscard]] bool finish(std::string& out);

  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] bool is_guess() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tidings::subscriber
