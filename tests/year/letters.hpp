// Texts that the world writes: config.toml, and mails that come back.
#pragma once

#include <cstdint>
#include <string>

#include "year/script.hpp"

namespace year {

inline constexpr int first_relay_port = 2601;
inline constexpr const char* store_path = "subscribers/tidings.db";
inline constexpr const char* bounce_address = "bounces@news.example.org";

/// With the sources that the admin has added by now.
[[nodiscard]] std::string config_text(const Script& script, std::int64_t now_ms);

/// A delivery report (RFC 3464) or a complaint (RFC 5965) to the envelope sender `to`.
[[nodiscard]] std::string report_text(Act::Kind kind, const std::string& to, const std::string& reader,
                                      int serial);

/// What a mail program sends for the mailto of List-Unsubscribe; empty if there is none.
[[nodiscard]] std::string leave_text(const std::string& list_unsubscribe, const std::string& reader,
                                     int serial);

}  // namespace year
