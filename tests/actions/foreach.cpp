// SPDX-License-Identifier: BSL-1.0
#include <dstream/actions/foreach.hpp>

#include <array>
#include <memory>
#include <range/v3/view/iota.hpp>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include <dstream/core/on.hpp>
#include <dstream/operators/filter.hpp>

#include "support/catch.hpp"
#include "support/copy_counter.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;

static_assert([] {
  int total = 0;
  std::array{1, 2, 3} | foreach ([&total](int x) { total += x; });
  return total == 6;
}());
static_assert(std::is_void_v<decltype(std::vector<int>{} | foreach ([](int) {}))>);

struct Counter {
  int* total;
  void add() const { ++*total; }
};

TEST_CASE("foreach: each record once, in order on a plain range") {
  std::vector<int> seen;
  const std::vector<int> records{3, 1, 2};
  const auto note = [&seen](int x) { seen.push_back(x); };
  records | foreach (note);
  CHECK(seen == records);
  parallelize(records, 2) | foreach (note);
  CHECK(seen == std::vector{3, 1, 2, 3, 1, 2});
  std::vector<int>{} | foreach (note);
  CHECK(seen.size() == 6);
}

TEST_CASE("foreach: what the function returns is ignored; pointers to members") {
  int total = 0;
  std::vector{Counter{&total}, Counter{&total}} | foreach (&Counter::add);
  CHECK(total == 2);
  std::vector{1, 2} | foreach ([&total](int x) { return total += x; });
  CHECK(total == 5);
}

TEST_CASE("foreach: records of an rvalue may be moved out") {
  std::vector<std::unique_ptr<int>> records;
  records.push_back(std::make_unique<int>(4));
  std::unique_ptr<int> last;
  std::move(records) | foreach ([&last](std::unique_ptr<int> record) { last = std::move(record); });
  CHECK(*last == 4);
}

TEST_CASE("foreach: on slices") {
  std::vector<int> seen(100, 0);
  support::SlicingRunner runner(1);
  parallelize(ranges::views::iota(0, 100), 7) | on(runner)
      | filter([](int x) { return x % 2 == 0; })
      | foreach ([&seen](int x) { ++seen[static_cast<std::size_t>(x)]; });
  for (std::size_t i = 0; i < 100; ++i) CHECK(seen[i] == (i % 2 == 0 ? 1 : 0));
}

TEST_CASE("foreach: what the function throws reaches the caller, and ends the loop") {
  support::Tally tally;
  int calls = 0;
  CHECK_THROWS_WITH(support::counters(9, tally) | foreach ([&calls](support::CopyCounter) {
                      if (++calls == 3) throw std::runtime_error("third");
                    }),
                    "third");
  CHECK(calls == 3);
  CHECK(tally.alive == 0);
}

}  // namespace
