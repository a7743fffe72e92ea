#include "app/dns_text.hpp"

#include <array>
#include <charconv>
#include <memory>

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

#include "base/text.hpp"

namespace tidings::app {
namespace {

struct Close {
  void operator()(struct __res_state* state) const { res_nclose(state); }
};

Result<void> use_resolver(struct __res_state& state, const std::string& resolver) {
  const auto colon = resolver.find(':');
  unsigned short port = NS_DEFAULTPORT;
  if (colon != std::string::npos) {
    const auto* const end = resolver.data() + resolver.size();
    const auto [stop, error] = std::from_chars(resolver.data() + colon + 1, end, port);
    if (error != std::errc{} || stop != end)
      return fail(Errc::usage, "\"" + resolver + "\" is not a resolver", "192.0.2.1 or 192.0.2.1:53");
  }
  auto& address = state.nsaddr_list[0];
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (inet_pton(AF_INET, resolver.substr(0, colon).c_str(), &address.sin_addr) != 1) {
    return fail(Errc::usage, "\"" + resolver + "\" is not a resolver", "192.0.2.1 or 192.0.2.1:53");
  }
  state.nscount = 1;
  return {};
}

std::string joined(const unsigned char* data, std::size_t size) {
  std::string text;
  for (std::size_t at = 0; at < size;) {
    const std::size_t length = data[at++];
    if (length > size - at) break;
    text.append(reinterpret_cast<const char*>(data + at), length);
    at += length;
  }
  return clean_utf8(text);
}

}  // namespace

Result<std::vector<std::string>> text_records(const std::string& name, const std::string& resolver) {
  struct __res_state state {};
  if (res_ninit(&state) != 0) return fail(Errc::unavailable, "cannot set up the resolver");
  const std::unique_ptr<struct __res_state, Close> closing{&state};
  state.retrans = 2;
  state.retry = 2;
  if (!resolver.empty()) TIDINGS_TRY(use_resolver(state, resolver));
  std::vector<unsigned char> answer(65'536);
  const int size =
      res_nquery(&state, name.c_str(), ns_c_in, ns_t_txt, answer.data(), static_cast<int>(answer.size()));
  if (size < 0) {
    if (state.res_h_errno == HOST_NOT_FOUND || state.res_h_errno == NO_DATA)
      return std::vector<std::string>{};
    return fail(Errc::unavailable, name + ": no answer from the DNS");
  }
  std::vector<std::string> records;
  ns_msg message;
  if (ns_initparse(answer.data(), size, &message) != 0)
    return fail(Errc::unavailable, name + ": the DNS sent an invalid answer");
  for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
    ns_rr record;
    if (ns_parserr(&message, ns_s_an, i, &record) != 0) break;
    if (ns_rr_type(record) == ns_t_txt) records.push_back(joined(ns_rr_rdata(record), ns_rr_rdlen(record)));
  }
  return records;
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
