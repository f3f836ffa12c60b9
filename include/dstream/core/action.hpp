// SPDX-License-Identifier: BSL-1.0
#pragma once
// What actions share: folding all slices of an Rdd, and the sentence for an action on a stream.

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/spare_memory.hpp>

namespace dstream::inline v0::detail {

/// Folds everything. Inline: one accumulator through all partitions, exactly the loop. Else: every slice from `identity`, partial
/// results merged in slice order, so the result does not depend on the worker count.
template <Rdd R, class Accumulator, class Step, class Merge>
constexpr Accumulator foldAll(R& rdd, Accumulator identity, Step step, Merge merge) {
  auto runner = rdd.runner();
  rdd.prepare(runner);
  if constexpr (runsInline<R> && FoldsEverything<R> && wordSized<Accumulator>) {
    return rdd.fold(Everything{}, identity, step);  // without foldInto: one function less around the loop
  } else if constexpr (runsInline<R> && FoldsEverything<R>) {
    foldInto(rdd, Everything{}, identity, step);
    return identity;
  } else if constexpr (runsInline<R>) {
    for (std::size_t partition = 0, count = rdd.partitions(); partition < count; ++partition) foldInto(rdd, Slice{partition}, identity, step);
    return identity;
  } else {
    const auto slices = slicesOf(rdd, runner.sliceBytes());
    BatchVector<std::optional<Accumulator>> partials(slices.size());
    runner.forEach(slices.size(), [&](std::size_t, std::size_t task) {
      Accumulator partial = identity;
      Step own = step;
      foldInto(rdd, slices[task], partial, own);
      partials[task].emplace(std::move(partial));
    });
    for (auto& partial : partials) identity = merge(std::move(identity), *std::move(partial));
    return identity;
  }
}

/// Each slice folded into a Partial of its own by `step(Partial*, record)`, in the order of the slices.
template <class Partial, Rdd R, class Step>
std::vector<Partial> foldSlices(R& rdd, const Step& step) {
  auto runner = rdd.runner();
  rdd.prepare(runner);
  const auto slices = slicesOf(rdd, runner.sliceBytes());
  std::vector<Partial> partials(slices.size());
  runner.forEach(slices.size(), [&](std::size_t, std::size_t task) {
    Step own = step;
    Partial partial{};  // a local, which may stay in registers
    static_cast<void>(rdd.fold(slices[task], &partial, own));
    partials[task] = std::move(partial);
  });
  return partials;
}

/// The base of every action: what it says to a DStream.
struct ActionBase {
  static constexpr Kind kind = Kind::Action;
};

}  // namespace dstream::inline v0::detail
