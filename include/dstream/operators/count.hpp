// SPDX-License-Identifier: BSL-1.0
#pragma once
// count: DStream<T> → DStream<int64>, one record per batch: how many there are.

#include <cstdint>
#include <utility>

#include <dstream/core/action.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/single.hpp>
#include <dstream/core/wide.hpp>

namespace dstream::inline v0 {

namespace detail {

struct CountStep {
  template <class Record>
  DSTREAM_INLINE constexpr std::int64_t operator()(std::int64_t count, Record&&) const {
    return count + 1;
  }
};

template <Rdd R>
constexpr std::int64_t countAll(R& rdd) {
  return foldAll(rdd, std::int64_t{0}, CountStep{}, [](std::int64_t left, std::int64_t right) { return left + right; });
}

struct CountOp {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"count", Role::Wide};

  template <class Record>
  static consteval bool check() {
    return true;
  }

  template <class R>
  auto over(R rdd) const {
    return wide<Single<std::int64_t>>(std::move(rdd), [](R& parent, RunnerRef) { return Single<std::int64_t>{countAll(parent)}; });
  }
};

}  // namespace detail

/// **shape** DStream<T> → DStream<int64> (also Rdd and range: `| count() | value()` is the number)
/// **meaning** the number of records of each batch; 0 for an empty batch. **cost** the loop; nothing is kept.
/// **source** Spark DStream.count.
[[nodiscard]] constexpr auto count() { return detail::CountOp{}; }

}  // namespace dstream::inline v0
