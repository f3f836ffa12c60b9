// SPDX-License-Identifier: BSL-1.0
#pragma once
// foldByKey: DStream<(K, V)> → DStream<(K, V)>, the values of each key folded from a zero, per batch.

#include <cstddef>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/shared_function.hpp>
#include <dstream/shuffle/aggregateByKey.hpp>

namespace dstream::inline v0 {

/// **shape** DStream<(K, V)> → DStream<(K, A)>, A the type of `zero` (also Rdd and range)
/// **meaning** `aggregateByKey(zero, fn, fn)`. **function contract** `fn(A, V) → A` and `fn(A, A) → A`, or `(A&, V)` and `(A&, A)` that return nothing; with `zero` neutral.
/// **source** Spark PairRDDFunctions.foldByKey.
template <class Zero, class Fn>
[[nodiscard]] auto foldByKey(Zero zero, Fn fn, std::size_t partitions = 0) {
  auto both = detail::copyable(std::move(fn));
  return detail::speakingFor("foldByKey", aggregateByKey(std::move(zero), both, both, partitions));
}

}  // namespace dstream::inline v0
