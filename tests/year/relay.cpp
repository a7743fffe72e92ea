#include "year/relay.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "year/mail.hpp"
#include "year/record.hpp"
#include "year/seams.hpp"

namespace year {

namespace {

constexpr std::array<const char*, mood_count> mood_names = {
    "good",      "refused",   "lost", "greets_421", "greets_554",  "shuts_421",     "quota", "blacklist",
    "odd_words", "all_later", "cut",  "silent",     "no_chunking", "no_pipelining", "drips"};

bool starts_with_word(std::string_view line, std::string_view word) {
  if (line.size() < word.size()) return false;
  return std::equal(word.begin(), word.end(), line.begin(),
                    [](char a, char b) { return a == std::toupper(static_cast<unsigned char>(b)); });
}

/// What stands between the angle brackets.
std::string path_in(std::string_view line) {
  const auto begin = line.find('<');
  const auto end = line.find('>', begin);
  if (begin == std::string_view::npos || end == std::string_view::npos) return {};
  return std::string{line.substr(begin + 1, end - begin - 1)};
}

/// r012@mild.example is reader 12; 0 for anybody else.
int reader_of(std::string_view address) {
  int number = 0;
  if (address.size() > 4 && address[0] == 'r')
    std::from_chars(address.data() + 1, address.data() + 4, number);
  return number < most_readers ? number : 0;
}

class Relay : public Peer {
 public:
  Relay(int number, const RelayWeather& weather, std::uint64_t seed)
      : number_(number), weather_(weather), seed_(seed) {}

  void connected(Line& line) override {
    if (weather_.mood == Mood::greets_421) return leave(line, "421 4.3.2 relay.example is busy, try later");
    if (weather_.mood == Mood::greets_554)
      return leave(line, "554 5.7.1 No SMTP service for you: listed at bl.example");
    if (strikes(Stage::greeting)) return;
    say(line, "220 relay.example ESMTP");
  }

  void received(Line& line, std::string_view bytes) override {
    input_ += bytes;
    while (!line.closed() && step(line)) {
    }
  }

 private:
  /// True if something was read.
  bool step(Line& line) {
    if (mute_) {
      input_.clear();
      return false;
    }
    if (chunk_left_ > 0) return read_chunk(line);
    if (in_data_) return read_data(line);
    const auto end = input_.find("\r\n");
    if (end == std::string::npos) return false;
    const auto command = input_.substr(0, end);
    input_.erase(0, end + 2);
    if (weather_.mood == Mood::no_pipelining && !input_.empty()) input_.clear();
    answer(line, command);
    return true;
  }

  void answer(Line& line, const std::string& command) {
    if (starts_with_word(command, "EHLO")) return say(line, hello());
    if (starts_with_word(command, "HELO")) return say(line, "250 relay.example");
    if (awaits_login_ || starts_with_word(command, "AUTH")) return auth(line, command);
    if (!weather_.login.empty() && !logged_in_ && starts_with_word(command, "MAIL"))
      return say(line, "530 5.7.0 Authentication required");
    if (starts_with_word(command, "MAIL")) return mail(line, command);
    if (starts_with_word(command, "RCPT")) return rcpt(line, command);
    if (starts_with_word(command, "DATA")) return data(line);
    if (starts_with_word(command, "BDAT")) return bdat(line, command);
    if (starts_with_word(command, "RSET")) {
      from_.reset();
      to_.reset();
      return say(line, "250 2.0.0 Ok");
    }
    if (starts_with_word(command, "NOOP")) return say(line, "250 2.0.0 Ok");
    if (starts_with_word(command, "QUIT")) return leave(line, "221 2.0.0 Bye");
    say(line, "500 5.5.2 Error: bad syntax");
    if (++nonsense_ > 20) leave(line, "421 4.7.0 Error: too many errors");
  }

  [[nodiscard]] std::string hello() const {
    std::string out = "250-relay.example\r\n";
    if (weather_.pipelining || weather_.mood == Mood::no_pipelining) out += "250-PIPELINING\r\n";
    if (weather_.chunking || weather_.mood == Mood::no_chunking) out += "250-CHUNKING\r\n";
    if (!weather_.login.empty()) out += "250-AUTH PLAIN\r\n";
    return out + "250-ENHANCEDSTATUSCODES\r\n250 8BITMIME";
  }

  void auth(Line& line, const std::string& command) {
    awaits_login_ = command == "AUTH PLAIN";
    if (awaits_login_) return say(line, "334 ");
    logged_in_ =
        !weather_.login.empty() && (command == weather_.login || command == "AUTH PLAIN " + weather_.login);
    if (logged_in_) return say(line, "235 2.7.0 Authentication successful");
    say(line, "535 5.7.8 Error: authentication failed");
  }

  void mail(Line& line, const std::string& command) {
    if (shows() && weather_.mood == Mood::shuts_421)
      return leave(line, "421 4.7.0 Too much mail from you, try later");
    if (strikes(Stage::mail)) return end_here(line);
    if (from_) return say(line, "503 5.5.1 Error: nested MAIL command");
    from_ = path_in(command);
    to_.reset();
    body_.clear();
    say(line, "250 2.1.0 Ok");
  }

  void rcpt(Line& line, const std::string& command) {
    if (!from_) return say(line, "503 5.5.1 Error: need MAIL command");
    const auto to = path_in(command);
    if (strikes(Stage::rcpt)) return end_here(line);
    const auto by_mood = mood_says();
    const auto refusal = by_mood.empty() ? judge(to) : by_mood;
    if (!refusal.empty()) {
      const auto* const by = by_mood.empty() ? "mailbox" : name_of(weather_.mood);
      note(Entry{"refused"}
               .add("t", world_ms())
               .add("relay", number_)
               .add("to", to)
               .add("said", refusal)
               .add("by", by));
      return say(line, refusal);
    }
    to_ = to;
    say(line, "250 2.1.5 Ok");
  }

  /// What each recipient hears in this mood; empty: nothing.
  [[nodiscard]] std::string mood_says() const {
    if (!shows()) return {};
    switch (weather_.mood) {
      case Mood::quota: return "550 5.4.5 Daily user sending quota exceeded";
      case Mood::blacklist:
        return "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using bl.example";
      case Mood::odd_words: return "550 The gardener has locked the gate";
      case Mood::all_later: return "451 4.3.0 Try again later";
      default: return {};
    }
  }

  /// What the mailbox itself has against mail; empty: welcome.
  std::string judge(const std::string& to) {
    const int reader = reader_of(to);
    if (reader == 0) return {};
    auto& met = shared().met[number_][reader];
    if (met.tries == 0) met.first_ms = world_ms();
    ++met.tries;
    const auto domain = std::string_view{to}.substr(to.find('@') + 1);
    if (domain == "gone.example") return "550 5.1.1 <" + to + ">: Recipient address rejected: User unknown";
    if (domain == "grey.example" && world_ms() - met.first_ms < 300'000)
      return "451 4.7.1 <" + to + ">: Recipient address rejected: Greylisted, come back in 5 minutes";
    if (domain == "full.example" && !weather_.calm) {  // full for days at a time
      const auto days = world_ms() / 86'400'000;
      if (Dice{seed_, "full", static_cast<std::uint64_t>(days / 2 * most_readers + reader)}.chance(30))
        return "452 4.2.2 The email account that you tried to reach is over quota";
    }
    return {};
  }

  void data(Line& line) {
    if (!to_) return say(line, "554 5.5.1 Error: no valid recipients");
    if (strikes(Stage::data)) return end_here(line);
    in_data_ = true;
    say(line, "354 End data with <CR><LF>.<CR><LF>");
  }

  bool read_data(Line& line) {
    if (strikes(Stage::body)) {
      end_here(line);
      return false;
    }
    std::size_t end = input_.starts_with(".\r\n") ? 0 : input_.find("\r\n.\r\n");
    if (end == std::string::npos) return false;
    const bool empty = end == 0 && input_.starts_with(".\r\n");
    auto body = empty ? std::string{} : input_.substr(0, end + 2);
    input_.erase(0, empty ? 3 : end + 5);
    in_data_ = false;
    if (body.starts_with("..")) body.erase(0, 1);
    for (std::size_t at = 0; (at = body.find("\r\n..", at)) != std::string::npos; at += 3)
      body.erase(at + 2, 1);
    body_ = std::move(body);
    finish(line);
    return true;
  }

  void bdat(Line& line, const std::string& command) {
    if (weather_.mood == Mood::no_chunking) {
      ++nonsense_;
      return say(line, "502 5.5.1 Error: command not implemented");
    }
    long size = 0;
    std::from_chars(command.data() + 5, command.data() + command.size(), size);
    chunk_left_ = size;
    last_chunk_ = command.find("LAST") != std::string::npos;
    if (size == 0) end_chunk(line);
  }

  bool read_chunk(Line& line) {
    if (strikes(Stage::body) && to_) {
      end_here(line);
      return false;
    }
    const auto count = std::min<std::size_t>(input_.size(), static_cast<std::size_t>(chunk_left_));
    if (count == 0) return false;
    body_ += input_.substr(0, count);
    input_.erase(0, count);
    chunk_left_ -= static_cast<long>(count);
    if (chunk_left_ == 0) end_chunk(line);
    return true;
  }

  void end_chunk(Line& line) {
    if (!to_) {  // the transaction is open until RSET (RFC 3030 section 2)
      body_.clear();
      return say(line, "554 5.5.1 Error: no valid recipients");
    }
    if (!last_chunk_) return say(line, "250 2.0.0 Ok");
    finish(line);
  }

  /// The message is whole. Between this and the answer anything may happen.
  void finish(Line& line) {
    if (strikes(Stage::dot)) return end_here(line);
    const int number = ++shared().accepted;
    note_accepted(number);
    ++taken_;
    from_.reset();
    to_.reset();
    body_.clear();
    if (strikes(Stage::answered)) return end_here(line);
    const auto here = number_;
    line.say(reply_text("250 2.0.0 Ok: queued as Q" + std::to_string(number)), 1, [number, here] {
      note(Entry{"answered"}.add("t", world_ms()).add("relay", here).add("number", number));
    });
  }

  void note_accepted(int number) {
    const auto read = read_mail(body_);
    Entry entry{"mail"};
    entry.add("t", world_ms())
        .add("relay", number_)
        .add("number", number)
        .add("from", *from_)
        .add("to", *to_);
    entry.add("id", read.message_id)
        .add("list", read.list_id)
        .add("subject", read.subject)
        .add("head_to", read.to);
    entry.add("leave", read.list_unsubscribe).list("text", read.text_posts).list("html", read.html_posts);
    entry.add("top", read.top)
        .add("confirm", read.confirm_link)
        .add("preferences", read.preferences_link)
        .add("bytes", body_.size());
    note(entry);
  }

  /// The mood shows from now on.
  [[nodiscard]] bool shows() const { return taken_ >= weather_.after; }

  /// Whether the line is to be cut or to fall silent at this stage.
  bool strikes(Stage stage) const {
    return (weather_.mood == Mood::cut || weather_.mood == Mood::silent) && weather_.stage == stage &&
           (stage == Stage::answered ? taken_ > weather_.after : shows());
  }

  void end_here(Line& line) {
    if (weather_.mood == Mood::cut) {
      line.close();
    } else {
      mute_ = true;
    }
  }

  static std::string reply_text(std::string text) { return text + "\r\n"; }

  void say(Line& line, const std::string& text) {
    const auto bytes = reply_text(text);
    if (weather_.mood != Mood::drips) return line.say(bytes);
    for (const char c : bytes) line.say({c}, 50);
  }

  void leave(Line& line, const std::string& text) {
    say(line, text);
    line.close();
  }

  int number_;
  RelayWeather weather_;
  std::uint64_t seed_;
  std::string input_;
  std::optional<std::string> from_;
  std::optional<std::string> to_;
  std::string body_;
  bool in_data_ = false;
  bool mute_ = false;
  bool awaits_login_ = false;
  bool logged_in_ = false;
  bool last_chunk_ = false;
  long chunk_left_ = 0;
  int taken_ = 0;
  int nonsense_ = 0;
};

}  // namespace

const char* name_of(Mood mood) { return mood_names[static_cast<std::size_t>(mood)]; }

bool is_about_us(Mood mood) {
  return mood == Mood::refused || mood == Mood::lost || mood == Mood::greets_421 ||
         mood == Mood::greets_554 || mood == Mood::shuts_421 || mood == Mood::quota ||
         mood == Mood::blacklist || mood == Mood::odd_words;
}

std::unique_ptr<Peer> make_relay(int number, const RelayWeather& weather, std::uint64_t seed) {
  return std::make_unique<Relay>(number, weather, seed);
}

}  // namespace year
