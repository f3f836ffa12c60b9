// SPDX-License-Identifier: BSL-1.0
#include <dstream/actions/foreachPartition.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <vector>

#include <dstream/core/on.hpp>
#include <dstream/core/range_rdd.hpp>
#include <dstream/operators/map.hpp>

#include "support/catch.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;

constexpr int sumOfSums() {
  int total = 0;
  const std::array numbers{1, 2, 3, 4, 5};
  parallelize(numbers, 2) | map([](int i) { return i * 10; }) | foreachPartition([&](auto partition) {
    int sum = 0;
    partition.foreach([&](int i) { sum += i; });
    total += sum;
  });
  return total;
}
static_assert(sumOfSums() == 150);

TEST_CASE("foreachPartition: once for each partition, empty ones too, whole and in order") {
  const std::vector numbers{1, 2, 3};
  std::vector<std::vector<int>> seen(5);
  int calls = 0;
  parallelize(numbers, 5) | foreachPartition([&](auto partition) {
    ++calls;
    partition.foreach([&](int i) { seen[partition.index()].push_back(i); });
  });
  CHECK(calls == 5);
  std::vector<int> all;
  for (const auto& part : seen) all.insert(all.end(), part.begin(), part.end());
  CHECK(all == numbers);
}

TEST_CASE("foreachPartition: a partition is one task, on any runner; what it throws reaches the caller") {
  std::vector<int> numbers(1000, 1);
  support::SlicingRunner runner(3);
  std::atomic<int> total{0};
  std::atomic<int> calls{0};
  parallelize(numbers, 4) | on(runner) | foreachPartition([&](auto partition) {
    int sum = 0;
    partition.foreach([&](int i) { sum += i; });
    total += sum;
    ++calls;
  });
  CHECK(total == 1000);
  CHECK(calls == 4);
  CHECK_THROWS_AS(parallelize(numbers, 4) | foreachPartition([](auto) { throw std::runtime_error("no connection"); }), std::runtime_error);
}

TEST_CASE("foreachPartition: a function may take the partition in any way") {
  std::vector<std::size_t> indices;
  parallelize(std::vector{1, 2}, 2) | foreachPartition([&](auto& partition) { indices.push_back(partition.index()); });
  parallelize(std::vector{1, 2}, 2) | foreachPartition([&](auto&& partition) { indices.push_back(partition.index()); });
  parallelize(std::vector{1, 2}, 2) | foreachPartition([&](const auto& partition) { indices.push_back(partition.index()); });
  CHECK(indices == std::vector<std::size_t>{0, 1, 0, 1, 0, 1});
}

TEST_CASE("foreachPartition: a function that cannot be copied") {
  int sum = 0;
  std::vector{1, 2} | foreachPartition([&sum, factor = std::make_unique<int>(10)](auto partition) {
    partition.foreach([&](int i) { sum += i * *factor; });
  });
  CHECK(sum == 30);
}

}  // namespace
