// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/whole.hpp>

#include <cstddef>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;

/// The number of each partition, and of its records.
struct Sizes {
  template <class>
  using Result = std::size_t;
  template <class Parent, class Accumulator, class Step>
  Accumulator fold(Parent& parent, std::size_t partition, Accumulator accumulator, Step& step) const {
    const auto one = [](std::size_t count, const auto&) { return count + 1; };
    return step(std::move(accumulator), 100 * partition + parent.fold(Slice{partition}, std::size_t{0}, one));
  }
};

TEST_CASE("WholeRdd: one slice per partition") {
  support::SlicingRunner runner(1, 4);
  auto parent = parallelize(std::vector{1, 2, 3, 4, 5}, 2) | on(runner);
  CHECK(parent.splits(0, 4) == 2);
  WholeRdd<decltype(parent), Sizes> whole{parent, {}};
  CHECK(whole.splits(0, 4) == 1);
  CHECK((whole | collect()) == std::vector<std::size_t>{2, 103});
}

}  // namespace
