#include "edition/preflight.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "base/url.hpp"
#include "post/html_links.hpp"
#include "post/normalise.hpp"
#include "source/fetch.hpp"

namespace tidings::edition {
namespace {

constexpr std::size_t most_links = 200;
constexpr int longest_subject = 78;  // the most that inboxes show; RFC 5322 advises no longer lines

struct SpamWords {
  std::string_view language;
  std::array<std::string_view, 8> words;  // folded; empty ones are unused
};

// Words and phrases that common content filters score in subjects.
constexpr std::array spam_words{
    SpamWords{"en", {"free", "act now", "winner", "100%", "urgent", "limited time", "click here", "cash"}},
    SpamWords{"de",
              {"gratis", "kostenlos", "gewinn", "jetzt zugreifen", "dringend", "100%", "geld verdienen",
               "nur heute"}},
    SpamWords{"el", {"δωρεάν", "κερδίστε", "επείγον", "προσφορά", "100%", "μόνο σήμερα", "χρήματα", ""}},
    SpamWords{"es", {"gratis", "urgente", "gana dinero", "oferta", "100%", "haz clic", "solo hoy", "premio"}},
    SpamWords{"fr", {"gratuit", "urgent", "gagnez", "offre", "100%", "cliquez ici", "argent", "cadeau"}},
    SpamWords{"it", {"gratis", "urgente", "vinci", "offerta", "100%", "clicca qui", "soldi", "solo oggi"}},
    SpamWords{"pt", {"grátis", "urgente", "ganhe", "oferta", "100%", "clique aqui", "dinheiro", "só hoje"}},
    SpamWords{"ru", {"бесплатно", "срочно", "выигр", "скидк", "100%", "деньги", "только сегодня", "подарок"}},
    SpamWords{"tr", {"bedava", "ücretsiz", "acil", "kazan", "100%", "hemen tıkla", "para", "fırsat"}},
    SpamWords{"ar", {"مجان", "عاجل", "اربح", "عرض", "100%", "اضغط هنا", "نقود", "هدية"}},
    SpamWords{"ja", {"無料", "至急", "当選", "限定", "100%", "今すぐ", "稼げる", ""}},
    SpamWords{"nl",
              {"gratis", "dringend", "winnaar", "aanbieding", "100%", "klik hier", "geld verdienen",
               "alleen vandaag"}},
    SpamWords{
        "sv",
        {"gratis", "brådskande", "vinnare", "erbjudande", "100%", "klicka här", "pengar", "bara i dag"}},
    SpamWords{"pl",
              {"za darmo", "pilne", "wygraj", "promocja", "100%", "kliknij tutaj", "zarabiaj", "tylko dziś"}},
    SpamWords{
        "uk",
        {"безкоштовно", "терміново", "виграй", "знижк", "100%", "гроші", "тільки сьогодні", "подарунок"}},
    SpamWords{"ko", {"무료", "긴급", "당첨", "한정", "100%", "클릭", "돈 버는", "공짜"}},
    SpamWords{"he", {"חינם", "דחוף", "זכית", "מבצע", "100%", "לחצו כאן", "כסף קל", "מתנה"}},
    SpamWords{"fa", {"رایگان", "فوری", "برنده", "تخفیف", "100%", "کلیک کنید", "پول", "هدیه"}},
    SpamWords{"zh", {"免费", "紧急", "中奖", "限时", "100%", "点击", "赚钱", "赢取"}},
};

bool is_word_byte(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// Latin words must be separate ("free" is not in "freedom"); other scripts inflect or have no blanks.
bool says(std::string_view text, std::string_view word) {
  const bool latin = std::ranges::all_of(word, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    if (!latin ||
        ((at == 0 || !is_word_byte(text[at - 1])) && (end == text.size() || !is_word_byte(text[end]))))
      return true;
  }
  return false;
}

bool shouts(std::string_view text) {
  std::size_t upper = 0;
  std::size_t letters = 0;
  for (const char c : text) {
    upper += static_cast<std::size_t>(c >= 'A' && c <= 'Z');
    letters += static_cast<std::size_t>((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'));
  }
  return letters >= 8 && upper * 10 > letters * 7;
}

std::string host_of(const std::string& url) {
  const auto parsed = parse_url(url);
  return parsed ? ascii_lower(parsed->host) : std::string{};
}

/// One pass over links of different hosts, so that a dead host costs one timeout.
struct LinkCheck {
  const config::Config& config;
  std::set<std::string> private_hosts;
  std::set<std::string> silent_hosts;
  std::vector<std::string> lines;

  void ask(const std::vector<std::string>& urls) {
    std::vector<source::FetchRequest> requests;
    for (const auto& url : urls) {
      source::FetchRequest request;
      request.url = url;
      request.reach =
          private_hosts.contains(host_of(url)) ? source::Reach::anywhere : source::Reach::public_only;
      requests.push_back(std::move(request));
    }
    source::FetchOptions options;
    options.timeout = std::chrono::seconds{8};
    options.max_bytes = 256 * 1024;
    options.max_redirects = 5;
    options.parallel = 8;
    if (!config.newsletter.public_url.empty())
      options.user_agent += " (+" + config.newsletter.public_url + ")";
    source::fetch_all(requests, options, [&](std::size_t index, source::FetchResult result) {
      const auto* const failed = std::get_if<source::FetchFailure>(&result);
      if (failed == nullptr) return;
      // A page longer than what we read exists.
      if (failed->status != 0 && failed->status < 400) return;
      if (failed->status == 0) silent_hosts.insert(host_of(urls[index]));
      lines.push_back("! link: " + failed->what);
    });
  }
};

void check_pictures(const std::vector<ShownPost>& posts, std::vector<std::string>& lines) {
  std::size_t without = 0;
  for (const auto& shown : posts) {
    const auto& post = shown.post;
    const auto title = post::display_title(post);
    if (post.image_url.empty()) ++without;
    if (!post.image_url.empty() && trim(post.image_alt).empty())
      lines.push_back(fmt::format("! picture without a description: {} ({})", title, post.image_url));
    for (auto at = post.html.find("<img"); at != std::string::npos; at = post.html.find("<img", at + 1)) {
      const auto tag = std::string_view{post.html}.substr(at, post.html.find('>', at) - at);
      const bool described =
          tag.find(" alt=\"") != std::string_view::npos && tag.find(" alt=\"\"") == std::string_view::npos;
      if (!described && (post.image_url.empty() || tag.find(post.image_url) == std::string_view::npos)) {
        lines.push_back("! picture without a description in the text of: " + title);
        break;
      }
    }
  }
  if (without > 0 && !posts.empty())
    lines.push_back(fmt::format("{} of {} without a picture", without,
                                plural(static_cast<long long>(posts.size()), "post")));
}

}  // namespace

std::vector<std::string> judge_subject(std::string_view subject, std::string_view language) {
  std::vector<std::string> lines;
  const auto folded = fold_case(subject);
  for (const auto& each : spam_words) {
    if (!ascii_lower(language).starts_with(each.language)) continue;
    for (const auto word : each.words) {
      if (!word.empty() && says(folded, fold_case(word)))
        lines.push_back(
            fmt::format("! subject: spam filters count \"{}\" against it ({})", word, each.language));
    }
  }
  if (shouts(subject)) lines.emplace_back("! subject: nearly all capitals");
  if (std::ranges::count(subject, '!') > 1) lines.emplace_back("! subject: more than one exclamation mark");
  if (display_width(subject) > longest_subject) {
    lines.push_back(fmt::format("! subject: longer than {} columns; its end is cut off", longest_subject));
  }
  return lines;
}

std::vector<std::string> addresses_in(std::string_view html) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (auto& link : post::links_in(html)) {
    const bool is_web = link.url.starts_with("http://") || link.url.starts_with("https://");
    if (is_web && seen.insert(link.url).second) out.push_back(std::move(link.url));
  }
  return out;
}

std::vector<std::string> check_links(const config::Config& config, const std::vector<std::string>& urls) {
  LinkCheck check{.config = config, .private_hosts = {}, .silent_hosts = {}, .lines = {}};
  for (const auto& source : config.sources) {
    if (source.allow_private_address) check.private_hosts.insert(host_of(source.spec.url));
  }
  std::vector<std::string> first;
  std::vector<std::string> others;
  std::set<std::string> hosts;
  for (const auto& url : urls) {
    if (first.size() + others.size() == most_links) break;
    (hosts.insert(host_of(url)).second ? first : others).push_back(url);
  }
  check.ask(first);
  const auto unasked = std::erase_if(
      others, [&](const std::string& url) { return check.silent_hosts.contains(host_of(url)); });
  check.ask(others);
  std::ranges::sort(check.lines);
  if (unasked > 0)
    check.lines.push_back(fmt::format("! {} not checked: no answer from the host",
                                      plural(static_cast<long long>(unasked), "link")));
  const auto checked = static_cast<long long>(first.size()) + static_cast<long long>(others.size());
  check.lines.push_back(fmt::format("{} checked, pictures included", plural(checked, "link")));
  if (urls.size() > most_links)
    check.lines.push_back(fmt::format("{} more not checked", urls.size() - most_links));
  return check.lines;
}

std::vector<std::string> preflight(const config::Config& config, const Preview& preview,
                                   const std::vector<ShownPost>& posts) {
  std::vector<std::string> lines;
  std::set<std::string> subjects;
  std::vector<std::string> urls;
  for (const auto& segment : preview.segments) {
    if (subjects.insert(segment.subject).second) {
      for (auto& line : judge_subject(segment.subject, segment.language)) lines.push_back(std::move(line));
    }
    for (auto& url : addresses_in(segment.html)) {
      const bool ours =
          !config.newsletter.public_url.empty() && url.starts_with(config.newsletter.public_url);
      const bool archive =
          !config.archive.url.empty() &&
          url.starts_with(config.archive.url);  // its page appears when the edition is sealed
      if (!ours && !archive && std::ranges::find(urls, url) == urls.end()) urls.push_back(std::move(url));
    }
  }
  std::size_t heaviest = 0;
  for (const auto& segment : preview.segments) heaviest = std::max(heaviest, segment.html.size());
  lines.push_back(fmt::format("{}size: {} of {} of HTML", heaviest > html_budget_bytes ? "! " : "",
                              format_size(static_cast<std::int64_t>(heaviest)),
                              format_size(static_cast<std::int64_t>(html_budget_bytes))));
  for (auto& line : check_links(config, urls)) lines.push_back(std::move(line));
  check_pictures(posts, lines);
  return lines;
}

}  // namespace tidings::edition
