// SPDX-License-Identifier: BSL-1.0
#pragma once
// NoFault: what is thrown through no fault of a record or a batch.

#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

/// **meaning** a base of exceptions that say nothing of the record whose function throws them: a service is away, the batch is given up. They pass
/// `trying`, as std::bad_alloc does, and the batch learns of them.
struct NoFault {};

}  // namespace dstream::inline v0
