#include "subscriber/address_advice.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tidings::subscriber {
namespace {

// RFC 2142, and what shops and offices use.
constexpr std::string_view roles[] = {
    "abuse",      "accounts",   "admin",      "administrator", "billing", "contact",  "help",
    "hostmaster", "hr",         "info",       "jobs",          "kontakt", "mail",     "mailer-daemon",
    "marketing",  "news",       "newsletter", "no-reply",      "noc",     "noreply",  "office",
    "orders",     "postmaster", "press",      "root",          "sales",   "security", "service",
    "spam",       "support",    "team",       "usenet",        "uucp",    "webmaster"};

constexpr std::string_view big_services[] = {
    "gmail.com",      "googlemail.com", "hotmail.com", "hotmail.fr",  "hotmail.co.uk",
    "icloud.com",     "libero.it",      "orange.fr",   "outlook.com", "proton.me",
    "protonmail.com", "t-online.de",    "wanadoo.fr",  "yahoo.co.jp", "yahoo.co.uk",
    "yahoo.com",      "yahoo.de",       "yahoo.fr",    "yandex.ru"};

/// Real mail domains one letter away from a big service's.
constexpr std::string_view real_neighbours[] = {
    "email.com",  "fmail.com", "gmail.co",  "gmx.com",    "hotmail.be", "hotmail.de",
    "hotmail.it", "mail.com",  "orange.be", "outlook.co", "outlook.de", "outlook.fr",
    "yahoo.be",   "yahoo.co",  "yahoo.it",  "yandex.by",  "yandex.ua",  "ymail.com"};

/// One letter inserted, left out or changed, or two neighbours swapped; not equal.
bool one_slip_apart(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1 || a == b) return false;
  const auto first = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  const auto rest_a = a.substr(first);
  const auto rest_b = b.substr(first);
  if (a.size() < b.size()) return rest_a == rest_b.substr(1);
  if (rest_a.substr(1) == rest_b.substr(1)) return true;
  return rest_a.size() >= 2 && rest_a[0] == rest_b[1] && rest_a[1] == rest_b[0] &&
         rest_a.substr(2) == rest_b.substr(2);
}

std::optional<std::string> meant_domain(std::string_view domain) {
  if (std::ranges::find(big_services, domain) != std::end(big_services)) return std::nullopt;
  if (std::ranges::find(real_neighbours, domain) != std::end(real_neighbours)) return std::nullopt;
  for (const auto service : big_services) {
    if (one_slip_apart(domain, service)) return std::string{service};
  }
  // No such top-level domains.
  for (const std::string_view end : {".con", ".cmo", ".ocm", ".comm", ".coom"}) {
    if (domain.ends_with(end)) return std::string{domain.substr(0, domain.size() - end.size())} + ".com";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> advice_on(const MailAddress& address) {
  if (const auto meant = meant_domain(address.domain)) {
    return fmt::format("{}: did they mean @{}?", address.text(), *meant);
  }
  const auto local = ascii_lower(address.local);
  if (std::ranges::find(roles, std::string_view{local}) != std::end(roles)) {
    return fmt::format("{}: {}@ is a role address, read by several people or nobody", address.text(), local);
  }
  return std::nullopt;
}

}  // namespace tidings::subscriber
