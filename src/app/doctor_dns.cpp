#include "app/doctor_dns.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "base/url.hpp"
#include "delivery/relay.hpp"
#include "message/dkim.hpp"
#include "sending/signing.hpp"

namespace tidings::app {
namespace {

using Level = Finding::Level;

constexpr int most_lookups = 10;       // RFC 7208 section 4.6.4
constexpr std::size_t most_steps = 8;  // RFC 9989 section 4.10
constexpr int good_bits = 2048;
constexpr std::chrono::hours old_key{24 * 400};

std::size_t labels_of(std::string_view domain) {
  return static_cast<std::size_t>(std::ranges::count(domain, '.')) + 1;
}

std::string parent_of(const std::string& domain) {
  const auto dot = domain.find('.');
  return dot == std::string::npos ? std::string{} : domain.substr(dot + 1);
}

bool is_below(std::string_view domain, std::string_view above) {
  return domain == above || (domain.size() > above.size() && domain.ends_with(above) &&
                             domain[domain.size() - above.size() - 1] == '.');
}

bool version_is(std::string_view record, std::string_view version) {
  return record.starts_with(version) &&
         (record.size() == version.size() || record[version.size()] == ';' || record[version.size()] == ' ');
}

/// What the walk up from a domain found.
struct Walk {
  std::string policy_domain;  ///< whose record applies; empty: none
  std::string record;
  std::string organisation;  ///< the organisational domain
};

constexpr const char* no_mail_for_from = "WEB.DE and GMX refuse a From domain that takes no mail";

class Examiner {
 public:
  Examiner(const config::Config& config, Resolver& resolver, UtcTime now,
           const std::function<void(Finding)>& add)
      : config_(config),
        dns_(resolver),
        now_(now),
        add_(add),
        from_(config.newsletter.from.address.domain),
        envelope_(config.bounce.address ? config.bounce.address->domain : from_) {}

  void examine() {
    spf();
    where_mail_goes();
    const auto signers = sending::load_signers(config_);
    if (signers) {
      for (const auto& signer : *signers) dkim(signer);
    }
    dmarc(signers ? *signers : std::vector<message::DkimSigner>{});
    relay_names();
    hints();
    std::set<std::string> asked{from_};
    for (const auto& digest : config_.digests) {
      from_ = digest.from.address.domain;
      if (!asked.insert(from_).second) continue;
      takes_mail("from", from_, no_mail_for_from);
      dmarc(signers ? *signers : std::vector<message::DkimSigner>{});
    }
  }

 private:
  void say(Level level, std::string about, std::string what, std::string hint = {}) {
    add_({.level = level, .about = std::move(about), .what = std::move(what), .hint = std::move(hint)});
  }

  /// No name server answered.
  void unanswered(std::string about, const Error& error) {
    add_({.level = Level::trouble,
          .about = std::move(about),
          .what = error.what,
          .hint = error.hint,
          .code = Errc::try_again});
  }

  /// The records of a name that begin with `version`; a finding if there is no answer.
  std::optional<std::vector<std::string>> records(const std::string& about, const std::string& name,
                                                  std::string_view version) {
    auto found = dns_.texts(name);
    if (!found) {
      unanswered(about, found.error());
      return std::nullopt;
    }
    std::erase_if(*found, [&](const std::string& each) { return !version_is(each, version); });
    return *std::move(found);
  }

  // ---- SPF ----

  void spf() {
    const auto found = records("spf", envelope_, "v=spf1");
    if (!found) return;
    if (found->empty()) {
      return say(Level::trouble, "spf", envelope_ + " has no record that begins with v=spf1",
                 "ask the relay's provider for it; \"v=spf1 mx ~all\" is a start");
    }
    const auto& record = found->front();
    if (found->size() > 1)
      say(Level::trouble, "spf",
          fmt::format("{} has {} records: with more than one, none counts", envelope_, found->size()),
          "join their mechanisms into one");
    int lookups = 0;
    count_lookups(record, lookups, 0);
    if (lookups > most_lookups) {
      say(Level::trouble, "spf",
          fmt::format("{} needs {} look-ups, and receivers stop at {}", envelope_, lookups, most_lookups),
          "drop includes of services that no longer send for you");
    } else if (record.find("+all") != std::string::npos) {
      say(Level::trouble, "spf", envelope_ + ": " + record + " lets everybody send",
          "end it with ~all or -all");
    } else if (found->size() == 1) {
      say(Level::good, "spf", envelope_ + ": " + record);
    }
  }

  void count_lookups(const std::string& record, int& lookups, int depth) {
    for (const auto word : split(record, ' ')) {
      auto term = ascii_lower(word);
      if (!term.empty() && std::string_view{"+-~?"}.find(term.front()) != std::string_view::npos)
        term.erase(0, 1);
      const auto name = term.substr(0, term.find_first_of(":=/"));
      const bool asks = name == "include" || name == "a" || name == "mx" || name == "ptr" ||
                        name == "exists" || name == "redirect";
      if (!asks || lookups > 2 * most_lookups) continue;
      ++lookups;
      const auto at = term.find_first_of(":=");
      if ((name != "include" && name != "redirect") || at == std::string::npos || depth > most_lookups)
        continue;
      const auto found = dns_.texts(term.substr(at + 1));
      if (!found) continue;
      for (const auto& each : *found) {
        if (version_is(each, "v=spf1")) count_lookups(each, lookups, depth + 1);
      }
    }
  }

  // ---- where mail to us goes ----

  void where_mail_goes() {
    takes_mail("from", from_, no_mail_for_from);
    if (envelope_ != from_) takes_mail("bounce", envelope_, "reports about mails that fail cannot come back");
  }

  void takes_mail(const std::string& about, const std::string& domain, const std::string& why) {
    const auto hosts = dns_.mail_hosts(domain);
    if (!hosts) return unanswered(about, hosts.error());
    if (!hosts->empty())
      return say(Level::good, about, fmt::format("mail to {} goes to {}", domain, join(*hosts, ", ")));
    const auto addresses = dns_.addresses(domain);
    if (addresses && !addresses->empty()) return say(Level::good, about, domain + " has an address");
    say(Level::trouble, about, fmt::format("{} has neither MX nor address: {}", domain, why),
        fmt::format("{}. MX 10 mail.{}", domain, domain));
  }

  // ---- DKIM ----

  void dkim(const message::DkimSigner& signer) {
    const auto wanted = message::dkim_record(signer);
    const auto found = records("dkim", wanted.name, "v=DKIM1");
    if (!found) return;
    if (found->empty()) {
      return say(Level::trouble, "dkim", wanted.name + " has no record that begins with v=DKIM1",
                 "\"tidings dkim record\" prints it");
    }
    const auto& record = found->front();
    if (tag_of(record, "p") != tag_of(wanted.text, "p")) {
      return say(Level::trouble, "dkim", wanted.name + " holds a different key",
                 "\"tidings dkim record\" prints ours");
    }
    say(Level::good, "dkim", wanted.name + " holds our key");
    const auto flags = tag_of(record, "t");
    if (flags && flags->find('y') != std::string::npos)
      say(Level::note, "dkim", wanted.name + " says t=y: receivers treat the mail as unsigned",
          "publish it without t=y");
    const bool is_rsa = signer.key.kind() == SigningKey::Kind::rsa;
    if (is_rsa && signer.key.bits() < good_bits)
      say(Level::note, "dkim",
          fmt::format("the key has {} bits; receivers want {}", signer.key.bits(), good_bits),
          "\"tidings dkim keygen NEW.pem\", and a new selector");
    age(is_rsa ? config_.dkim.key_file : config_.dkim.ed25519_key_file);
  }

  void age(const std::filesystem::path& file) {
    std::error_code unknown;
    const auto written = std::filesystem::last_write_time(file, unknown);
    if (unknown) return;
    const auto old = now_ - std::chrono::time_point_cast<std::chrono::milliseconds>(
                                std::chrono::file_clock::to_sys(written));
    if (old > old_key)
      say(Level::note, "dkim",
          fmt::format("{} is {} old", file.string(),
                      format_duration(std::chrono::floor<std::chrono::days>(old))),
          "a new key under a new selector once a year limits what a stolen one is worth");
  }

  // ---- DMARC ----

  /// RFC 9989 section 4.10: from the domain up, at most eight questions; longer names skip to seven labels.
  Walk walk(const std::string& domain) {
    Walk out;
    std::vector<std::pair<std::string, std::string>> found;
    std::string at = domain;
    for (std::size_t step = 0; step < most_steps && !at.empty(); ++step) {
      const auto answer = dns_.texts("_dmarc." + at);
      if (answer) {
        std::vector<std::string> valid;
        std::ranges::copy_if(*answer, std::back_inserter(valid),
                             [](const std::string& each) { return version_is(each, "v=DMARC1"); });
        if (valid.size() == 1) {
          found.emplace_back(at, valid.front());
          const auto psd = tag_of(valid.front(), "psd");
          if (psd == "n" || (psd == "y" && at != domain)) break;
        }
      }
      at = step == 0 && labels_of(at) > most_steps ? last_labels(at, most_steps - 1) : parent_of(at);
    }
    if (found.empty()) return out;
    // psd=n: that one; psd=y above the start: the name below it; else the shortest name with a record.
    const auto& last = found.back();
    const bool is_suffix = tag_of(last.second, "psd") == "y" && last.first != domain;
    out.organisation = is_suffix ? last_labels(domain, labels_of(last.first) + 1) : last.first;
    // Its own record, else that of the organisation, else that of the suffix.
    const auto own = std::ranges::find(found, domain, &std::pair<std::string, std::string>::first);
    const auto above =
        std::ranges::find(found, out.organisation, &std::pair<std::string, std::string>::first);
    std::tie(out.policy_domain, out.record) = own != found.end()     ? *own
                                              : above != found.end() ? *above
                                                                     : last;
    return out;
  }

  static std::string last_labels(const std::string& domain, std::size_t count) {
    std::string out = domain;
    while (labels_of(out) > count) out = parent_of(out);
    return out;
  }

  const std::string& organisation_of(const std::string& domain) {
    const auto [at, is_new] = organisations_.try_emplace(domain);
    if (is_new) {
      const auto found = walk(domain);
      at->second = found.organisation.empty() ? domain : found.organisation;
    }
    return at->second;
  }

  bool is_aligned(const std::string& domain, bool is_strict) {
    if (domain == from_) return true;
    return !is_strict && organisation_of(domain) == organisation_of(from_);
  }

  void dmarc(const std::vector<message::DkimSigner>& signers) {
    const auto found = walk(from_);
    if (found.record.empty()) {
      return say(
          Level::trouble, "dmarc",
          fmt::format("neither {} nor a domain above it has a record that begins with v=DMARC1", from_),
          fmt::format("_dmarc.{} TXT \"v=DMARC1; p=none\"", from_));
    }
    policy_ = tag_of(found.record, found.policy_domain == from_ ? "p" : "sp")
                  .value_or(tag_of(found.record, "p").value_or("none"));
    const auto inherited =
        found.policy_domain == from_ ? std::string{} : fmt::format(", from {}", found.policy_domain);
    say(Level::good, "dmarc", fmt::format("{}{}: {}", from_, inherited, found.record));
    std::vector<std::string> dead;
    for (const auto* const tag : {"pct", "rf", "ri"}) {
      if (tag_of(found.record, tag)) dead.emplace_back(tag);
    }
    if (!dead.empty())
      say(Level::note, "dmarc", fmt::format("{} mean nothing since RFC 9989", join(dead, ", ")),
          "leave them out");
    if (!tag_of(found.record, "rua"))
      say(Level::note, "dmarc", "no rua: nobody is told who sends in your name",
          fmt::format("rua=mailto:dmarc@{}", from_));
    alignment(found.record, signers);
  }

  void alignment(const std::string& record, const std::vector<message::DkimSigner>& signers) {
    const bool spf_is_strict = tag_of(record, "aspf") == "s";
    const bool dkim_is_strict = tag_of(record, "adkim") == "s";
    const bool spf = is_aligned(envelope_, spf_is_strict);
    const bool dkim = std::ranges::any_of(
        signers, [&](const auto& each) { return is_aligned(each.domain, dkim_is_strict); });
    const bool relay_signs = config_.dkim.signed_by_relay;
    if (!spf && !dkim && !relay_signs) {
      say(Level::trouble, "alignment",
          fmt::format("neither the envelope's domain {} nor a signature belongs to {}: DMARC fails",
                      envelope_, from_),
          fmt::format("[dkim] domain = \"{}\"", from_));
    } else if (!spf) {
      say(Level::note, "alignment",
          fmt::format("SPF does not count for DMARC: {} does not belong to {}", envelope_, from_),
          fmt::format("[bounce] address at {} or below it", from_));
    } else if (!dkim && !relay_signs) {
      say(Level::note, "alignment",
          fmt::format("no signature belongs to {}: WEB.DE and GMX refuse mail without one", from_),
          fmt::format("[dkim] domain = \"{}\"", from_));
    } else {
      say(Level::good, "alignment",
          relay_signs && !dkim ? "SPF belongs to the From domain; the relay signs"
                               : "SPF and DKIM belong to the From domain");
    }
    if (config_.bounce.address && !signers.empty() &&
        std::ranges::none_of(signers, [&](const auto& each) { return is_below(envelope_, each.domain); })) {
      say(Level::note, "alignment",
          fmt::format("the bounce domain {} is not at or below d={}", envelope_, signers.front().domain),
          "some receivers want the envelope and the signature of one house");
    }
  }

  // ---- the relay, and hints ----

  void relay_names() {
    if (config_.smtp.local_way != config::LocalWay::none) return;
    const auto url = parse_url(config_.smtp.url);
    if (!url || delivery::is_loopback_host(url->host)) return;
    const auto addresses = dns_.addresses(url->host);
    if (!addresses) return unanswered("relay", addresses.error());
    for (const auto& address : *addresses) {
      const auto names = dns_.names_of(address);
      if (!names) continue;
      if (names->empty()) {
        say(Level::note, "relay",
            fmt::format("{} ({}) has no name (PTR); Gmail refuses such hosts", url->host, address),
            "if mail leaves from there, ask its provider for one");
        continue;
      }
      const auto back = dns_.addresses(names->front());
      const bool agrees = back && std::ranges::find(*back, address) != back->end();
      say(agrees ? Level::good : Level::note, "relay",
          agrees ? fmt::format("{} is {} and back", address, names->front())
                 : fmt::format("{} is {}, which is another address", address, names->front()));
    }
  }

  void hints() {
    std::vector<std::string> missing;
    const auto look = [&](const std::string& name, std::string_view version, std::string what) {
      const auto found = dns_.texts(name);
      if (found && std::ranges::none_of(*found, [&](const auto& each) { return version_is(each, version); }))
        missing.push_back(std::move(what));
    };
    look("_mta-sts." + from_, "v=STSv1", "MTA-STS");
    look("_smtp._tls." + from_, "v=TLSRPTv1", "TLS-RPT");
    if (policy_ == "quarantine" || policy_ == "reject") look("default._bimi." + from_, "v=BIMI1", "BIMI");
    if (!missing.empty())
      say(Level::note, "dns", fmt::format("{} could be set for {}", join(missing, ", "), from_),
          "they protect mail to you, and BIMI shows your logo; none is needed to be delivered");
  }

  const config::Config& config_;
  Resolver& dns_;
  UtcTime now_;
  const std::function<void(Finding)>& add_;
  std::string from_;
  std::string envelope_;
  std::string policy_ = "none";
  std::map<std::string, std::string> organisations_;
};

}  // namespace

void examine_dns(const config::Config& config, Resolver& resolver, UtcTime now,
                 const std::function<void(Finding)>& add) {
  Examiner{config, resolver, now, add}.examine();
}

}  // namespace tidings::app
