// The address of an edition's page in the archive: mails link to it before it is written (edition/archive).
#pragma once

#include <string>
#include <string_view>

#include "config/config.hpp"
#include "digest/digest.hpp"

namespace tidings::sending {

/// Whether the archive shows the editions of its digest.
[[nodiscard]] bool is_public(const config::Config& config, const digest::Edition& edition);

/// Below the archive: "weekly/12.en.html".
[[nodiscard]] std::string page_path(const digest::Edition& edition, std::string_view language);

/// Below the archive: "weekly/12.ics", the edition's events.
[[nodiscard]] std::string calendar_path(std::string_view digest, int number);

/// Where a reader can see the edition; empty if there is no [archive] url or its digest is not in the
/// archive.
[[nodiscard]] std::string view_url(const config::Config& config, const digest::Edition& edition,
                                   std::string_view language);

}  // namespace tidings::sending
