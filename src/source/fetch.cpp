#include "source/fetch.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>
#include <deque>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/check.hpp"
#include "base/codec.hpp"
#include "base/curl.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "base/url.hpp"
#include "source/address_guard.hpp"
#include "source/bot_check.hpp"

namespace tidings::source {
namespace {

using std::chrono::seconds;

/// A URL for messages: without user name and password.
std::string shown(const std::string& url) {
  const auto parsed = parse_url(url);
  return parsed ? parsed->text() : std::string{truncate_utf8(collapse_blanks(clean_utf8(url)), 200)};
}

FetchFailure failure(const std::string& url, const std::string& why) {
  FetchFailure made;
  made.what = shown(url) + ": " + why;
  return made;
}

// ---- files
// ----------------------------------------------------------------------------------------------------------

std::filesystem::path path_of_file_url(std::string_view url) {
  auto rest = url.substr(5);
  if (rest.starts_with("//localhost/")) {
    rest.remove_prefix(11);
  } else if (rest.starts_with("//")) {
    rest.remove_prefix(2);
  }
  return percent_decode(rest);
}

FetchResult fetch_file(const FetchRequest& request, const FetchOptions& options) {
  const auto path = path_of_file_url(request.url);
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return failure(request.url, std::strerror(errno));
  if (!S_ISREG(facts.st_mode)) return failure(request.url, "not a file");
  Fetched fetched;
  // Size and time in nanoseconds, taken before reading: a file that changes meanwhile is read again next
  // time.
  fetched.etag = "file:" + std::to_string(facts.st_size) + "-" + std::to_string(facts.st_mtim.tv_sec) + "." +
                 std::to_string(facts.st_mtim.tv_nsec);
  if (fetched.etag == request.etag) return NotModified{};
  auto bytes = read_file(path, request.max_bytes.value_or(options.max_bytes));
  if (!bytes) return failure(request.url, bytes.error().what);
  fetched.bytes = *std::move(bytes);
  fetched.final_url = request.url;
  return fetched;
}

// ---- http(s)
// --------------------------------------------------------------------------------------------------------

/// The headers of the newest response; a redirect is followed by another.
struct Response {
  long status = 0;
  std::string etag;
  std::string last_modified;
  std::string content_type;
  std::string retry_after;
  std::string date;
  std::string cache_control;
};

struct Transfer {
  std::size_t index = 0;
  const FetchRequest* request = nullptr;
  const FetchOptions* options = nullptr;
  std::string host;
  std::string url;  ///< where this hop goes
  int hops = 0;     ///< redirects that we followed ourselves
  CurlEasy handle;
  CurlList headers;
  std::array<char, CURL_ERROR_SIZE> error_text{};
  Response answer;
  std::vector<long> redirects;  ///< statuses on the way
  std::string bytes;
  bool too_big = false;
  bool has_enough = false;  ///< FetchRequest::first_bytes
  std::string refused_address;

  [[nodiscard]] std::int64_t max_bytes() const { return request->max_bytes.value_or(options->max_bytes); }
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const auto length = size * count;
  if (const auto& wanted = transfer.request->first_bytes) {
    const auto room = static_cast<std::size_t>(*wanted) - transfer.bytes.size();
    transfer.bytes.append(data, std::min(length, room));
    transfer.has_enough = length >= room;
    return transfer.has_enough ? CURL_WRITEFUNC_ERROR : length;
  }
  if (static_cast<std::int64_t>(transfer.bytes.size() + length) > transfer.max_bytes()) {
    transfer.too_big = true;
    return CURL_WRITEFUNC_ERROR;
  }
  transfer.bytes.append(data, length);
  return length;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::string_view line = trim({data, size * count});
  if (line.starts_with("HTTP/")) {
    const auto old = transfer.answer.status;
    if (old >= 300 && old < 400 && old != 304) transfer.redirects.push_back(old);
    transfer.answer = {};
    const auto blank = line.find(' ');
    if (blank != std::string_view::npos) {
      const auto code = line.substr(blank + 1, 3);
      std::from_chars(code.data(), code.data() + code.size(), transfer.answer.status);
    }
    return size * count;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return size * count;
  const auto name = ascii_lower(trim(line.substr(0, colon)));
  constexpr std::size_t longest = 4096;
  const std::string value{trim(line.substr(colon + 1)).substr(0, longest)};
  auto& answer = transfer.answer;
  if (name == "etag") answer.etag = value;
  if (name == "last-modified") answer.last_modified = value;
  if (name == "content-type") answer.content_type = value;
  if (name == "retry-after") answer.retry_after = value;
  if (name == "date") answer.date = value;
  if (name == "cache-control") answer.cache_control = value;
  return size * count;
}

std::string numeric_of(const curl_sockaddr& address) {
  std::array<char, 64> text{};
  if (::getnameinfo(&address.addr, address.addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) !=
      0)
    return "an address";
  return text.data();
}

/// Before a socket is created: refuses the address, whatever name led to it.
curl_socket_t on_open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  const bool guarded = transfer.request->reach == Reach::public_only && transfer.request->proxy.empty();
  if (guarded && !is_public_address(address->addr)) {
    transfer.refused_address = numeric_of(*address);
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// Before a request is sent, also on a connection opened by another request.
int on_request(void* self, char* remote, char*, int, int) {
  auto& transfer = *static_cast<Transfer*>(self);
  const bool free = transfer.request->reach == Reach::anywhere || !transfer.request->proxy.empty();
  if (free || is_public_address(std::string_view{remote})) return CURL_PREREQFUNC_OK;
  transfer.refused_address = remote;
  return CURL_PREREQFUNC_ABORT;
}

/// Seconds, or an HTTP date relative to the response's own (RFC 9110 section 10.2.3).
std::optional<seconds> retry_after_of(const Response& answer) {
  if (answer.retry_after.empty()) return std::nullopt;
  int value = 0;
  const auto* const end = answer.retry_after.data() + answer.retry_after.size();
  const auto [stop, error] = std::from_chars(answer.retry_after.data(), end, value);
  if (error == std::errc{} && stop == end) return seconds{std::max(value, 0)};
  const std::time_t at = curl_getdate(answer.retry_after.c_str(), nullptr);
  const std::time_t now =
      answer.date.empty() ? std::time(nullptr) : curl_getdate(answer.date.c_str(), nullptr);
  if (at == -1 || now == -1) return std::nullopt;
  return seconds{std::max<std::time_t>(at - now, 0)};
}

std::optional<seconds> max_age_of(const Response& answer) {
  const auto lower = ascii_lower(answer.cache_control);
  if (lower.find("no-cache") != std::string::npos || lower.find("no-store") != std::string::npos)
    return std::nullopt;
  const auto found = lower.find("max-age=");
  if (found == std::string::npos) return std::nullopt;
  long value = 0;
  const auto digits = std::string_view{lower}.substr(found + 8);
  if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc{} || value < 0)
    return std::nullopt;
  return seconds{value};
}

template <class Value>
void set(Transfer& transfer, CURLoption option, Value value) {
  TIDINGS_CHECK(curl_easy_setopt(transfer.handle.get(), option, value) == CURLE_OK);
}

/// Whether we follow redirects ourselves, hop by hop: libcurl would send a header of ours to any host, and
/// cannot ask what a proxy may reach.
bool is_led_by_hand(const FetchRequest& request) { return request.login.is_set() || !request.proxy.empty(); }

/// What proves who we are, if this hop goes to the host that it is for.
void append_login(Transfer& transfer) {
  const auto& request = *transfer.request;
  const auto& login = request.login;
  if (!is_same_host(transfer.url, request.url)) return;
  if (!login.username.empty())
    append(transfer.headers, "Authorization: Basic " + base64_encode(login.username + ":" + login.password));
  if (!login.bearer.empty()) append(transfer.headers, "Authorization: Bearer " + login.bearer);
  if (!login.header.empty()) append(transfer.headers, login.header);
}

/// An address or name of this host or a private network, as far as the URL itself tells.
bool is_private_host(const std::string& url) {
  const auto parsed = parse_url(url);
  if (!parsed) return true;
  const auto& host = parsed->host;
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  const bool is_address = ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
                          ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
  return is_address && !is_public_address(std::string_view{host});
}

void prepare(Transfer& transfer) {
  const auto& request = *transfer.request;
  const auto& options = *transfer.options;
  const bool by_hand = is_led_by_hand(request);
  transfer.handle = make_curl_easy();
  transfer.headers = {};
  set(transfer, CURLOPT_URL, transfer.url.c_str());
  set(transfer, CURLOPT_PROTOCOLS_STR, "http,https");
  set(transfer, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  // A proxy of the environment would connect in our stead, past the check of addresses.
  set(transfer, CURLOPT_PROXY, request.proxy.c_str());
  set(transfer, CURLOPT_USERAGENT, options.user_agent.c_str());
  set(transfer, CURLOPT_ACCEPT_ENCODING, "");
  set(transfer, CURLOPT_COOKIEFILE, "");  // kept for this transfer: some hosts redirect in a circle without
  set(transfer, CURLOPT_FOLLOWLOCATION, options.max_redirects > 0 && !by_hand ? 1L : 0L);
  set(transfer, CURLOPT_MAXREDIRS, static_cast<long>(options.max_redirects));
  set(transfer, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  set(transfer, CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(std::min<std::int64_t>(options.timeout.count(), 10'000)));
  if (request.first_bytes) {
    set(transfer, CURLOPT_RANGE, fmt::format("0-{}", *request.first_bytes - 1).c_str());
  } else {
    set(transfer, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(transfer.max_bytes()));
  }
  set(transfer, CURLOPT_ERRORBUFFER, transfer.error_text.data());
  set(transfer, CURLOPT_WRITEFUNCTION, &on_body);
  set(transfer, CURLOPT_WRITEDATA, &transfer);
  set(transfer, CURLOPT_HEADERFUNCTION, &on_header);
  set(transfer, CURLOPT_HEADERDATA, &transfer);
  set(transfer, CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
  set(transfer, CURLOPT_OPENSOCKETDATA, &transfer);
  set(transfer, CURLOPT_PREREQFUNCTION, &on_request);
  set(transfer, CURLOPT_PREREQDATA, &transfer);
  set(transfer, CURLOPT_PRIVATE, &transfer);
  append(
      transfer.headers,
      "Accept: application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
      "application/xml;q=0.8, text/xml;q=0.8, text/html;q=0.5, */*;q=0.3");
  const auto single_line = [](const std::string& value) {
    return value.find_first_of("\r\n") == std::string::npos;
  };
  append_login(transfer);
  if (!request.etag.empty() && single_line(request.etag))
    append(transfer.headers, "If-None-Match: " + request.etag);
  if (!request.last_modified.empty() && single_line(request.last_modified)) {
    append(transfer.headers, "If-Modified-Since: " + request.last_modified);
  }
  set(transfer, CURLOPT_HTTPHEADER, transfer.headers.get());
}

/// Only for the address in the configuration: a redirect must not suggest a way in.
std::string_view way_in(const Transfer& transfer) {
  long redirects = 0;
  curl_easy_getinfo(transfer.handle.get(), CURLINFO_REDIRECT_COUNT, &redirects);
  return redirects == 0 && transfer.hops == 0
             ? " (allow_private_address = true in its [[source]] permits that)"
             : "";
}

FetchFailure broken(const Transfer& transfer, CURLcode code) {
  const auto& options = *transfer.options;
  const auto& url = transfer.request->url;
  FetchFailure made;
  if (!transfer.refused_address.empty()) {
    made = failure(url, "refused: it leads to " + transfer.refused_address +
                            ", which is not a public address" + std::string{way_in(transfer)});
  } else if (transfer.too_big || code == CURLE_FILESIZE_EXCEEDED) {
    made = failure(url, "longer than " + format_size(transfer.max_bytes()));
  } else if (code == CURLE_OPERATION_TIMEDOUT) {
    made = failure(url, "no complete answer within " + format_duration(options.timeout));
  } else if (code == CURLE_TOO_MANY_REDIRECTS) {
    made = failure(url, "more than " + plural(options.max_redirects, "redirect"));
  } else if (code == CURLE_PARTIAL_FILE) {
    made = failure(url, "the answer was cut off");
  } else {
    std::string_view detail{transfer.error_text.data()};
    if (detail.empty()) detail = curl_easy_strerror(code);
    made = failure(url, collapse_blanks(clean_utf8(detail)));
  }
  made.status = static_cast<int>(transfer.answer.status);
  return made;
}

/// A guard counts those who ask again and again.
constexpr seconds wait_after_check = std::chrono::hours{6};

FetchResult result_of(Transfer& transfer, CURLcode code) {
  if (code != CURLE_OK && !transfer.has_enough) return broken(transfer, code);
  const auto& answer = transfer.answer;
  const auto& redirects = transfer.redirects;
  const char* effective = nullptr;
  curl_easy_getinfo(transfer.handle.get(), CURLINFO_EFFECTIVE_URL, &effective);
  const std::string final_url = effective != nullptr ? effective : transfer.request->url;
  std::optional<std::string> moved_to;
  if (!redirects.empty() &&
      std::all_of(redirects.begin(), redirects.end(), [](long s) { return s == 301 || s == 308; })) {
    moved_to = final_url;
  }
  if (answer.status == 304)
    return NotModified{.moved_to = std::move(moved_to), .max_age = max_age_of(answer)};
  const auto guard = bot_check_of(transfer.bytes);
  const bool is_part = answer.status == 206 && transfer.request->first_bytes.has_value();
  const bool is_answer = answer.status == 200 || answer.status == 203 || answer.status == 226 || is_part;
  if (is_answer && guard.empty()) {
    return Fetched{.bytes = std::move(transfer.bytes),
                   .etag = answer.etag,
                   .last_modified = answer.last_modified,
                   .content_type = answer.content_type,
                   .final_url = final_url,
                   .moved_to = std::move(moved_to),
                   .max_age = max_age_of(answer)};
  }
  auto made = failure(transfer.request->url, "answered " + std::to_string(answer.status));
  made.status = static_cast<int>(answer.status);
  made.retry_after = retry_after_of(answer);
  made.gone = answer.status == 410;
  made.limited = answer.status == 429 || (answer.status == 503 && made.retry_after);
  if (made.gone) made.what += ": the source is permanently gone";
  if (made.limited) made.what += ": the server asks us to wait";
  if (!guard.empty()) {
    made.what += ": a check for people instead of the page (" + guard + "); ask its publisher for a feed";
    made.retry_after = std::max(made.retry_after.value_or(wait_after_check), wait_after_check);
    made.guarded = true;
  }
  return made;
}

/// Runs the transfers: at most `parallel` at once, one per host.
class Runner {
 public:
  Runner(std::span<const FetchRequest> requests, const FetchOptions& options, const FetchDone& done)
      : requests_(requests), options_(options), done_(done), multi_(make_curl_multi()) {}

  void run() {
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      const auto url = parse_url(requests_[i].url);
      waiting_.push_back(
          {.index = i, .host = url && is_web_url(requests_[i].url) ? url->host : std::string{}});
    }
    while (!waiting_.empty() || !active_.empty()) {
      start_what_may_start();
      int running = 0;
      TIDINGS_CHECK(curl_multi_perform(multi_.get(), &running) == CURLM_OK);
      if (!finish_what_is_done() && !active_.empty())
        curl_multi_poll(multi_.get(), nullptr, 0, 1000, nullptr);
    }
  }

 private:
  struct Waiting {
    std::size_t index = 0;
    std::string host;  ///< empty if it is not a web URL
  };

  void start_what_may_start() {
    std::deque<Waiting> later;
    while (!waiting_.empty() && static_cast<int>(active_.size()) < std::max(options_.parallel, 1)) {
      auto [index, host] = std::move(waiting_.front());
      waiting_.pop_front();
      const auto& request = requests_[index];
      if (request.url.starts_with("file:")) {
        done_(index, fetch_file(request, options_));
      } else if (host.empty()) {
        done_(index, failure(request.url, "not an http, https or file URL"));
      } else if (guarded_hosts_.contains(host)) {
        auto made = failure(request.url, "not asked: its host has just shown a check for people");
        made.retry_after = wait_after_check;
        done_(index, std::move(made));
      } else if (options_.budget && std::chrono::steady_clock::now() - begun_ > *options_.budget) {
        auto made = failure(request.url, "not asked: no time is left");
        made.not_asked = true;
        done_(index, std::move(made));
      } else if (busy_hosts_.contains(host)) {
        later.push_back({.index = index, .host = std::move(host)});
      } else {
        start(index, host);
      }
    }
    waiting_.insert(waiting_.begin(), std::make_move_iterator(later.begin()),
                    std::make_move_iterator(later.end()));
  }

  void start(std::size_t index, const std::string& host) {
    auto transfer = std::make_unique<Transfer>();
    transfer->index = index;
    transfer->request = &requests_[index];
    transfer->options = &options_;
    transfer->host = host;
    transfer->url = transfer->request->url;
    if (const auto& request = *transfer->request;
        !request.proxy.empty() && request.reach == Reach::public_only && is_private_host(request.url)) {
      done_(index, failure(request.url,
                           "refused, because it is not a public address (allow_private_address = "
                           "true in its [[source]] permits that)"));
      return;
    }
    prepare(*transfer);
    TIDINGS_CHECK(curl_multi_add_handle(multi_.get(), transfer->handle.get()) == CURLM_OK);
    busy_hosts_.insert(host);
    active_.push_back(std::move(transfer));
  }

  bool finish_what_is_done() {
    bool any = false;
    int left = 0;
    while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      any = true;
      CURL* const handle = message->easy_handle;
      const auto code = message->data.result;
      const auto found = std::find_if(active_.begin(), active_.end(),
                                      [&](const auto& each) { return each->handle.get() == handle; });
      TIDINGS_CHECK(found != active_.end());
      if (auto refused = code == CURLE_OK ? next_hop(**found) : std::optional<FetchFailure>{}) {
        finish(found, *std::move(refused));
        continue;
      }
      if ((*found)->handle.get() != handle) continue;  // it goes on
      finish(found, result_of(**found, code));
    }
    return any;
  }

  void finish(std::vector<std::unique_ptr<Transfer>>::iterator found, FetchResult result) {
    const auto transfer = std::move(*found);
    active_.erase(found);
    curl_multi_remove_handle(multi_.get(), transfer->handle.get());
    busy_hosts_.erase(transfer->host);
    const auto* const failed = std::get_if<FetchFailure>(&result);
    if (failed != nullptr && failed->guarded) guarded_hosts_.insert(transfer->host);
    done_(transfer->index, std::move(result));
  }

  /// Follows a redirect by hand, with a new handle; a reason not to, if there is one.
  std::optional<FetchFailure> next_hop(Transfer& transfer) {
    const auto& request = *transfer.request;
    const char* to = nullptr;
    curl_easy_getinfo(transfer.handle.get(), CURLINFO_REDIRECT_URL, &to);
    if (!is_led_by_hand(request) || to == nullptr) return std::nullopt;
    const std::string url = to;
    if (transfer.hops >= options_.max_redirects)
      return failure(request.url, "more than " + plural(options_.max_redirects, "redirect"));
    if (!is_web_url(url)) return failure(request.url, "leads to what is not an http or https URL");
    if (!request.proxy.empty() && request.reach == Reach::public_only && is_private_host(url))
      return failure(request.url, "refused: it leads to what is not a public address");
    curl_multi_remove_handle(multi_.get(), transfer.handle.get());
    transfer.redirects.push_back(transfer.answer.status);
    transfer.answer = {};
    transfer.bytes.clear();
    transfer.url = url;
    ++transfer.hops;
    prepare(transfer);
    TIDINGS_CHECK(curl_multi_add_handle(multi_.get(), transfer.handle.get()) == CURLM_OK);
    return std::nullopt;
  }

  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::span<const FetchRequest> requests_;
  const FetchOptions& options_;
  const FetchDone& done_;
  CurlMulti multi_;
  std::deque<Waiting> waiting_;
  std::vector<std::unique_ptr<Transfer>> active_;
  std::unordered_set<std::string> busy_hosts_;
  std::unordered_set<std::string> guarded_hosts_;
};

}  // namespace

bool is_same_host(const std::string& url, const std::string& own) {
  const auto to = parse_url(url);
  const auto home = parse_url(own);
  if (!to || !home || to->host != home->host) return false;
  if (to->scheme == home->scheme) return to->port == home->port;
  return home->scheme == "http" && to->scheme == "https" && home->port.empty() && to->port.empty();
}

FetchResult fetch(const FetchRequest& request, const FetchOptions& options) {
  FetchResult result;
  fetch_all({&request, 1}, options, [&](std::size_t, FetchResult answer) { result = std::move(answer); });
  return result;
}

void fetch_all(std::span<const FetchRequest> requests, const FetchOptions& options, const FetchDone& done) {
  Runner{requests, options, done}.run();
}

}  // namespace tidings::source
