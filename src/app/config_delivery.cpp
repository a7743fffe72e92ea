#include "app/config_sections.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"
#include "subscriber/token.hpp"

namespace tidings::app {
namespace {

/// per_domain = ["gmail.com 5"]: messages a second.
std::vector<delivery::DomainLimit> read_domain_limits(TomlSection& section) {
  std::vector<delivery::DomainLimit> limits;
  for (const auto& text : section.texts("per_domain")) {
    const auto words = split(text, ' ');
    const auto domain = domain_to_ascii(words[0]);
    double rate = 0;
    if (words.size() == 2) std::from_chars(words[1].data(), words[1].data() + words[1].size(), rate);
    if (!domain || rate <= 0 || rate > 1e6) {
      section.mistake("per_domain", fmt::format("\"{}\" is not a domain and its messages a second", text), "for example per_domain = [\"example.org 5\"]");
      continue;
    }
    limits.push_back({.domain = *domain, .rate = rate});
  }
  return limits;
}

}  // namespace

DeliveryConfig read_delivery(TomlDocument& document) {
  using namespace std::chrono_literals;
  static const std::array<std::string, 2> doubts{"retry", "hold"};
  auto section = document.section("delivery");
  DeliveryConfig delivery{.give_up_after = section.duration("give_up_after", 48h),
                          .retry_in_doubt = section.one_of("in_doubt", doubts, 0) == 0,
                          .max_lateness = section.duration("max_lateness", 36h),
                          .per_domain = read_domain_limits(section)};
  section.finish();
  return delivery;
}

BounceConfig read_bounce(TomlDocument& document) {
  auto section = document.section("bounce");
  BounceConfig bounce;
  if (const auto text = section.text("address", ""); !text.empty()) {
    auto address = parse_mail_address(text);
    // What is left of 64 octets is for the token (RFC 5321 section 4.5.3.1.1).
    constexpr std::size_t max_local = 64 - 1 - subscriber::max_local_part_token_size;
    if (!address) {
      section.mistake("address", address.error().what, address.error().hint);
    } else if (address->local.size() > max_local) {
      section.mistake("address", fmt::format("the part before the @ is longer than {} characters", max_local));
    } else {
      bounce.address = std::move(*address);
    }
  }
  bounce.maildir = section.path("maildir", "");
  bounce.unmatched = section.path("unmatched", "");
  auto& policy = bounce.policy;
  policy.threshold = section.integer("threshold", policy.threshold, 2, 100);
  policy.window = section.duration("window", policy.window);
  policy.storm_readers = section.integer("storm_readers", policy.storm_readers, 2, 1'000'000);
  policy.storm_window = section.duration("storm_window", policy.storm_window);
  section.finish();
  return bounce;
}

}  // namespace tidings::app
