// What a recipient costs: a compiled message written, beside a whole render, encode and build for each
// reader.
//   build/release/bench_message [seconds for each line]
// Prints microseconds of CPU a message; quote the ratios, not the times.
#include <ctime>
#include <iostream>
#include <string>

#include <fmt/format.h>

#include "base/file.hpp"
#include "message/build.hpp"
#include "message/compile.hpp"
#include "message/theme.hpp"

namespace {

using namespace tidings;
using namespace tidings::message;

template <class T>
T must(Result<T> result) {
  if (result) return *std::move(result);
  std::cerr << result.error().line() << "\n";
  std::exit(1);
}

double cpu_us() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

template <class Work>
double measure(double seconds, Work work) {
  int count = 0;
  const double start = cpu_us();
  double spent = 0;
  do {
    work(count++);
    spent = cpu_us() - start;
  } while (spent < seconds * 1e6);
  return spent / count;
}

/// About 30 KB of HTML: thirty posts.
EditionView big_view() {
  auto view = sample_view();
  const auto post = view.groups[0].posts[0];
  for (int i = 0; i < 30; ++i) view.groups[static_cast<std::size_t>(i % 2)].posts.push_back(post);
  return view;
}

Reader reader_of(int n) {
  return {
      .subscriber = {n + 1},
      .address = fmt::format("reader{}@example.org", n),
      .name = fmt::format("Reader {}", n),
      .unsubscribe_url = fmt::format("https://news.example.org/u/AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRob{}", n),
      .unsubscribe_mailto = fmt::format("mailto:leave+{}@news.example.org", n),
      .preferences_url = fmt::format("https://news.example.org/p/{}", n),
      .view_url = "https://news.example.org/weekly/12",
      .envelope_from = fmt::format("bounce+{}@news.example.org", n)};
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::stod(argv[1]) : 1;
  const Lookup lookup = [](std::string_view path) -> std::optional<std::string> {
    auto text = read_file("templates/" + std::string{path});
    if (!text) return std::nullopt;
    return *std::move(text);
  };
  const auto theme = must(Theme::load({}, lookup));
  const auto strings = must(Strings::load("default", "en", lookup));
  const auto zone = must(Zone::find("Europe/Athens"));
  const auto view = big_view();
  const auto date = from_ms(1'768'204'800'000);
  HeaderOptions options{.from = must(parse_mailbox("Harbour News <news@example.org>")),
                        .list = {.list_id = "weekly.news.example.org",
                                 .list_name = "Harbour Weekly",
                                 .feedback_id = "12:weekly:digest:tidings"},
                        .edition_key = "secret"};
  const auto bodies = must(theme.render_bodies(view, strings, zone));
  const auto full = measure(seconds, [&](int n) {
    const auto reader = reader_of(n);
    (void)must(build_full(must(theme.render_for(view, strings, zone, reader)), options, reader, date));
  });
  Message message;
  const auto splice = [&](const HeaderOptions& with) {
    const auto compiled = must(compile(bodies, with));
    const auto reader = reader_of(1);
    return measure(seconds, [&](int) { compiled.write(reader, date, message); });
  };
  const auto plain = splice(options);
  fmt::print(
      "message of {} octets\nfull render and build  {:8.2f} us\nspliced                {:8.2f} us   {:.0f} "
      "times less\n",
      message.size_bytes(), full, plain, full / plain);
  for (const auto kind : {SigningKey::Kind::ed25519, SigningKey::Kind::rsa}) {
    auto with = options;
    with.signers.push_back(must(make_dkim_signer("example.org", "bench", SigningKey::generate(kind))));
    const auto signature = measure(seconds, [&](int n) {
      (void)with.signers[0].key.sign(std::string(32, static_cast<char>('a' + n % 26)));
    });
    const auto spliced = splice(with);
    fmt::print("spliced, signed {:7} {:7.2f} us   bare signature {:.2f} us, all {:.2f} times that\n",
               kind == SigningKey::Kind::rsa ? "rsa" : "ed25519", spliced, signature, spliced / signature);
  }
  return 0;
}
