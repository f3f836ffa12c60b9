// SPDX-License-Identifier: BSL-1.0
#pragma once
// IllegalState: what is thrown when a context or stream is in the wrong state for a call; wrong arguments are std::invalid_argument.

#include <stdexcept>

#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

struct IllegalState : std::logic_error {
  using std::logic_error::logic_error;
};

}  // namespace dstream::inline v0
