// SPDX-License-Identifier: BSL-1.0
#pragma once
// Lent: a narrow operator by reference, with which a stream's batches share what the stream owns.

#include <dstream/core/config.hpp>
#include <dstream/core/pipe.hpp>

namespace dstream::inline v0 {

/// **meaning** a narrow operator owned by someone who outlives the batch: what a stream lends to each of its batches. What it does not fit, the stream has refused.
template <class Op>
struct Lent {
  static constexpr Kind kind = Kind::Narrow;

  template <class>
  static consteval bool check() {
    return true;
  }
  template <class Record>
  using Result = typename Op::template Result<Record>;
  template <class Next>
  using Step = typename Op::template Step<Next>;
  DSTREAM_INLINE constexpr operator const Op&() const { return *op; }  // NOLINT(google-explicit-constructor): what its steps refer to

  const Op* op;
};
template <class Op>
Lent(const Op*) -> Lent<Op>;

}  // namespace dstream::inline v0
