// Whether the pages of public_url answer as mail programs need them, for doctor --pages.
#pragma once

#include <functional>

#include "app/doctor.hpp"
#include "config/config.hpp"

namespace tidings::app {

/// Asks for the sign-up page, and presses the button of a link that belongs to nobody. Changes nothing there.
void examine_pages(const config::Config& config, const std::function<void(Finding)>& add);

}  // namespace tidings::app
