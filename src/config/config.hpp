// The configuration: config.toml read and checked, with every default filled in.
//
// The rooms below never see Config: each gets its own small options. Relative paths and file: URLs are
// relative to the file's folder, and absolute here. It holds no secrets, only where to find them
// (config/secret.hpp). Any mistake is Errc::config with "file:line:column: what" and a hint.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/content_filter.hpp"
#include "base/file.hpp"
#include "base/mail_address.hpp"
#include "base/result.hpp"
#include "base/zone.hpp"
#include "bounce/policy.hpp"
#include "bounce/unmatched.hpp"
#include "delivery/relay.hpp"
#include "delivery/transport.hpp"
#include "digest/schedule.hpp"
#include "digest/sections.hpp"
#include "digest/select.hpp"
#include "message/brand.hpp"
#include "message/view.hpp"
#include "post/normalise.hpp"
#include "source/entry_rules.hpp"
#include "source/page.hpp"
#include "source/source.hpp"
#include "store/place.hpp"
#include "subscriber/field.hpp"

namespace tidings::config {

/// Where to find a secret; at most one of the three is set.
struct SecretPlace {
  std::filesystem::path file;
  std::string environment;
  std::string command;

  [[nodiscard]] bool is_set() const { return !file.empty() || !environment.empty() || !command.empty(); }
};

struct NewsletterConfig {
  std::string name;
  Mailbox from;
  std::optional<Mailbox> reply_to;
  Mailbox editor;                  ///< who gets drafts for review; reply_to, else from, if not set
  std::string list_id;             ///< RFC 2919 identifier, without angle brackets
  std::string postal_address;      ///< may be empty; config check warns
  std::string public_url;          ///< without trailing slash; may be empty: no https unsubscribe links
  std::string unsubscribe_mailto;  ///< address for "unsubscribe TOKEN" mails; if not set, [bounce]
                                   ///< address where it is read, else From
  Zone zone;
  std::string language;
};

/// How mail is sent other than by SMTP or LMTP, from the scheme of [smtp] url.
enum class LocalWay { none, sendmail, maildir, drop };

struct SmtpConfig {
  std::string url;
  LocalWay local_way = LocalWay::none;
  std::filesystem::path local_path;  ///< of sendmail:, maildir: and drop:
  std::string username;
  SecretPlace password;
  delivery::Tls tls = delivery::Tls::require;
  std::filesystem::path ca_file;
  int connections = 4;
  double rate_per_second = 0;            ///< 0: no limit
  int per_hour = 0;                      ///< 0: no limit
  int weight = 1;                        ///< share among several relays; 0 stands in for the others
  std::chrono::milliseconds patience{};  ///< how long a run waits for a paused relay
  int messages_per_connection = 100;
  int window = 4;
  delivery::Dialect dialect = delivery::Dialect::chunking;
  std::string name;        ///< the relay's name for people; host:port if not set, empty for a local way
  std::string hello_name;  ///< EHLO; the From domain if not set
  std::string auth;        ///< SASL mechanism; PLAIN if not set
  delivery::PhaseTimeouts timeouts;
};

struct DkimConfig {
  std::string domain;
  std::string selector;
  std::filesystem::path key_file;
  std::string ed25519_selector;
  std::filesystem::path ed25519_key_file;
  bool signed_by_relay = false;
};

/// How a source is asked, besides its URL.
struct SourceAccess {
  std::string username;  ///< HTTP Basic
  SecretPlace password;
  SecretPlace bearer;  ///< Authorization: Bearer
  std::string header;  ///< name of a header that proves who we are
  SecretPlace header_value;
  std::string proxy;  ///< http://, https:// or socks5h://HOST:PORT
};

/// [[rule]]: what becomes of posts as they are read.
struct RuleConfig {
  std::vector<std::string> sources;  ///< empty: all
  source::EntryRule rule;
};

/// [[filter]]: a program that looks at new posts.
struct FilterConfig {
  std::string name;
  std::vector<std::string> command;
  std::vector<std::string> sources;  ///< empty: all
  std::chrono::milliseconds timeout{};
  std::int64_t max_bytes = 0;  ///< of its answer
  int max_posts = 0;           ///< at one run
};

struct SourceConfig {
  source::SourceSpec spec;
  std::vector<std::string> topics;
  ContentFilter filter;        ///< include and exclude
  source::Limits limits;       ///< max_entries and max_tags
  std::int64_t max_bytes = 0;  ///< of one answer
  post::Content content = post::Content::automatic;
  bool images_from_page = false;
  std::optional<std::chrono::milliseconds> interval;  ///< at least so long between two readings
  SourceAccess access;
  bool allow_private_address = false;
  source::PageXPaths xpaths;  ///< kind = "page"
  int weight = 0;             ///< order = "weight": heavier sources first
  std::string
      site_url;  ///< kind = "markdown": where the posts are published; "command": the base of relative links
  std::string permalinks;  ///< kind = "markdown": pattern of the posts' addresses; see source/permalink.hpp
  std::vector<std::string> command;           ///< kind = "command": program and arguments
  std::vector<std::string> strip_parameters;  ///< to remove from links, besides the well-known ones
};

/// [[topic]]: how readers see a topic.
struct TopicConfig {
  std::string name;
  std::string title;        ///< the name if not set
  std::string description;  ///< may be empty
};

/// Whether newcomers get a digest: without asking, if they choose it, or only by the publisher.
enum class SignUp { preset, offered, hidden };

struct DigestConfig {
  std::string name;
  std::string title;    ///< the newsletter's name if not set
  std::string list_id;  ///< RFC 2919; one per digest, because one click leaves one list
  std::string schedule_text;
  digest::Schedule schedule;
  bool local_time = false;           ///< each reader gets it at the schedule's hour where they are
  std::vector<std::string> sources;  ///< empty: all
  std::vector<std::string> topics;   ///< empty: all
  ContentFilter filter;              ///< include and exclude
  int min_posts = 1;
  int max_posts = 0;                  ///< 0: no limit; never less than min_posts
  std::optional<int> max_per_source;  ///< none: a fair share when max_posts cuts; 0: no limit
  digest::Overflow overflow = digest::Overflow::wait;
  std::optional<std::chrono::milliseconds> max_age;
  digest::GroupBy group_by = digest::GroupBy::day;
  digest::Order order = digest::Order::newest;
  bool near_duplicates = true;  ///< one story that several sources tell in nearly the same words appears once
  enum class Content { excerpt, full, title } content = Content::excerpt;
  int excerpt_words = 60;
  std::string subject;        ///< a template; empty: the theme's
  std::string preheader;      ///< empty: made from the titles
  std::string subject_place;  ///< in config.toml, for errors
  std::string preheader_place;
  std::filesystem::path intro_file;  ///< Markdown
  std::filesystem::path intro_once;  ///< Markdown for the next edition, in place of intro_file
  std::string theme;
  bool hold_on_source_error = false;
  SignUp sign_up = SignUp::preset;  ///< of a form, where one rhythm of the same posts is the default
  bool in_every = true;  ///< in "every digest" of commands and files: sign_up does not say otherwise
  /// Who joins within this time of an edition's sending gets it; none: nobody does.
  std::optional<std::chrono::milliseconds> late_joiners;
  bool archive = true;  ///< its editions are in the archive
  bool review = false;  ///< editions are drafts until they are approved
  std::optional<std::chrono::milliseconds>
      review_until;  ///< after the scheduled time; none: a draft waits forever
  enum class Unapproved { hold, send } unapproved = Unapproved::hold;  ///< what happens then
  bool inline_images = false;           ///< pictures are sent with the mail; see edition/inline_images.hpp
  bool measure_images = true;           ///< see edition/picture_sizes.hpp
  std::int64_t image_limit_bytes = 0;   ///< one picture
  std::int64_t images_limit_bytes = 0;  ///< all pictures of a mail, before base64
  message::Contents contents = message::Contents::automatic;
  enum class TextLinks { none, footnotes } text_links = TextLinks::none;  ///< of excerpts, in plain text
  message::Brand brand;  ///< the newsletter's where the digest says nothing else
  Mailbox from;          ///< likewise
  std::optional<Mailbox> reply_to;
  std::optional<std::chrono::milliseconds> expires;  ///< Expires: so long after the scheduled time
  bool forwarded = true;      ///< a line for those whom a reader forwards the mail to, if they can subscribe
  bool reading_time = false;  ///< each post says how long it takes
  enum class Campaign { off, utm } campaign = Campaign::off;  ///< parameters on links to posts
  std::vector<digest::Section> sections;

  /// Whether the digest takes posts from the source of that name.
  [[nodiscard]] bool takes(std::string_view source) const {
    return sources.empty() || std::find(sources.begin(), sources.end(), source) != sources.end();
  }
};

/// Where readers find the output of "archive build".
struct ArchiveConfig {
  std::string url;    ///< without trailing slash; empty: no "view in browser". Default: where [web] shows it
  bool epub = false;  ///< each edition also as a book, with an OPDS catalogue
};

struct DeliveryConfig {
  std::chrono::milliseconds give_up_after{std::chrono::hours{48}};
  bool retry_in_doubt = true;
  std::chrono::milliseconds max_lateness{std::chrono::hours{36}};
  std::chrono::milliseconds lease{std::chrono::seconds{30}};  ///< of a block, see delivery/blocks.hpp
  std::vector<delivery::DomainLimit> per_domain;
};

struct BounceConfig {
  /// Where reports come back: each delivery gets local+TOKEN@domain as its envelope sender. Absent: the From
  /// address gets them, and reports cannot be told apart.
  std::optional<MailAddress> address;
  std::filesystem::path maildir;  ///< read by "bounce ingest" by default; empty: none
  std::string mailbox;            ///< imap(s):// or pop3(s):// URL, read likewise; empty: none
  std::string username;
  SecretPlace password;
  bool mailbox_in_clear = false;  ///< tls = "off": loopback only
  std::filesystem::path ca_file;
  std::string folder = "INBOX";
  std::string done_folder;
  bool delete_mails = false;
  bool piped = false;  ///< pipe = true: the mail server hands each mail for `address` to "bounce ingest"
  std::filesystem::path unmatched;  ///< folder for mail that is not a report; beside the database if not set
  bounce::UnmatchedLimit unmatched_limit{};
  std::optional<Mailbox>
      forward_to;  ///< who gets what people write to an address that we read; none: it stays in `unmatched`
  int forward_per_hour = 30;
  bounce::PolicyOptions policy{};

  /// Whether mail to `address` reaches "bounce ingest", as far as the configuration shows.
  [[nodiscard]] bool is_read() const { return address && (piped || has_mailbox()); }
  [[nodiscard]] bool has_mailbox() const { return !maildir.empty() || !mailbox.empty(); }
};

/// What follows a confirmation: nothing, a mail, or the mail and the latest edition.
enum class Welcome { none, mail, latest };

struct WebConfig {
  std::string host = "127.0.0.1";
  int port = 8080;
  std::string theme;              ///< of pages and notices
  std::filesystem::path archive;  ///< folder served as /archive; empty: none
  std::string metrics_host;       ///< a separate listener for /metrics; empty: none
  int metrics_port = 0;
  std::vector<std::string> trusted_proxies;  ///< besides loopback
  int max_connections = 10'000;
  Welcome welcome = Welcome::none;
  bool goodbye = false;                          ///< and after leaving
  std::chrono::milliseconds reconfirm_within{};  ///< to answer when asked once more
  std::vector<std::string> webhooks;             ///< of which relays, e.g. "ses"; served as /hooks/NAME
  std::vector<std::string> ses_topics;
  SecretPlace mailgun_key;
  SecretPlace sendgrid_key;
  SecretPlace postmark_login;
  SecretPlace brevo_token;
  SecretPlace api_key;                     ///< of POST /api/subscribe; not set: there is none
  std::vector<std::string> api_origins;    ///< whose pages may call it from a browser
  std::vector<std::string> embed_origins;  ///< whose pages may show /embed in a frame; empty: there is none
  std::vector<std::string> blocked_domains;
  std::filesystem::path blocked_domains_file;  ///< more of them, one a line; empty: none
};

/// How long what editions leave behind is kept; none: for ever. See app/retention.hpp.
struct RetentionConfig {
  using Time = std::optional<std::chrono::milliseconds>;
  Time bodies{std::chrono::hours{24 * 90}};       ///< the mails of finished editions
  Time deliveries{std::chrono::hours{24 * 120}};  ///< who got which edition
  Time posts{std::chrono::hours{24 * 400}};       ///< the texts of posts that no digest owes any more
  Time log{std::chrono::hours{24 * 90}};  ///< attempts that failed, mails that were read, mail for nobody
};

/// Programs and addresses that are told what happens; see app/hooks.hpp.
struct HooksConfig {
  std::vector<std::string> on_edition_sent;  ///< program and arguments; empty: none
  std::vector<std::string> on_relay_paused;
  std::vector<std::string> on_source_failing;
  std::vector<std::string> on_trouble;
  std::chrono::milliseconds timeout{std::chrono::seconds{30}};
  std::string ping_success;        ///< URL that a good run asks for; empty: none
  std::string ping_failure;        ///< and one that failed
  std::optional<Mailbox> mail_to;  ///< who gets the day's trouble
};

/// One effective setting, for `config show`.
struct Setting {
  std::string section;  ///< "newsletter", "source \"harbour\""
  std::string key;
  std::string value;  ///< as TOML
  bool is_default = false;
};

struct Config {
  std::filesystem::path file;    ///< absolute
  std::filesystem::path folder;  ///< of the file
  NewsletterConfig newsletter;
  message::Brand brand;
  store::Place store;  ///< [store] path, url, schema
  SecretPlace store_password;
  Access access;  ///< [store] mode and group, for everything that we write
  RetentionConfig keep;
  SmtpConfig smtp;
  std::vector<SmtpConfig> more_relays;  ///< [[relay]]: share the work with [smtp], or stand in
  DkimConfig dkim;
  std::vector<SourceConfig> sources;
  std::vector<RuleConfig> rules;      ///< [[rule]], in the file's order
  std::vector<FilterConfig> filters;  ///< [[filter]], in the file's order
  std::vector<DigestConfig> digests;
  std::vector<TopicConfig> topics;            ///< [[topic]], in the file's order
  std::vector<subscriber::FieldRule> fields;  ///< [[field]], likewise
  DeliveryConfig delivery;
  BounceConfig bounce;
  ArchiveConfig archive;
  WebConfig web;
  HooksConfig hooks;
  std::vector<Setting> settings;      ///< everything that was read or defaulted, in order
  std::vector<std::string> warnings;  ///< legal but unwise; single lines with place

  /// Names of the variables that hold secrets, from all keys ending in _env.
  [[nodiscard]] std::vector<std::string> secret_variables() const;

  [[nodiscard]] const DigestConfig* find_digest(std::string_view name) const;
  [[nodiscard]] const SourceConfig* find_source(std::string_view name) const;
  /// Errc::no_input with the nearest name if there is no such digest.
  [[nodiscard]] Result<const DigestConfig*> digest(std::string_view name) const;
};

/// Whether both choose the same posts: then they differ in rhythm, and a reader wants one of them.
[[nodiscard]] bool bring_same_posts(const DigestConfig& one, const DigestConfig& other);

/// Whether mail to both reaches the same mailbox, ignoring case and anything after a plus sign.
[[nodiscard]] bool same_mailbox(const MailAddress& one, const MailAddress& other);

/// Reads and checks the file, and applies its process-wide settings: who may read what we write
/// (base/file.hpp), and which variables child programs do not see (base/environment.hpp). Errc::no_input if
/// it does not exist.
[[nodiscard]] Result<Config> load_config(const std::filesystem::path& file);

/// The same from text, for tests; `file` is the place in messages and gives the folder of relative paths.
[[nodiscard]] Result<Config> parse_config(std::string_view text, const std::filesystem::path& file);

/// `given`, else ./config.toml, else /etc/tidings/config.toml. Errc::no_input says where it looked.
[[nodiscard]] Result<std::filesystem::path> find_config(const std::filesystem::path& given);

}  // namespace tidings::config
