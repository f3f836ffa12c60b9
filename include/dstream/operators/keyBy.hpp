// SPDX-License-Identifier: BSL-1.0
#pragma once
// keyBy: DStream<T> → DStream<(K, T)>, each record with a key that a function makes of it.

#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/invoke.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/operators/map.hpp>

namespace dstream::inline v0 {

namespace detail {

template <class Fn>
struct WithKey {
  template <class Record>
  using Made = CallResult<Fn, const std::remove_reference_t<Record>&>;
  /// A record may be moved only when its key owns what it is made of; a key that refers to the record is copied then.
  template <class Record>
  static constexpr bool moves = !std::is_lvalue_reference_v<Record> && SelfOwned<std::remove_cvref_t<Made<Record>>>;
  template <class Record>
  using Key = std::conditional_t<moves<Record>, std::remove_cvref_t<Made<Record>>, Passed<Made<Record>>>;
  template <class Record>
  using Value = std::conditional_t<moves<Record>, std::remove_cvref_t<Record>, Passed<const std::remove_reference_t<Record>&>>;

  template <class Record, class Result = std::pair<Key<Record>, Value<Record>>>
  DSTREAM_INLINE constexpr Result operator()(Record&& record) const {
    Key<Record> key = detail::invoke(fn, std::as_const(record));
    return Result(std::forward<Key<Record>>(key), std::forward<Record>(record));
  }
  [[no_unique_address]] Fn fn;
};

template <class Fn>
struct KeyByOp : MapOp<WithKey<Fn>> {
  static constexpr OperatorInfo info{"keyBy", Role::Fused};

  template <class Record>
  static consteval bool check() {
    using Shown = const std::remove_reference_t<Record>&;
    constexpr bool fits = callable<Fn, Shown>;
    if constexpr (!fits) {
      constexpr bool said = saysWhyNot<Fn, Record>();
      static_assert(said, "keyBy needs a function that takes one record of this stream (a const one, and as const itself)");
    }
    if constexpr (fits) {
      static_assert(!std::is_void_v<CallResult<Fn, Shown>>, "keyBy needs a function that returns a key");
      return !std::is_void_v<CallResult<Fn, Shown>>;
    }
    return false;
  }
};

}  // namespace detail

/// **shape** DStream<T> → DStream<(K, T)> (also Rdd and range)
/// **meaning** each record behind the key that `fn` makes of it. **function contract** `fn(const T&) → K`, a function or a pointer to member;
/// once per record, as const, from several threads. **order** kept. **cost** the call, fused; a record that the parent keeps is referred to.
/// **errors** compile time: not callable with the record, returns void. **source** Spark RDD.keyBy.
template <class Fn>
[[nodiscard]] constexpr auto keyBy(Fn fn) {
  return detail::KeyByOp<Fn>{{detail::WithKey<Fn>{std::move(fn)}}};
}

}  // namespace dstream::inline v0
