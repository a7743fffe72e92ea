// Secrets that the program is told in files: passwords and a key. Whatever it does with them, they stay
// there.
#pragma once

#include <string>
#include <vector>

namespace year {

inline constexpr const char* login_name = "harbour";
inline constexpr const char* relay_password_file = "relay.password";
inline constexpr const char* source_password_file = "source.password";
inline constexpr const char* dkim_key_file = "dkim.pem";

/// In the working folder, for its owner alone.
void write_secrets();

/// What SMTP's AUTH PLAIN (RFC 4616) and HTTP's Basic say.
[[nodiscard]] std::string relay_login();
[[nodiscard]] std::string source_login();

/// The secrets, in each form in which they could be written somewhere.
[[nodiscard]] std::vector<std::string> secret_words();

/// Files of the working folder, other than their own, that hold one.
[[nodiscard]] std::vector<std::string> files_with_secrets();

/// Files of the store's folder, and copies of it, that others than their owner may read.
[[nodiscard]] std::vector<std::string> files_for_others();

}  // namespace year
