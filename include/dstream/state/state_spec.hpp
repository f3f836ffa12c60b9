// SPDX-License-Identifier: BSL-1.0
#pragma once
// StateSpec: what mapWithState does with each record and its key's state.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/durations.hpp>

namespace dstream::inline v0 {

namespace detail {
template <class S, class Fn, class Initial, bool durable = true>
struct StateSpecOf {
  using state_type = S;
  static constexpr bool inCheckpoints = durable;

  /// (key, state) pairs before the first batch. They count as updated in it.
  template <class Pairs>
  [[nodiscard]] auto initialState(Pairs pairs) const {
    return StateSpecOf<S, Fn, Pairs, durable>{fn, std::move(pairs), partitions, idle, every};
  }
  [[nodiscard]] StateSpecOf numPartitions(std::size_t count) const {
    StateSpecOf spec = *this;
    spec.partitions = count;
    return spec;
  }
  /// A key without a record for longer than this has one last call, with isTimingOut(), and loses its state; 146 years and more are for ever.
  /// **errors** std::invalid_argument unless longer than zero.
  [[nodiscard]] StateSpecOf timeout(Timespan duration) const {
    if (duration.nanoseconds <= 0) throw std::invalid_argument("dstream: the timeout of a state must be longer than zero");
    StateSpecOf spec = *this;
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 2;  // it is subtracted from times
    spec.idle = duration.nanoseconds < most ? duration.nanoseconds : most;
    return spec;
  }
  /// Looks for states that timed out in every `batches`-th batch only, as Spark does at its checkpoints (by default every 10th).
  [[nodiscard]] StateSpecOf timeoutScanEvery(std::size_t batches) const {
    if (batches == 0) throw std::invalid_argument("dstream: timeoutScanEvery needs at least 1");
    StateSpecOf spec = *this;
    spec.every = batches;
    return spec;
  }

  /// No checkpoint may have these states, so they need no Codec. A stream with a checkpoint directory refuses to start with them.
  [[nodiscard]] auto transient() const { return StateSpecOf<S, Fn, Initial, false>{fn, initial, partitions, idle, every}; }

  Fn fn;
  Initial initial;
  std::size_t partitions = 0;
  std::int64_t idle = 0;  // 0: for ever
  std::size_t every = 1;
};
struct NoInitialState {};
}  // namespace detail

/// **meaning** `StateSpec::function<S>(f)` with `.initialState(pairs)`, `.numPartitions(n)`, `.timeout(idle)`, `.transient()`.
/// **function contract** `f(const K&, optional<V>, State<S>&) → E`, one mapped record for each call, or
/// `f(Time, const K&, optional<V>, State<S>&) → optional<E>`, at most one. Called as const, from several threads, for one key by one at a time.
/// **source** Spark's StateSpec.
struct StateSpec {
  template <class S, class Fn>
  [[nodiscard]] static auto function(Fn fn) {
    return detail::StateSpecOf<S, Fn, detail::NoInitialState>{std::move(fn), {}};
  }
  /// Without S: says what is missing.
  template <class Fn>
  static auto function(const Fn&) {
    static_assert(!std::is_object_v<Fn>, "a StateSpec needs the type of the state: write StateSpec::function<S>(f)");
    return detail::StateSpecOf<int, Fn, detail::NoInitialState>{};
  }
};

}  // namespace dstream::inline v0
