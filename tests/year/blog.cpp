#include "year/blog.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include "year/record.hpp"
#include "year/seams.hpp"
#include "year/secrets.hpp"

namespace year {
namespace {

std::string date_text(std::int64_t ms, const char* form) {
  const std::time_t time = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), form, &parts);
  return text.data();
}

std::string title_of(const Post& post) {
  std::array<char, 16> number{};
  std::snprintf(number.data(), number.size(), " [%04d]", post.number);
  return (post.edits > 0 ? "Edited " : "") + post.words + number.data();
}

std::string link_of(const Post& post) {
  return "https://blog.example/" + std::to_string(post.source) + "/" + std::to_string(post.number);
}

std::string body_of(const Post& post) {
  return "Number " + std::to_string(post.number) + " tells of " + post.words + ", version " +
         std::to_string(post.edits) + ".";
}

std::string rss_item(const Post& post) {
  std::string out = "<item><title>" + title_of(post) + "</title><link>" + link_of(post) + "</link><guid>" +
                    link_of(post) + "</guid>";
  if (post.published_ms)
    out += "<pubDate>" + date_text(*post.published_ms, "%a, %d %b %Y %H:%M:%S +0000") + "</pubDate>";
  if (!post.topic.empty()) out += "<category>" + post.topic + "</category>";
  return out + "<description>" + body_of(post) + "</description></item>";
}

std::string atom_entry(const Post& post) {
  std::string out = "<entry><id>" + link_of(post) + "</id><title>" + title_of(post) +
                    "</title><link href=\"" + link_of(post) + "\"/>";
  if (post.published_ms)
    out += "<published>" + date_text(*post.published_ms, "%Y-%m-%dT%H:%M:%SZ") + "</published>";
  if (!post.topic.empty()) out += "<category term=\"" + post.topic + "\"/>";
  return out + "<summary>" + body_of(post) + "</summary></entry>";
}

std::string json_item(const Post& post) {
  std::string out = "{\"id\":" + json_text(link_of(post)) + ",\"url\":" + json_text(link_of(post)) +
                    ",\"title\":" + json_text(title_of(post));
  if (post.published_ms)
    out += ",\"date_published\":" + json_text(date_text(*post.published_ms, "%Y-%m-%dT%H:%M:%SZ"));
  if (!post.topic.empty()) out += ",\"tags\":[" + json_text(post.topic) + "]";
  return out + ",\"content_text\":" + json_text(body_of(post)) + "}";
}

std::string status_line(int status) { return "HTTP/1.1 " + std::to_string(status) + " What\r\n"; }

class Blog : public Peer {
 public:
  Blog(const Script& script, int source, std::optional<Outage> outage)
      : script_(script), source_(source), outage_(outage) {}

  void connected(Line& line) override {
    if (outage_ && outage_->kind == Outage::Kind::gone_quiet) line.close();
  }

  void received(Line& line, std::string_view bytes) override {
    input_ += bytes;
    for (auto end = input_.find("\r\n\r\n"); end != std::string::npos; end = input_.find("\r\n\r\n")) {
      const auto request = input_.substr(0, end + 2);
      input_.erase(0, end + 4);
      answer(line, request);
    }
  }

 private:
  void answer(Line& line, const std::string& request) {
    const auto& source = script_.sources[static_cast<std::size_t>(source_)];
    const bool moved = source.moves_ms && *source.moves_ms <= world_ms();
    if (outage_) return fail(line, *outage_);
    if (script_.secret && source_ == 0 &&
        request.find("\r\nAuthorization: Basic " + source_login() + "\r\n") == std::string::npos) {
      note(Entry{"served"}.add("t", world_ms()).add("source", source.name).add("how", "no login"));
      return line.say(
          status_line(401) + "WWW-Authenticate: Basic realm=\"blog\"\r\nContent-Length: 0\r\n\r\n", 5);
    }
    if (moved && !request.starts_with("GET /moved/")) {
      note(Entry{"served"}.add("t", world_ms()).add("source", source.name).add("how", "moved"));
      return line.say(
          "HTTP/1.1 301 Moved\r\nLocation: /moved/" + source.name + "\r\nContent-Length: 0\r\n\r\n", 5);
    }
    std::vector<int> shown;
    const auto bytes = feed_of(script_, source_, world_ms(), &shown);
    const auto tag = "\"" + std::to_string(std::hash<std::string>{}(bytes)) + "\"";
    Entry entry{"served"};
    entry.add("t", world_ms()).add("source", source.name);
    if (source.validators && request.find("\r\nIf-None-Match: " + tag + "\r\n") != std::string::npos) {
      note(entry.add("how", "304"));
      return line.say("HTTP/1.1 304 Not Modified\r\nETag: " + tag + "\r\n\r\n", 5);
    }
    note(entry.add("how", "feed").list("posts", shown));
    std::string head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(bytes.size()) + "\r\n";
    if (source.validators) head += "ETag: " + tag + "\r\n";
    head += source.format == Format::json ? "Content-Type: application/feed+json\r\n"
                                          : "Content-Type: application/xml\r\n";
    line.say(head + "\r\n" + bytes.substr(0, bytes.size() / 2), 5);
    line.say(bytes.substr(bytes.size() / 2), 5);
  }

  void fail(Line& line, const Outage& outage) {
    const auto& source = script_.sources[static_cast<std::size_t>(source_)];
    note(Entry{"served"}
             .add("t", world_ms())
             .add("source", source.name)
             .add("how", "outage")
             .add("kind", static_cast<int>(outage.kind))
             .add("status", outage.status));
    const std::string page = "<html><body><p>Out of order</p></body></html>";
    switch (outage.kind) {
      case Outage::Kind::status:
        return line.say(
            status_line(outage.status) + "Content-Length: " + std::to_string(page.size()) + "\r\n\r\n" + page,
            5);
      case Outage::Kind::cut: {
        const auto bytes = feed_of(script_, source_, world_ms(), nullptr);
        line.say("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(bytes.size()) + "\r\n\r\n" +
                     bytes.substr(0, bytes.size() / 2),
                 5);
        return line.close();
      }
      case Outage::Kind::garbage:
        return line.say(
            "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(page.size()) + "\r\n\r\n" + page, 5);
      default: return line.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 5);
    }
  }

  const Script& script_;
  int source_;
  std::optional<Outage> outage_;
  std::string input_;
};

}  // namespace

std::string feed_of(const Script& script, int source, std::int64_t now_ms, std::vector<int>* shown) {
  const auto& facts = script.sources[static_cast<std::size_t>(source)];
  std::vector<const Post*> posts;
  for (const auto& post : script.posts) {
    if (post.source == source && post.appears_ms <= now_ms) posts.push_back(&post);
  }
  std::reverse(posts.begin(), posts.end());
  if (posts.size() > static_cast<std::size_t>(facts.shown))
    posts.resize(static_cast<std::size_t>(facts.shown));
  std::string out, between;
  switch (facts.format) {
    case Format::rss:
      out = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>" + facts.name +
            "</title><link>https://blog.example/</link><description/>";
      break;
    case Format::atom:
      out = "<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"><title>" + facts.name +
            "</title><id>urn:x:" + facts.name + "</id>";
      break;
    case Format::json:
      out = "{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":" + json_text(facts.name) +
            ",\"items\":[";
      break;
  }
  for (const auto* const post : posts) {
    if (shown != nullptr) shown->push_back(post->number);
    switch (facts.format) {
      case Format::rss: out += rss_item(*post); break;
      case Format::atom: out += atom_entry(*post); break;
      case Format::json:
        out += between + json_item(*post);
        between = ",";
        break;
    }
  }
  switch (facts.format) {
    case Format::rss: return out + "</channel></rss>";
    case Format::atom: return out + "</feed>";
    case Format::json: return out + "]}";
  }
  return out;
}

Route route_to_blog(const Script& script, int source) {
  std::optional<Outage> outage;
  for (const auto& each : script.sources[static_cast<std::size_t>(source)].outages) {
    if (each.from_ms <= world_ms() && world_ms() < each.until_ms) outage = each;
  }
  Route route;
  route.reach = Reach::open;
  if (outage && outage->kind == Outage::Kind::refused) route.reach = Reach::refused;
  if (outage && outage->kind == Outage::Kind::lost) route.reach = Reach::lost;
  if (route.reach == Reach::open) {
    route.peer = std::make_unique<Blog>(script, source, outage);
  } else {
    note(Entry{"served"}
             .add("t", world_ms())
             .add("source", script.sources[static_cast<std::size_t>(source)].name)
             .add("how", "outage")
             .add("kind", static_cast<int>(outage->kind))
             .add("status", 0));
  }
  return route;
}

}  // namespace year
