#include "app/dns.hpp"

#include <array>

#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <sys/select.h>

#include "base/text.hpp"

namespace tidings::app {
namespace {

// RFC 1035 section 3.2.2, RFC 3596
constexpr int type_a = 1;
constexpr int type_ptr = 12;
constexpr int type_mx = 15;
constexpr int type_txt = 16;
constexpr int type_aaaa = 28;

bool is_server(const std::string& text) {
  const auto colon = text.find(':');
  in_addr address{};
  const auto port = colon == std::string::npos ? std::string{"53"} : text.substr(colon + 1);
  return inet_pton(AF_INET, text.substr(0, colon).c_str(), &address) == 1 && !port.empty() &&
         port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos;
}

/// The library is made ready once and stays so.
bool library_is_ready() {
  static const bool ready = ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS;
  return ready;
}

}  // namespace

struct Resolver::Answer {
  int status = ARES_ENODATA;
  std::vector<unsigned char> bytes;

  [[nodiscard]] const unsigned char* data() const { return bytes.data(); }
  [[nodiscard]] int size() const { return static_cast<int>(bytes.size()); }
};

void Resolver::Close::operator()(ares_channeldata* channel) const { ares_destroy(channel); }

Result<Resolver> Resolver::make(const std::string& server) {
  if (!server.empty() && !is_server(server))
    return fail(Errc::usage, "\"" + server + "\" is not a resolver", "192.0.2.1 or 192.0.2.1:53");
  ares_options options{};
  options.timeout = 2000;
  options.tries = 2;
  ares_channel channel = nullptr;
  if (!library_is_ready() ||
      ares_init_options(&channel, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES) != ARES_SUCCESS)
    return fail(Errc::unavailable, "cannot set up the resolver");
  Resolver resolver{channel};
  if (!server.empty() && ares_set_servers_ports_csv(channel, server.c_str()) != ARES_SUCCESS)
    return fail(Errc::usage, "\"" + server + "\" is not a resolver", "192.0.2.1 or 192.0.2.1:53");
  return resolver;
}

Result<Resolver::Answer> Resolver::ask(const std::string& name, int type) {
  Answer answer;
  const auto take = [](void* to, int status, int /*timeouts*/, unsigned char* bytes, int size) {
    auto& into = *static_cast<Answer*>(to);
    into.status = status;
    if (bytes != nullptr && size > 0) into.bytes.assign(bytes, bytes + size);
  };
  ares_query(channel_.get(), name.c_str(), 1 /* IN */, type, take, &answer);
  for (;;) {
    fd_set readers;
    fd_set writers;
    FD_ZERO(&readers);
    FD_ZERO(&writers);
    const int count = ares_fds(channel_.get(), &readers, &writers);
    if (count == 0) break;
    timeval most{.tv_sec = 5, .tv_usec = 0};
    timeval left{};
    auto* const wait = ares_timeout(channel_.get(), &most, &left);
    ::select(count, &readers, &writers, nullptr, wait);
    ares_process(channel_.get(), &readers, &writers);
  }
  switch (answer.status) {
    case ARES_SUCCESS: return answer;
    case ARES_ENODATA:
    case ARES_ENOTFOUND: return Answer{};
    default:
      return fail(Errc::unavailable, name + ": no answer from the DNS: " + ares_strerror(answer.status));
  }
}

Result<std::vector<std::string>> Resolver::texts(const std::string& name) {
  TIDINGS_LET(const auto answer, ask(name, type_txt));
  std::vector<std::string> out;
  ares_txt_ext* found = nullptr;
  if (answer.bytes.empty() || ares_parse_txt_reply_ext(answer.data(), answer.size(), &found) != ARES_SUCCESS)
    return out;
  for (const auto* each = found; each != nullptr; each = each->next) {
    if (each->record_start != 0 || out.empty()) out.emplace_back();
    out.back().append(reinterpret_cast<const char*>(each->txt), each->length);
  }
  ares_free_data(found);
  for (auto& text : out) text = clean_utf8(text);
  return out;
}

Result<std::vector<std::string>> Resolver::mail_hosts(const std::string& name) {
  TIDINGS_LET(const auto answer, ask(name, type_mx));
  std::vector<std::string> out;
  ares_mx_reply* found = nullptr;
  if (answer.bytes.empty() || ares_parse_mx_reply(answer.data(), answer.size(), &found) != ARES_SUCCESS)
    return out;
  for (const auto* each = found; each != nullptr; each = each->next) out.push_back(clean_utf8(each->host));
  ares_free_data(found);
  return out;
}

Result<std::vector<std::string>> Resolver::addresses(const std::string& name) {
  std::vector<std::string> out;
  constexpr int most = 16;
  std::array<char, INET6_ADDRSTRLEN> text{};
  TIDINGS_LET(const auto four, ask(name, type_a));
  std::array<ares_addrttl, most> v4{};
  int count = most;
  if (!four.bytes.empty() &&
      ares_parse_a_reply(four.data(), four.size(), nullptr, v4.data(), &count) == ARES_SUCCESS) {
    for (int i = 0; i < count; ++i)
      out.emplace_back(
          inet_ntop(AF_INET, &v4.at(static_cast<std::size_t>(i)).ipaddr, text.data(), text.size()));
  }
  TIDINGS_LET(const auto six, ask(name, type_aaaa));
  std::array<ares_addr6ttl, most> v6{};
  count = most;
  if (!six.bytes.empty() &&
      ares_parse_aaaa_reply(six.data(), six.size(), nullptr, v6.data(), &count) == ARES_SUCCESS) {
    for (int i = 0; i < count; ++i)
      out.emplace_back(
          inet_ntop(AF_INET6, &v6.at(static_cast<std::size_t>(i)).ip6addr, text.data(), text.size()));
  }
  return out;
}

Result<std::vector<std::string>> Resolver::names_of(const std::string& address) {
  std::array<unsigned char, 16> bytes{};
  std::string name;
  const bool is_v4 = inet_pton(AF_INET, address.c_str(), bytes.data()) == 1;
  if (is_v4) {
    for (int i = 3; i >= 0; --i) name += std::to_string(bytes.at(static_cast<std::size_t>(i))) + ".";
    name += "in-addr.arpa";
  } else if (inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (int i = 15; i >= 0; --i) {
      const auto byte = bytes.at(static_cast<std::size_t>(i));
      name += {digits[byte & 15U], '.', digits[byte >> 4U], '.'};
    }
    name += "ip6.arpa";
  } else {
    return std::vector<std::string>{};
  }
  TIDINGS_LET(const auto answer, ask(name, type_ptr));
  std::vector<std::string> out;
  hostent* found = nullptr;
  if (answer.bytes.empty() || ares_parse_ptr_reply(answer.data(), answer.size(), bytes.data(), is_v4 ? 4 : 16,
                                                   is_v4 ? AF_INET : AF_INET6, &found) != ARES_SUCCESS)
    return out;
  for (char** alias = found->h_aliases; alias != nullptr && *alias != nullptr; ++alias)
    out.push_back(clean_utf8(*alias));
  if (out.empty() && found->h_name != nullptr) out.push_back(clean_utf8(found->h_name));
  ares_free_hostent(found);
  return out;
}

std::optional<std::string> tag_of(std::string_view record, std::string_view tag) {
  for (const auto part : split(record, ';')) {
    const auto equals = part.find('=');
    if (equals == std::string_view::npos || trim(part.substr(0, equals)) != tag) continue;
    return replace_all(collapse_blanks(part.substr(equals + 1)), " ", "");
  }
  return std::nullopt;
}

}  // namespace tidings::app
