// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/iota.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"
#include "support/copy_counter.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;
using Buffers = std::vector<std::vector<int>>;

TEST_CASE("buffered: the records of each slice; evenly: cut anew, in order") {
  const auto numbers = ranges::views::iota(0, 23) | ranges::to<std::vector>();
  support::SlicingRunner runner(1, 3 * sizeof(int));
  auto rdd = parallelize(numbers, 2);
  const auto buffers = detail::buffered(rdd, runner);
  CHECK(buffers.size() == 8);
  for (const std::size_t parts : {1U, 2U, 5U, 30U}) {
    const auto even = detail::evenly(buffers, runner, parts);
    REQUIRE(even.size() == parts);
    std::vector<int> joined;
    for (const auto& part : even) {
      CHECK(part.size() >= 23 / parts);
      CHECK(part.size() <= 23 / parts + 1);
      joined.insert(joined.end(), part.begin(), part.end());
    }
    CHECK(joined == numbers);
  }
  CHECK(detail::evenly(Buffers{}, runner, 2) == Buffers(2));
}

TEST_CASE("buffered: where the number of records is known, room for them is there at once") {
  support::Tally tally;
  const auto records = support::counters(23, tally);
  const auto same = [](const support::CopyCounter& record) -> const support::CopyCounter& { return record; };
  const auto movesOf = [&](auto rdd, std::size_t sliceBytes) {
    support::SlicingRunner runner(1, sliceBytes);
    tally = {0, 0, 23};
    const auto buffers = detail::buffered(rdd, runner);
    CHECK(tally.copies == 23);
    for (const auto& buffer : buffers) CHECK(buffer.capacity() <= buffer.size() + 1);
    return tally.moves;
  };
  CHECK(movesOf(parallelize(records, 1), 1000) == 23);
  for (const std::size_t partitions : {1U, 2U, 7U, 30U}) CHECK(movesOf(parallelize(records, partitions) | map(same), 4 * sizeof(support::CopyCounter)) == 23);
}

TEST_CASE("reserveFor: a range without end may be ended by a function that throws") {
  const auto endless = ranges::views::iota(std::int64_t{0}, std::int64_t{1} << 60);
  const auto ended = map([](std::int64_t i) { return i < 3 ? i : throw std::runtime_error("three"); });
  auto rdd = endless | ended;
  CHECK_THROWS_WITH(detail::buffered(rdd, RunnerRef{}), "three");
  CHECK_THROWS_WITH(endless | ended | collect(), "three");
  CHECK((endless | ended | take(3)).size() == 3);
}

TEST_CASE("joined: the partitions of the slices, empty ones too; what is alone stays where it is") {
  const auto numbers = ranges::views::iota(0, 23) | ranges::to<std::vector>();
  for (const std::size_t partitions : {1U, 2U, 5U, 30U})
    for (const std::size_t sliceBytes : {4U, 12U, 1000U}) {
      support::SlicingRunner runner(partitions, sliceBytes);
      auto rdd = parallelize(numbers, partitions);
      const auto slices = detail::slicesOf(rdd, runner.sliceBytes());
      const auto parts = detail::joined(detail::buffered(rdd, runner, slices), runner, slices, partitions);
      CHECK(parts == (rdd | glom() | collect()));
    }
  CHECK(detail::joined(Buffers{}, RunnerRef{}, {}, 2) == Buffers(2));
  CHECK(detail::joined(std::vector<std::vector<bool>>{{true}, {false}}, RunnerRef{}, {{0, 0, 2}, {0, 1, 2}}, 1) == std::vector<std::vector<bool>>{{true, false}});
  Buffers alone{{1, 2}};
  const int* const first = alone.front().data();
  CHECK(detail::joined(std::move(alone), RunnerRef{}, {{0, 0, 1}}, 1).front().data() == first);
}

/// Counts how often it is looked at.
struct Looked {
  [[nodiscard]] std::size_t size() const {
    ++looks;
    return numbers.size();
  }
  void reserve(std::size_t size) { numbers.reserve(size); }
  void push_back(int number) { numbers.push_back(number); }
  int& operator[](std::size_t i) {
    ++looks;
    return numbers[i];
  }
  std::vector<int> numbers;
  static inline std::size_t looks = 0;
};

TEST_CASE("evenly: each part looks at its own records' buffers") {
  constexpr std::size_t count = 1000;
  std::vector<Looked> buffers(2 * count);  // every other one is empty
  for (std::size_t i = 0; i < count; ++i) buffers[2 * i + 1].numbers = {static_cast<int>(i)};
  support::SlicingRunner runner(1);
  for (const std::size_t parts : {count / 3, count, 3 * count}) {
    Looked::looks = 0;
    const auto even = detail::evenly(buffers, runner, parts);
    CHECK(Looked::looks < 20 * count);
    std::vector<int> joined;
    for (const auto& part : even) joined.insert(joined.end(), part.numbers.begin(), part.numbers.end());
    CHECK(joined == (ranges::views::iota(0, static_cast<int>(count)) | ranges::to<std::vector>()));
  }
}

TEST_CASE("evenly: flags") {
  const std::vector<std::vector<bool>> flags{{true}, {false, true}};
  CHECK(detail::evenly(flags, RunnerRef{}, 1) == std::vector<std::vector<bool>>{{true, false, true}});
}

}  // namespace
