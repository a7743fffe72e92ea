// The machine that the newsletter runs on, in its weather: a clock, a disk, relays and blogs at its ports,
// and jobs.
//
// What happens in a job goes into the journal; of the mails that relays took, the last of each address is at
// hand.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "year/job.hpp"
#include "year/relay.hpp"
#include "year/script.hpp"

namespace year {

/// Makes the folders above it too.
void write(const std::filesystem::path& path, const std::string& text);
/// The value of a text in a line of the journal.
[[nodiscard]] std::string text_in(std::string_view line, const std::string& name);

/// What somebody has of us: of the last mail they got, or the last that had such a link.
struct Got {
  std::string from;
  std::string id;
  std::string list;
  std::string leave;
  std::string confirm;
  std::string preferences;
};

class Host {
 public:
  /// In the working folder, which is empty. Begins the journal.
  Host(std::uint64_t seed, const Knobs& knobs);
  virtual ~Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

 protected:
  /// Runs the program, and lets the clock go on to its end.
  Ended run(std::vector<std::string> words, Faults faults = {}, std::string input = {},
            std::vector<std::pair<std::string, std::string>> environment = {});
  /// Of relays and blogs, for the jobs from now on.
  void choose_weather();
  /// Of the next job.
  [[nodiscard]] Faults choose_faults();
  /// A job stands still, and others act.
  virtual void act_meanwhile() {}
  /// The folder is on another machine from now on.
  void move();

  Script script_;
  Knobs knobs_;
  std::int64_t now_;
  int jobs_ = 0;
  std::int64_t clock_off_ms_ = 0;  ///< so far the clock of the host is ahead of the world's, for a while
  std::int64_t usual_seams_ = 0;   ///< that a job passes which sends
  std::array<std::int64_t, 2> weather_until_{};
  bool is_halted_ = false;  ///< a job stands still
  std::map<std::string, Got> got_;
  std::vector<std::string> deferred_;  ///< whom a relay has refused for now in the last job

 private:
  void note_script();
  void lose_power();
  void write_local(int source);
  void read_journal(std::size_t begin);

  std::string machine_ = "m1";
  int machines_ = 1;
  int boots_ = 1;
  std::array<RelayWeather, 2> weather_{};
  std::map<int, std::string> local_;
};

}  // namespace year
