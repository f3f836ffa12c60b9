// SPDX-License-Identifier: BSL-1.0
#pragma once
// on: the runner on which the tasks of a range's pipeline run.

#include <concepts>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>

namespace dstream::inline v0 {

namespace detail {
struct OnOp {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"on", Role::Setting};
  template <class Record>
  static consteval bool check() {
    return true;
  }
  template <class R>
  auto over(R rdd) const {
    return RunnerRdd<R>{std::move(rdd), runner};
  }
  RunnerRef runner;
};
}  // namespace detail

/// **shape** Rdd<T> → Rdd<T>. **meaning** what follows runs on `runner`, e.g. an Executor: `parallelize(v, 8) | on(executor) | …`.
/// The runner must outlive the pipeline. A DStream runs on its Context's workers and needs none of this.
template <Runner R>
[[nodiscard]] auto on(R& runner) {
  return detail::OnOp{runner};
}
[[nodiscard]] inline auto on(RunnerRef runner) { return detail::OnOp{runner}; }
/// The same on the workers of a Context, until it is stopped.
template <class C>
  requires requires(C& context) {
    { context.runner() } -> std::same_as<RunnerRef>;
  }
[[nodiscard]] auto on(C& context) {
  return on(context.runner());
}

}  // namespace dstream::inline v0
