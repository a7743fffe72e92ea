#include "web/parser.hpp"

#include <algorithm>

#include <httplib.h>

#include "base/text.hpp"
#include "web/rate_limit.hpp"

namespace tidings::web {
namespace {

/// A request in memory, and a response into memory.
class MemoryStream final : public httplib::Stream {
 public:
  MemoryStream(std::string_view in, const std::string& peer) : in_(in), peer_(peer) {}
  [[nodiscard]] bool is_readable() const override { return true; }
  [[nodiscard]] bool is_writable() const override { return true; }
  ssize_t read(char* to, size_t size) override {
    const auto count = std::min(size, in_.size());
    std::copy_n(in_.data(), count, to);
    in_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* bytes, size_t size) override {
    out.append(bytes, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip = peer_;
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  [[nodiscard]] socket_t socket() const override { return -1; }

  std::string out;

 private:
  std::string_view in_;
  const std::string& peer_;
};

Method method_of(const std::string& name) {
  if (name == "GET") return Method::get;
  if (name == "HEAD") return Method::head;
  if (name == "OPTIONS") return Method::options;
  return name == "POST" ? Method::post : Method::other;
}

/// A worker's current request while cpp-httplib calls back.
struct Task {
  std::string_view body;
  const std::string* peer = nullptr;
  const Answer* answer = nullptr;
  std::function<void(Settled)> wait;
};
thread_local Task task;

}  // namespace

struct Parser::Http final : httplib::Server {
  std::vector<std::string> trusted;

  [[nodiscard]] HandlerResponse handle(const httplib::Request& in, httplib::Response& out) const {
    const auto hops = in.get_header_value_count("X-Forwarded-For");
    const auto forwarded = hops == 0 ? std::string{} : in.get_header_value("X-Forwarded-For", hops - 1);
    Request request{.method = method_of(in.method),
                    .path = in.path,
                    .query = {},
                    .content_type = in.get_header_value("Content-Type"),
                    .body = std::string{task.body},
                    .accept_language = in.get_header_value("Accept-Language"),
                    .accept = in.get_header_value("Accept"),
                    .client = client_of(*task.peer, forwarded, trusted)};
    if (const auto mark = in.target.find('?'); mark != std::string::npos)
      request.query = in.target.substr(mark + 1);
    if (in.path.find("/hooks/") != std::string::npos || in.path.find("/api/") != std::string::npos) {
      for (const std::string name : {"authorization", "origin", "x-twilio-email-event-webhook-signature",
                                     "x-twilio-email-event-webhook-timestamp"}) {
        if (in.has_header(name)) request.proof.emplace_back(name, in.get_header_value(name));
      }
    }
    auto response = (*task.answer)(request);
    task.wait = std::move(response.wait);
    out.status = response.status;
    for (const auto& [name, value] : response.fields) out.set_header(name, value);
    out.set_content(response.body, response.content_type);
    return HandlerResponse::Handled;
  }

  Reply process(MemoryStream& stream, bool last) {
    Reply reply;
    // Neither compression nor ranges: pages are small, and a stranger could demand both as work.
    const auto plain = [](httplib::Request& request) {
      request.headers.erase("Accept-Encoding");
      request.ranges.clear();
    };
    const bool well = process_request(stream, last, reply.closes, plain);
    reply.closes = reply.closes || !well || last;
    reply.bytes = std::move(stream.out);
    return reply;
  }
};

Parser::Parser(const std::vector<std::string>& trusted_proxies) : http_(std::make_unique<Http>()) {
  for (const auto& proxy : trusted_proxies) http_->trusted.push_back(plain_address(proxy));
  // Before routing: avoids everything with regular expressions and body parsers.
  http_->set_pre_routing_handler(
      [this](const httplib::Request& in, httplib::Response& out) { return http_->handle(in, out); });
  http_->set_keep_alive_max_count(1000);
}

Parser::~Parser() = default;

Reply Parser::answer(std::string_view request, std::size_t head_bytes, const std::string& peer, bool last,
                     const Answer& answer) const {
  task = {.body = request.substr(head_bytes), .peer = &peer, .answer = &answer, .wait = {}};
  MemoryStream stream{request, peer};
  auto reply = http_->process(stream, last);
  reply.wait = std::exchange(task.wait, nullptr);
  return reply;
}

std::string client_of(const std::string& peer, const std::string& forwarded_for,
                      const std::vector<std::string>& trusted) {
  const auto is_trusted = [&](const std::string& address) {
    return is_loopback(address) || std::ranges::find(trusted, address) != trusted.end();
  };
  const auto is_sound = [](std::string_view hop) {
    return !hop.empty() && hop.size() <= 45 &&
           hop.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos;
  };
  auto client = plain_address(peer);
  const auto hops = split(forwarded_for, ',');
  for (auto hop = hops.rbegin(); hop != hops.rend() && is_trusted(client); ++hop) {
    const auto address = trim(*hop);
    if (!is_sound(address)) break;
    client = plain_address(std::string{address});
  }
  return client;
}

}  // namespace tidings::web
