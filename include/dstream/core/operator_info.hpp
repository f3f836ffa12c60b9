// SPDX-License-Identifier: BSL-1.0
#pragma once
// OperatorInfo: what an operator is called and what it does to the loop it stands in; plans are made of it.

#include <cstddef>
#include <cstdint>

#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

/// **meaning** Fused: joins the loop. Partition: joins it, and sees whole partitions. Wide: ends the loop and begins the next. Shuffle: the same, and
/// moves records to the partition of their key or place. Window: the loop goes on over the batches of a window. WindowState, State: end the loop, and
/// carry something along from batch to batch. Transform: a function of whole batches. Setting: says how, not what. The others end pipelines.
enum class Role { Fused, Partition, Wide, Shuffle, Window, WindowState, State, Transform, Setting, Source, Action, Output };

/// **meaning** an operator's line about itself: `static constexpr OperatorInfo info{"map", Role::Fused};`. The other fields are known of a value only:
/// an operator that has them fills them in `describe(OperatorInfo&) const`. `using Before = …Op;` says that one which needs a stream puts that in front of
/// itself. An operator without `info` works as well, and is called "operator" in plans.
struct OperatorInfo {
  const char* name = "operator";
  Role role = Role::Wide;
  /// The scan inside its function, if it looks through the function to that.
  const char* scan = nullptr;
  /// Moves records as a shuffle does, and more: its role is another.
  bool shuffles = false;
  /// Right behind a text it need not be given lines: its scan finds them by the way.
  bool acrossLines = false;

  /// As asked for; 0: as many as there are workers.
  std::size_t partitions = 0;
  /// Of a window, and after how long without a record a state is dropped (0: never). **units** nanoseconds.
  std::int64_t length = 0;
  std::int64_t slide = 0;
  std::int64_t timeout = 0;
  /// How a window is carried along.
  const char* algorithm = nullptr;
};

namespace detail {

template <class Op>
constexpr OperatorInfo infoOf(Role otherwise) {
  if constexpr (requires(const OperatorInfo* at) { at = &Op::info; }) {  // a user's operator may have another info
    return Op::info;
  } else {
    return {"operator", otherwise};
  }
}

template <class Op>
constexpr OperatorInfo infoOf(const Op& op, Role otherwise) {
  OperatorInfo info = infoOf<Op>(otherwise);
  if constexpr (requires { info.partitions = op.partitions; } && !requires { typename Op::Before; }) info.partitions = op.partitions;
  if constexpr (requires { op.describe(info); }) op.describe(info);
  return info;
}

/// The scan that a function object names, as splitWords does, where what it returns pushes its elements itself.
template <class Fn>
inline constexpr const char* scanOf = nullptr;
template <class Fn>
  requires requires { Fn::scan; }
inline constexpr const char* scanOf<Fn> = Fn::scan;

template <class Fn>
concept LooksAcrossLines = requires { requires Fn::acrossLines; };

}  // namespace detail

}  // namespace dstream::inline v0
