#include "sending/archive_links.hpp"

#include <fmt/format.h>

namespace tidings::sending {

bool is_public(const config::Config& config, const digest::Edition& edition) {
  using State = digest::EditionState;
  const auto* const digest = config.find_digest(edition.digest);
  const bool stands =
      edition.state == State::sealed || edition.state == State::sending || edition.state == State::sent;
  return stands && edition.number && digest != nullptr && digest->archive;
}

std::string page_path(const digest::Edition& edition, std::string_view language) {
  return fmt::format("{}/{}.{}.html", edition.digest, edition.number.value_or(0), language);
}

std::string calendar_path(std::string_view digest, int number) {
  return fmt::format("{}/{}.ics", digest, number);
}

std::string view_url(const config::Config& config, const digest::Edition& edition,
                     std::string_view language) {
  if (config.archive.url.empty() || !is_public(config, edition)) return {};
  return config.archive.url + "/" + page_path(edition, language);
}

}  // namespace tidings::sending
