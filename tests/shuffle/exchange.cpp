// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/exchange.hpp>

#include <cstddef>
#include <range/v3/view/iota.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/exec/executor.hpp>

#include "support/catch.hpp"
#include "support/copy_counter.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;

constexpr auto bySize = [](std::string_view text) { return text.size() % 3; };

TEST_CASE("exchange: each record once, in the parent's order within a partition, at any slicing") {
  std::vector<std::string> texts;
  for (const int i : ranges::views::iota(0, 200)) texts.push_back(std::string(static_cast<std::size_t>(i * i % 50), 'x') + std::to_string(i));
  std::vector<std::vector<std::string>> expected(3);
  for (const auto& text : texts) expected[bySize(text)].push_back(text);

  const auto views = [&](std::size_t parts) { return parallelize(texts, parts) | map([](const std::string& text) { return std::string_view(text); }); };
  Executor executor{2};
  for (const std::size_t parts : {1U, 2U, 7U}) {
    auto rdd = views(parts);
    CHECK(detail::exchange(rdd, RunnerRef{}, 3, bySize) == expected);
    CHECK(detail::exchange(rdd, executor, 3, bySize) == expected);
    support::SlicingRunner runner(parts, 100);
    CHECK(detail::exchange(rdd, runner, 3, bySize) == expected);
  }
}

TEST_CASE("exchange: no record, and partitions that stay empty") {
  auto none = parallelize(std::vector<int>{}, 2);
  CHECK(detail::exchange(none, RunnerRef{}, 4, [](int) { return std::size_t{0}; }) == std::vector<std::vector<int>>(4));
  auto flags = parallelize(std::vector<bool>{true, false, true}, 2);
  CHECK(detail::exchange(flags, RunnerRef{}, 2, [](bool flag) { return std::size_t{flag}; }) == std::vector<std::vector<bool>>{{false}, {true, true}});
}

TEST_CASE("exchange: owned records move, never copied; what throws reaches the caller and leaks nothing") {
  support::Tally tally;
  {
    auto rdd = parallelize(support::counters(20, tally), 3);
    const auto parts = detail::exchange(rdd, RunnerRef{}, 2, [](const support::CopyCounter& record) { return static_cast<std::size_t>(record.value % 2); });
    CHECK(parts[0].size() == 10);
    CHECK(tally.copies == 0);
  }
  CHECK(tally.alive == 0);
  support::SlicingRunner runner(3, sizeof(support::CopyCounter));
  auto rdd = parallelize(support::counters(20, tally), 3);
  CHECK_THROWS_WITH(detail::exchange(rdd, runner, 2,
                                     [](const support::CopyCounter& record) -> std::size_t {
                                       if (record.value == 11) throw std::runtime_error("eleven");
                                       return 0;
                                     }),
                    "eleven");
  CHECK(tally.alive == 20);
}

TEST_CASE("exchange: to one partition there is room for all records at once, so that none moves when it fills") {
  const auto movesOf = [](int records, const auto& runner, std::size_t parts) {
    support::Tally tally;
    auto rdd = parallelize(support::counters(records, tally), parts);
    const int before = tally.moves;
    const auto all = detail::exchange(rdd, runner, 1, [](const support::CopyCounter&) { return std::size_t{0}; });
    CHECK(all.size() == 1);
    CHECK(all[0].size() == static_cast<std::size_t>(records));
    CHECK(tally.copies == 0);
    return tally.moves - before;
  };
  for (const std::size_t parts : {1U, 3U}) CHECK(movesOf(1000, RunnerRef{}, parts) == 1000 * movesOf(1, RunnerRef{}, parts));
  support::SlicingRunner runner(3, 100 * sizeof(support::CopyCounter));
  CHECK(movesOf(1000, RunnerRef(runner), 1) == 1000 * movesOf(1, RunnerRef{}, 3));
}

}  // namespace
