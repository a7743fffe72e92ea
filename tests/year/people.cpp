#include "year/people.hpp"

#include <array>
#include <ctime>

#include "year/dice.hpp"
#include "year/letters.hpp"
#include "year/record.hpp"

namespace year {

namespace {

std::string day_text(std::int64_t ms) {
  const std::time_t time = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
  return text.data();
}

/// The path of a link of ours from `at` on.
std::string path_at(const std::string& text, std::size_t at) {
  return text.substr(at, text.find('>', at) - at);
}

}  // namespace

Ended People::ask(const std::string& method, const std::string& path, const std::string& body,
                  const std::string& kind, const std::string& address) {
  const std::vector<std::pair<std::string, std::string>> environment = {
      {"REQUEST_METHOD", method},
      {"PATH_INFO", path},
      {"CONTENT_LENGTH", std::to_string(body.size())},
      {"CONTENT_TYPE", "application/x-www-form-urlencoded"},
      {"REMOTE_ADDR", "192.0.2." + std::to_string(jobs_ % 250)}};
  return act(kind, address, {"cgi"}, body, environment);
}

bool People::ask_own_page(const Reader& reader, const std::string& kind, const std::string& form) {
  const auto& link = got_by(reader).preferences;
  const auto at = link.find("/p/");
  if (at == std::string::npos) return false;
  return page_status(ask("POST", link.substr(at), form, kind, reader.address).out) == 200;
}

/// Links go along with whoever moves.
const Got& People::got_by(const Reader& reader) {
  const auto& got = got_[address_of(reader)];
  return got.leave.empty() ? got_[reader.address] : got;
}

bool People::is_on_list(const Reader& reader) const {
  return on_list_.contains(reader.address) && !gone_.contains(reader.address);
}

void People::done(const std::string& kind, const Reader& reader) {
  done_.push_back({.at_ms = now_, .kind = kind, .reader = &reader});
}

void People::deliver_mail(const std::string& kind, const std::string& address, const std::string& text) {
  const auto name = "returned/new/" + std::to_string(now_ / 1000) + ".M" + std::to_string(++mails_) + ".host";
  write(name, text);
  note(Entry{"returned"}.add("t", now_).add("kind", kind).add("address", address).add("name", name));
}

void People::report(const Act& what, const Reader& reader) {
  // What comes back after a move is of a mail to the new address.
  const auto& got = got_[address_of(reader)];
  const bool forged = what.kind == Act::Kind::forged_bounce;
  if (got.from.empty() && !forged) return;
  const auto text = report_text(what.kind, forged ? bounce_address : got.from, address_of(reader), mails_);
  deliver_mail(name_of(what.kind), reader.address, text);
  if (Dice{script_.seed, "doubled", static_cast<std::uint64_t>(mails_)}.chance(20))
    deliver_mail(name_of(what.kind), reader.address, text);
  if (what.kind == Act::Kind::complain || what.kind == Act::Kind::hard_bounce) done("leave", reader);
}

void People::change(const Act& what, const Reader& reader) {
  const auto ended =
      act("change", reader.address, {"subscriber", "set", address_of(reader), "--cadence", what.digest});
  if (ended.status == 0) digest_now_[reader.address] = what.digest;
  // The link of the mail that brought them the other digest ends this one.
  if (knobs_.has(Fault::timing) &&
      Dice{script_.seed, "old link", static_cast<std::uint64_t>(jobs_)}.chance(15)) {
    leave_by_link(reader);
    gone_.insert(reader.address);
  }
}

void People::leave_by_wish(const Reader& reader) {
  act("leave", reader.address, {"subscriber", "unsubscribe", address_of(reader)});
  done("leave", reader);
}

void People::leave_by_link(const Reader& reader) {
  const auto& leave = got_by(reader).leave;
  const auto at = leave.find("/u/");
  if (at == std::string::npos) return leave_by_wish(reader);
  const auto ended = ask("POST", path_at(leave, at), "List-Unsubscribe=One-Click", "leave", reader.address);
  if (page_status(ended.out) != 200) return leave_by_wish(reader);
  done("leave", reader);
}

void People::leave_by_mail(const Reader& reader) {
  const auto text = leave_text(got_by(reader).leave, address_of(reader), mails_);
  if (text.empty()) return leave_by_wish(reader);
  deliver_mail("leave_mail", reader.address, text);
  done("leave", reader);
}

void People::erase(const Reader& reader) {
  act("erase", reader.address, {"subscriber", "erase", address_of(reader)});
  erased_.insert(reader.address);
  done("erase", reader);
}

void People::erase_by_page(const Reader& reader) {
  if (!ask_own_page(reader, "look", "act=erase")) return erase(reader);
  if (!ask_own_page(reader, "erase", "act=erase_now")) return erase(reader);
  erased_.insert(reader.address);
  done("erase", reader);
}

void People::pause(const Act& what, const Reader& reader) {
  Dice dice{script_.seed, "pause", static_cast<std::uint64_t>(jobs_)};
  const auto until = day_text(now_ + dice.between(2, 9) * day);
  const bool by_page = what.kind == Act::Kind::pause_page && reader.topics.empty();
  const auto digest = digest_now_.contains(reader.address) ? digest_now_[reader.address] : reader.digest;
  const bool paused = by_page ? ask_own_page(reader, "pause until " + until,
                                             "act=save&digest=" + digest + "&paused_until=" + until)
                              : act("pause until " + until, reader.address,
                                    {"subscriber", "pause", address_of(reader), "--until", until})
                                        .status == 0;
  if (!paused || !dice.chance(30)) return;
  now_ += dice.between(5, 40 * 60) * minute;
  act("resume", reader.address, {"subscriber", "resume", address_of(reader)});
}

void People::move_address(const Act& what, const Reader& reader) {
  if (moved_.contains(reader.address)) return;
  const auto to = reader.address.substr(0, 4) + "@moved.example";
  got_[to].confirm.clear();
  const bool asked =
      what.kind == Act::Kind::move_page
          ? ask_own_page(reader, "move", "act=move&email=" + to)
          : act("move", reader.address, {"subscriber", "set", reader.address, "--email", to}).status == 0;
  if (asked) waiting_.push_back({.reader = &reader, .address = to, .moves = true});
}

void People::sign_up(const Act& what, const Reader& reader) {
  const auto form = ask("GET", "/subscribe", "", "look", "");
  const auto at = form.out.find("name=\"stamp\" value=\"");
  if (at == std::string::npos) return;
  const auto stamp = form.out.substr(at + 20, form.out.find('"', at + 20) - at - 20);
  now_ += minute;
  got_[reader.address].confirm.clear();
  ask("POST", "/subscribe", "email=" + reader.address + "&digest=" + reader.digest + "&stamp=" + stamp,
      "sign_up", reader.address);
  if (what.kind == Act::Kind::sign_up_only) return;
  waiting_.push_back({.reader = &reader, .address = reader.address});
}

void People::confirm_those_who_wait() {
  for (auto& each : waiting_) {
    const auto& link = got_[each.address].confirm;
    const auto at = link.find("/c/");
    if (each.done || at == std::string::npos) continue;
    each.done = true;
    if (each.moves && !is_on_list(*each.reader)) continue;
    const auto ended =
        ask("POST", link.substr(at), "", each.moves ? "moved" : "confirm", each.reader->address);
    if (page_status(ended.out) != 200) continue;
    if (each.moves) moved_[each.reader->address] = each.address;
    on_list_.insert(each.reader->address);
    done(each.moves ? "move" : "join", *each.reader);
  }
}

void People::do_act(const Act& what) {
  if (what.reader < 0) {
    do_chore(what);
    if (what.kind == Act::Kind::rotate && knobs_.has(Fault::timing)) leave_by_an_old_link();
    return;
  }
  const auto& reader = script_.readers[static_cast<std::size_t>(what.reader)];
  using Kind = Act::Kind;
  const bool signs_up = what.kind == Kind::sign_up || what.kind == Kind::sign_up_only;
  if (!signs_up && !is_on_list(reader)) return;
  bool leaves = false;
  switch (what.kind) {
    case Kind::change: change(what, reader); break;
    case Kind::sign_up:
    case Kind::sign_up_only: sign_up(what, reader); break;
    case Kind::soft_bounce:
    case Kind::forged_bounce: report(what, reader); break;
    case Kind::export_one:
      act("export", reader.address, {"subscriber", "export", "--one", address_of(reader)});
      break;
    case Kind::download: ask_own_page(reader, "export", "act=download"); break;
    case Kind::pause:
    case Kind::pause_page: pause(what, reader); break;
    case Kind::move_address:
    case Kind::move_page: move_address(what, reader); break;
    default: leaves = true;
  }
  if (leaves) {
    leave(what, reader);
    gone_.insert(reader.address);
  }
}

void People::leave(const Act& what, const Reader& reader) {
  using Kind = Act::Kind;
  switch (what.kind) {
    case Kind::leave_link: return leave_by_link(reader);
    case Kind::leave_mail: return leave_by_mail(reader);
    case Kind::leave_wish: return leave_by_wish(reader);
    case Kind::erase: return erase(reader);
    case Kind::erase_page: return erase_by_page(reader);
    case Kind::complain:
    case Kind::hard_bounce: return report(what, reader);
    case Kind::suppress:
      act("suppress", reader.address, {"suppression", "add", address_of(reader)});
      return done("suppress", reader);
    default: return;
  }
}

/// Links work for ever, though the keys are new.
void People::leave_by_an_old_link() {
  Dice dice{script_.seed, "old key", static_cast<std::uint64_t>(jobs_)};
  for (const auto& reader : script_.readers) {
    if (reader.steady || !is_on_list(reader) || got_by(reader).leave.empty() || !dice.chance(30)) continue;
    now_ += dice.between(1, 60) * minute;
    leave_by_link(reader);
    gone_.insert(reader.address);
    return;
  }
}

void People::act_while_deferred() {
  Dice dice{script_.seed, "deferred", static_cast<std::uint64_t>(jobs_)};
  if (!knobs_.has(Fault::timing) || deferred_.empty() || !dice.chance(25)) return;
  constexpr std::array<Act::Kind, 8> kinds = {
      Act::Kind::change,     Act::Kind::change, Act::Kind::suppress,     Act::Kind::erase,
      Act::Kind::leave_wish, Act::Kind::pause,  Act::Kind::move_address, Act::Kind::leave_link};
  const auto& wanted = deferred_[static_cast<std::size_t>(dice.below(static_cast<int>(deferred_.size())))];
  for (std::size_t i = 0; i < script_.readers.size(); ++i) {
    const auto& reader = script_.readers[i];
    if (address_of(reader) != wanted || reader.steady || !is_on_list(reader)) continue;
    now_ += dice.between(1, 20) * minute;
    const auto kind = kinds[static_cast<std::size_t>(dice.below(static_cast<int>(kinds.size())))];
    const auto& digest =
        script_.digests[static_cast<std::size_t>(dice.below(static_cast<int>(script_.digests.size())))];
    do_act({.at_ms = now_, .kind = kind, .reader = static_cast<int>(i), .digest = digest.name});
    // The next run may well be one of the other digest: the machine is off until then.
    if (kind == Act::Kind::change && digest.name == "daily") now_ += dice.between(18, 26) * hour;
    return;
  }
}

void People::act_meanwhile() {
  Dice dice{script_.seed, "meanwhile", static_cast<std::uint64_t>(jobs_)};
  constexpr std::array<Act::Kind, 8> kinds = {Act::Kind::change,     Act::Kind::change, Act::Kind::leave_link,
                                              Act::Kind::leave_wish, Act::Kind::pause,  Act::Kind::pause_page,
                                              Act::Kind::suppress,   Act::Kind::erase};
  std::vector<int> able;
  for (std::size_t i = 0; i < script_.readers.size(); ++i) {
    if (!script_.readers[i].steady && is_on_list(script_.readers[i])) able.push_back(static_cast<int>(i));
  }
  if (able.empty()) return;
  const int reader = able[static_cast<std::size_t>(dice.below(static_cast<int>(able.size())))];
  const auto& digest =
      script_.digests[static_cast<std::size_t>(dice.below(static_cast<int>(script_.digests.size())))];
  do_act({.at_ms = now_,
          .kind = kinds[static_cast<std::size_t>(dice.below(static_cast<int>(kinds.size())))],
          .reader = reader,
          .digest = digest.name});
}

void People::join_by_hand(std::int64_t until) {
  for (const auto& reader : script_.readers) {
    if (reader.joins_ms == 0 || reader.by_page || reader.joins_ms > until || joined_.contains(reader.number))
      continue;
    joined_.insert({reader.number, true});
    std::vector<std::string> words = {"subscriber", "add",         reader.address,
                                      "--digest",   reader.digest, "--confirmed"};
    for (const auto& topic : reader.topics) words.insert(words.end(), {"--topic", topic});
    now_ = std::max(now_, reader.joins_ms);
    act("join", reader.address, words);
    on_list_.insert(reader.address);
    done("join", reader);
  }
}

}  // namespace year
