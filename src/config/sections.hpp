// The readers of config.toml's sections, one file each; internal to config/config.
//
// Each reads its whole section, reports mistakes to the document and returns a value that is safe to use: the
// document's finish() decides. Defaults are here and nowhere else.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/reader.hpp"
#include "message/brand.hpp"

namespace tidings::config {

// config_checks.cpp: what several sections need
/// A mistake if the address has a non-ASCII local part: everybody's mail would carry it, and few mail servers
/// accept it (RFC 6531).
void check_ascii(TomlSection& section, std::string_view key, const MailAddress& address);
/// Empty text gives an empty mailbox.
[[nodiscard]] Mailbox read_mailbox(TomlSection& section, std::string_view key, const std::string& text);
/// One rule, or a list of them.
[[nodiscard]] std::vector<FilterRule> read_filter_rules(TomlSection& section, std::string_view key);
/// include and exclude.
[[nodiscard]] ContentFilter read_filter(TomlSection& section);
/// `name` must be a short plain word that is not in `taken` yet; it is added.
void check_name(TomlSection& section, const std::string& name, std::set<std::string>& taken,
                std::string_view noun);
/// KEY_file, KEY_env and KEY_command; at most one may be set.
[[nodiscard]] SecretPlace read_secret(TomlSection& section, const std::string& key);
/// [store] path, url and schema. The place asks for the password when it connects.
[[nodiscard]] store::Place read_place(TomlSection& store, const SecretPlace& password);
/// Text like "256KiB", in bytes; 0 after a mistake.
[[nodiscard]] std::int64_t read_size(TomlSection& section, std::string_view key, std::string_view fallback);

/// [store] mode and group.
[[nodiscard]] Access read_access(TomlSection& store);

/// [store] keep_...
[[nodiscard]] RetentionConfig read_retention(TomlSection& store);

/// Fails only if there is no time zone database.
[[nodiscard]] Result<NewsletterConfig> read_newsletter(TomlDocument& document);
/// `newsletter` gives the default of hello_name.
[[nodiscard]] SmtpConfig read_smtp(TomlDocument& document, const NewsletterConfig& newsletter);
/// [[relay]]: those beside `first`.
[[nodiscard]] std::vector<SmtpConfig> read_relays(TomlDocument& document, const NewsletterConfig& newsletter,
                                                  const SmtpConfig& first);
[[nodiscard]] DkimConfig read_dkim(TomlDocument& document);
[[nodiscard]] std::vector<SourceConfig> read_sources(TomlDocument& document);
/// [brand], or a digest's own; `base` gives the defaults.
[[nodiscard]] message::Brand read_brand(TomlSection section, const message::Brand& base);
/// [[rule]] and [[filter]]; `sources` are those they may name.
[[nodiscard]] std::vector<RuleConfig> read_rules(TomlDocument& document,
                                                 const std::vector<SourceConfig>& sources);
[[nodiscard]] std::vector<FilterConfig> read_filters(TomlDocument& document,
                                                     const std::vector<SourceConfig>& sources);
/// A change of them lets their sources be read anew, as every change of what decides what is read.
void note_rules(std::vector<SourceConfig>& sources, const std::vector<RuleConfig>& rules,
                const std::vector<FilterConfig>& filters);
/// The texts of `sources`, each the name of one of them.
[[nodiscard]] std::vector<std::string> read_source_names(TomlSection& section,
                                                         const std::vector<SourceConfig>& sources);
/// `newsletter` gives the defaults of title and list_id, `brand` those of a digest's brand; `sources` are
/// those a digest may name.
[[nodiscard]] std::vector<DigestConfig> read_digests(TomlDocument& document,
                                                     const NewsletterConfig& newsletter,
                                                     const message::Brand& brand,
                                                     const std::vector<SourceConfig>& sources);
[[nodiscard]] std::vector<TopicConfig> read_topics(TomlDocument& document);
[[nodiscard]] std::vector<subscriber::FieldRule> read_fields(TomlDocument& document);
[[nodiscard]] DeliveryConfig read_delivery(TomlDocument& document);
/// `newsletter` gives the default of forward_to, the place of the database that of unmatched.
[[nodiscard]] BounceConfig read_bounce(TomlDocument& document, const NewsletterConfig& newsletter,
                                       const std::filesystem::path& store_path);
/// `newsletter` and `web` give the default of url.
[[nodiscard]] ArchiveConfig read_archive(TomlDocument& document, const NewsletterConfig& newsletter,
                                         const WebConfig& web);
[[nodiscard]] WebConfig read_web(TomlDocument& document);
[[nodiscard]] HooksConfig read_hooks(TomlDocument& document);

}  // namespace tidings::config
