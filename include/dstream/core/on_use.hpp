// SPDX-License-Identifier: BSL-1.0
#pragma once
// OnUse, Deferred: what is compiled where a program uses it, and not wherever its header is included.

#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

/// **meaning** the parameter of a template that depends on nothing. The runtime is large, and most files that include it use a small part:
/// of `template <class = OnUse> class BasicScheduler` the compiler builds what is called, where it is called first, and else nothing.
/// Each such class has its own name, `using Scheduler = BasicScheduler<>`, and is used by that alone.
/// **cost** without it, including <dstream/dstream.hpp> would take more than twice as long.
struct OnUse {};

namespace detail {
template <class T, class>
struct DeferredType {
  using type = T;
};
}  // namespace detail

/// **meaning** T, into which the compiler does not look before the template that says so is used: for members and variables of such a template
/// whose types, most of them containers, are nothing's parameter and would be built at once.
template <class T, class Use>
using Deferred = typename detail::DeferredType<T, Use>::type;

}  // namespace dstream::inline v0
