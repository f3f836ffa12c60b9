// SPDX-License-Identifier: BSL-1.0
#pragma once
// IllegalState: a context or stream is in the wrong state for a call; MissingBatch: a stream has none when it must; Outage: what an output needs is
// away. Wrong arguments are std::invalid_argument.

#include <exception>
#include <stdexcept>
#include <string>

#include <dstream/core/config.hpp>
#include <dstream/core/no_fault.hpp>

namespace dstream::inline v0 {

struct IllegalState : std::logic_error {
  using std::logic_error::logic_error;
};

struct MissingBatch : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// **meaning** what an output throws when what it writes to is out of reach for now, and nothing is wrong with the batch: with a checkpoint directory the batch is
/// repeated until it succeeds, with pauses between, however often that is; it never counts as failed too often. A function of `trying` that throws it makes no dead letter.
struct Outage : std::runtime_error, NoFault {
  using std::runtime_error::runtime_error;
};

namespace detail {
inline std::string whatOf(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "an exception of unknown type";
  }
}
}  // namespace detail

}  // namespace dstream::inline v0
