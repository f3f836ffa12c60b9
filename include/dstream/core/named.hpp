// SPDX-License-Identifier: BSL-1.0
#pragma once
// Nameable: closures that make a node of the stream graph can name it.

#include <string>
#include <utility>

#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

/// **meaning** `reduceByKey(plus).named("counts")`: the name by which events, plans and checkpoints know what the closure makes.
/// On a plain range it says nothing.
template <class Closure>
struct Nameable {
  [[nodiscard]] Closure named(std::string given) const& {
    Closure closure = static_cast<const Closure&>(*this);
    closure.name = std::move(given);
    return closure;
  }
  std::string name;
};

namespace detail {
/// The operator inside a closure that was named: the closure's other parts need no room for a name, nor a constant expression a string.
template <class Op>
struct NamedOp : Op {
  std::string name;
};
template <class Op>
struct UnnamedOf {
  using type = Op;
};
template <class Op>
struct UnnamedOf<NamedOp<Op>> {
  using type = Op;
};
}  // namespace detail

}  // namespace dstream::inline v0
