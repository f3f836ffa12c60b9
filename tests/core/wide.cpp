// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/wide.hpp>

#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/actions/sum.hpp>
#include <dstream/core/on.hpp>
#include <dstream/core/range_rdd.hpp>
#include <dstream/core/single.hpp>
#include <dstream/operators/map.hpp>

#include "support/catch.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;

/// A wide Rdd that says how often it was computed, and whether its parent still lives.
auto counted(const std::shared_ptr<int>& computed) {
  auto parent = std::vector{1, 2, 3} | map([held = computed](int x) { return x; });
  return detail::wide<Single<int>>(std::move(parent), [computed](auto& rdd, RunnerRef) {
    ++*computed;
    return Single<int>{static_cast<int>(rdd | sum())};
  });
}

TEST_CASE("WideRdd: lazy, computed once, shared by copies") {
  const auto computed = std::make_shared<int>(0);
  auto rdd = counted(computed);
  const auto copy = rdd;
  CHECK(*computed == 0);
  CHECK((rdd | collect()) == std::vector{6});
  CHECK((copy | collect()) == std::vector{6});
  auto moved = std::move(rdd);
  CHECK((moved | collect()) == std::vector{6});
  CHECK(*computed == 1);
}

TEST_CASE("WideRdd: never computed, it goes away with its parent") {
  const auto computed = std::make_shared<int>(0);
  {
    auto rdd = counted(computed);
    auto copy = rdd;
    copy = std::move(rdd);
    copy = counted(computed);
    CHECK(computed.use_count() > 1);
  }
  CHECK(computed.use_count() == 1);
  CHECK(*computed == 0);
}

TEST_CASE("WideRdd: the parent goes when the result is there") {
  const auto held = std::make_shared<int>(0);
  auto parent = std::vector{1, 2, 3} | map([held](int x) { return x; });
  auto rdd = detail::wide<Single<int>>(std::move(parent), [](auto& source, RunnerRef) {
    return Single<int>{static_cast<int>(source | sum())};
  });
  CHECK(held.use_count() > 1);
  CHECK((rdd | sum()) == 6);
  CHECK(held.use_count() <= 2);
}

TEST_CASE("WideRdd: what the work throws reaches the caller; it may then be prepared again") {
  int attempts = 0;
  const std::vector<int> records{1, 2};
  auto rdd = detail::wide<Single<int>>(records | map([](int x) { return x; }),
                                       [&attempts](auto& parent, RunnerRef) {
                                         if (++attempts == 1) throw std::runtime_error("first");
                                         return Single<int>{static_cast<int>(parent | sum())};
                                       });
  CHECK_THROWS_WITH(rdd | collect(), "first");
  CHECK((rdd | collect()) == std::vector{3});
  CHECK(attempts == 2);
}

TEST_CASE("WideRdd: hands the runner of its range on") {
  support::SlicingRunner runner(1, 8, 5);
  const std::vector<int> records{1, 2};
  auto rdd = detail::wide<Single<int>>(records | on(runner), [](auto&, RunnerRef used) {
    return Single<int>{static_cast<int>(used.slots())};
  });
  CHECK(rdd.runner().slots() == 5);
  CHECK((rdd | collect()) == std::vector{5});
}

}  // namespace
