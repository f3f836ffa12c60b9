// SPDX-License-Identifier: BSL-1.0
#pragma once
// unfused: the reference interpretation of a pipeline: each operator by itself, with what it gave collected before the next one begins.

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/sources/queueStream.hpp>
#include <dstream/testing/driver.hpp>

namespace dstream::inline v0::testing::detail {

/// **meaning** the batches between two operators, `slide` apart, the first one slide after time 0. `Reference`: the type in which the fused
/// pipeline's loop would hand on these records.
template <class Reference>
struct Between {
  std::vector<std::vector<Kept<Reference>>> batches;
  std::chrono::nanoseconds slide;
};

/// A stored record as the loop would hand it on: views as views, references as references, temporaries as temporaries.
template <class Reference>
struct HandOn {
  using Stored = Kept<Reference>;
  using Record =
      std::conditional_t<std::is_lvalue_reference_v<Reference> || !v0::detail::SelfOwned<std::remove_cvref_t<Reference>>, View<Reference>, Stored>;
  Record operator()(const Stored& stored) const { return Owned<std::remove_cvref_t<Reference>>::look(stored); }
};

/// One operator in a graph of its own: one partition, one worker; its batches as far apart as those that come.
template <class Op, class Reference>
auto alone(const Op& op, Between<Reference> before) {
  BatchQueue<Kept<Reference>> queue;
  GraphDriver driver([&](StreamingContext& stream) { return stream.queueStream(queue) | map(HandOn<Reference>{}) | op; },
                     {.workers = 1, .interval = before.slide, .start = 0});
  using Result = typename decltype(driver)::Stream::rdd_type::reference;
  Between<Result> after{{}, driver.slide()};
  const auto every = static_cast<std::size_t>(driver.slide() / before.slide);
  for (std::size_t i = 0; i < before.batches.size(); ++i) {
    queue.push(std::move(before.batches[i]));
    auto records = driver.next();
    if ((i + 1) % every != 0) continue;
    if (!records) throw std::logic_error("dstream: checkEquivalent: an operator gave no batch at a time of its slide; that cannot be interpreted");
    after.batches.push_back(*std::move(records));
  }
  return after;
}

/// **meaning** the batches that `pipeline` makes of these, operator by operator. **errors** what the operators throw.
template <class Pipeline, class Reference>
auto unfused(const Pipeline& pipeline, Between<Reference> before) {
  if constexpr (v0::detail::isComposed<Pipeline>) {
    return detail::unfused(pipeline.then, detail::unfused(pipeline.first, std::move(before)));
  } else {
    return detail::alone(pipeline, std::move(before));
  }
}

template <class Op>
inline constexpr bool takesStream = false;
template <class Op>
  requires requires(const Op& op) { op.other; }
inline constexpr bool takesStream<Op> = v0::detail::StreamLike<decltype(Op::other)>;
template <class Op>
  requires requires(const Op& op) { std::tuple_size<decltype(op.others)>::value; }
inline constexpr bool takesStream<Op> = std::tuple_size_v<decltype(Op::others)> != 0;

/// Speaks the sentences, and says whether the pipeline can be interpreted.
template <class Pipeline>
consteval bool interpretable() {
  if constexpr (v0::detail::isComposed<Pipeline>) {
    return detail::interpretable<decltype(Pipeline::first)>() && detail::interpretable<decltype(Pipeline::then)>();
  } else {
    constexpr bool ended = Pipeline::kind == Kind::Action || Pipeline::kind == Kind::Output;
    static_assert(!ended, "checkEquivalent compares the records of a pipeline: leave out the action or the output at its end");
    static_assert(!takesStream<Pipeline>, "checkEquivalent has one source and cannot feed another stream: give the operator of two inputs a range "
                                          "instead, which is the same for every batch, or drive the graph by testing::drive(build)");
    return !ended && !takesStream<Pipeline>;
  }
}

}  // namespace dstream::inline v0::testing::detail
