// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/on_use.hpp>

#include <concepts>
#include <vector>

#include "support/catch.hpp"

namespace {

using dstream::Deferred;
using dstream::OnUse;

static_assert(std::same_as<Deferred<std::vector<int>, OnUse>, std::vector<int>>);

template <class T>
struct Instantiated {
  static_assert(sizeof(T) == 0);
};

template <class Use = OnUse>
struct Lazy {
  static int used() { return 1; }
  static int unused() { return Deferred<Instantiated<int>, Use>::any; }
};

TEST_CASE("on_use: what is not called is not built") { CHECK(Lazy<>::used() == 1); }

}  // namespace
