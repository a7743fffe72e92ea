// edition export
#pragma once

#include "cli/command.hpp"

namespace tidings::cli {

void add_export_command(Command noun, Session& session);

}  // namespace tidings::cli
