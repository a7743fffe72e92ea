// argv in, exit status out: the only place where an Error becomes an exit status (sysexits.h).
#include <cstdio>
#include <exception>

#include "base/log.hpp"
#include "base/result.hpp"
#include "cli/session.hpp"

namespace {

int exit_status(tidings::Errc code) {
  using tidings::Errc;
  switch (code) {
    case Errc::usage: return 64;
    case Errc::bad_data: return 65;
    case Errc::no_input: return 66;
    case Errc::unavailable: return 69;
    case Errc::bug: return 70;
    case Errc::cannot_create: return 73;
    case Errc::io: return 74;
    case Errc::try_again: return 75;
    case Errc::not_permitted: return 77;
    case Errc::config: return 78;
  }
  return 70;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto result = tidings::cli::run(argc, argv);
    if (result) return *result;
    tidings::log::failure(result.error());
    return exit_status(result.error().code);
  } catch (const std::exception& error) {
    tidings::log::error(std::string{"bug: "} + error.what());
    return exit_status(tidings::Errc::bug);
  }
}
