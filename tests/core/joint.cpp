// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/joint.hpp>

#include <memory>
#include <utility>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;

struct Sizes {
  template <class, class>
  static consteval bool check() {
    return true;
  }
  template <class First, class Second>
  auto over(First first, Second second) const {
    using Both = detail::Both<First, Second>;
    return detail::wide<Single<std::int64_t>>(Both{std::move(first), std::move(second)}, [](Both& both, RunnerRef runner) {
      return Single<std::int64_t>{10 * detail::countAll(both.first) + detail::countAll(both.second) + static_cast<std::int64_t>(100 * runner.slots())};
    });
  }
};

TEST_CASE("joint: two inputs become the parents of one wide operator, which runs where either of them does") {
  const std::vector<int> two{1, 2};
  const std::vector<int> three{1, 2, 3};
  CHECK((two | detail::joint(Sizes{}, three) | value()) == 123);
  support::SlicingRunner runner(1, 16, 5);
  CHECK((parallelize(two, 2) | on(runner) | detail::joint(Sizes{}, three) | value()) == 523);
  CHECK((two | detail::joint(Sizes{}, parallelize(three, 2) | on(runner)) | value()) == 523);
}

TEST_CASE("joint: a second input that only moves is moved in") {
  std::vector<std::unique_ptr<int>> owned;
  owned.push_back(std::make_unique<int>(1));
  CHECK((std::vector{1} | detail::joint(Sizes{}, std::move(owned)) | value()) == 111);
}

TEST_CASE("joint: a name says nothing on ranges, stays with the closure and can be given anew") {
  const std::vector<int> two{1, 2};
  const auto plain = detail::joint(Sizes{}, two);
  const auto named = plain.named("sizes");
  static_assert(sizeof(plain) == sizeof(plain.other));
  CHECK(named.op.name == "sizes");
  CHECK(named.named("other").op.name == "other");
  CHECK((two | named | value()) == 122);
  std::vector<std::unique_ptr<int>> owned(3);
  CHECK((two | detail::joint(Sizes{}, std::move(owned)).named("moved") | value()) == 123);
}

}  // namespace
