#include "app/doctor_pages.hpp"

#include <fmt/format.h>

#include "base/curl.hpp"

namespace tidings::app {
namespace {

using Level = Finding::Level;

constexpr long timeout_ms = 10'000;

struct Answer {
  long status = 0;    ///< 0: none
  std::string error;  ///< why there is none
};

std::size_t ignore(char* /*bytes*/, std::size_t size, std::size_t count, void* /*to*/) {
  return size * count;
}

/// Without following redirects, as mail programs do. An empty `body` asks with GET.
Answer ask(const std::string& url, const std::string& body) {
  const auto easy = make_curl_easy();
  char error[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, timeout_ms);
  curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, error);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, ignore);
  if (!body.empty()) curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, body.c_str());
  const auto code = curl_easy_perform(easy.get());
  Answer answer;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  if (code != CURLE_OK) answer = {.status = 0, .error = error[0] != '\0' ? error : curl_easy_strerror(code)};
  return answer;
}

}  // namespace

void examine_pages(const config::Config& config, const std::function<void(Finding)>& add) {
  const auto say = [&add](Level level, std::string what, std::string hint = {}) {
    add({.level = level,
         .about = "pages",
         .what = std::move(what),
         .hint = std::move(hint),
         .code = Errc::try_again});
  };
  const auto& url = config.newsletter.public_url;
  if (url.empty()) return say(Level::note, "there is no public_url: readers leave by mail alone");
  const auto page = ask(url + "/subscribe", {});
  if (page.status != 200) {
    return say(Level::trouble,
               page.status == 0 ? fmt::format("{} does not answer: {}", url, page.error)
                                : fmt::format("{}/subscribe answers {}", url, page.status),
               "\"tidings serve\" has to run, and the web server to pass public_url on to it");
  }
  // A link of nobody: the page says that it is not valid, whoever asks.
  const auto link = url + "/u/doctor";
  const auto pressed = ask(link, "List-Unsubscribe=One-Click");
  const bool is_ours = pressed.status == 200 || pressed.status == 404 || pressed.status == 410;
  if (!is_ours) {
    return say(Level::trouble,
               pressed.status == 0 ? fmt::format("a POST to {} gets no answer: {}", link, pressed.error)
                                   : fmt::format("a POST to {} answers {}: one click cannot leave (RFC 8058)",
                                                 link, pressed.status),
               pressed.status / 100 == 3
                   ? "mail programs do not follow redirects: public_url must be the last address"
                   : "the web server in front must let POST through, without a login or a challenge");
  }
  say(Level::good, fmt::format("{} answers, and takes the POST of one click", url));
}

}  // namespace tidings::app
