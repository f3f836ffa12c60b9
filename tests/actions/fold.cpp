// SPDX-License-Identifier: BSL-1.0
#include <dstream/actions/fold.hpp>

#include <array>
#include <map>
#include <range/v3/numeric/accumulate.hpp>
#include <range/v3/view/iota.hpp>
#include <stdexcept>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/core/functions.hpp>
#include <dstream/core/on.hpp>
#include <dstream/operators/filter.hpp>
#include <dstream/operators/map.hpp>

#include "support/catch.hpp"
#include "support/copy_counter.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;
using namespace std::string_view_literals;
using support::CopyCounter;
using support::Tally;

constexpr std::array numbers{1, 2, 3};
static_assert((numbers | fold(10, plus)) == 16);
static_assert((numbers | fold(0, [](int all, int x) { return 10 * all + x; })) == 123);
static_assert((numbers
               | fold(std::array{0, 0, 0, 0, 0},
                      [](std::array<int, 5> seen, int x) {
                        seen[static_cast<std::size_t>(x)] = x;
                        return seen;
                      }))
              == std::array{0, 1, 2, 3, 0});
static_assert((std::array{"to"sv, "be"sv}
               | fold(0,
                      [](int total, std::string_view word) {
                        return total + static_cast<int>(word.size());
                      }))
              == 4);

TEST_CASE("fold: no record gives the identity") {
  const std::vector<int> none;
  CHECK((none | fold(42, plus)) == 42);
  CHECK((none | fold(std::string("nothing"), [](std::string text, int) { return text; }))
        == "nothing");
}

TEST_CASE("fold: left to right") {
  const std::vector<std::string> words{"a", "b", "c"};
  CHECK((words
         | fold(std::string("<"),
                [](std::string text, const std::string& word) { return text + word; }))
        == "<abc");
  CHECK((parallelize(words, 2)
         | fold(std::string("<"),
                [](std::string text, const std::string& word) { return text + word; }))
        == "<abc");
}

TEST_CASE("fold: into a table") {
  const std::vector<std::string> words{"a", "b", "a"};
  const auto counts = words
                      | fold(std::map<std::string, int>{},
                             [](std::map<std::string, int> table, const std::string& word) {
                               ++table[word];
                               return table;
                             });
  CHECK(counts == std::map<std::string, int>{{"a", 2}, {"b", 1}});
}

TEST_CASE("fold: the result is an accumulator, not what the function returns") {
  CHECK((std::vector<unsigned char>{200, 100} | fold(0, plus)) == 300);
  static_assert(std::is_same_v<decltype(numbers | fold(std::int64_t{0}, plus)), std::int64_t>);
}

TEST_CASE("fold: on slices in any order, merged in order") {
  std::vector<std::string> letters;
  for (int i = 0; i < 200; ++i) letters.emplace_back(1, static_cast<char>('a' + i % 26));
  const std::string expected = ranges::accumulate(letters, std::string{});
  for (const std::size_t partitions : {1U, 2U, 7U, 300U})
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      support::SlicingRunner runner(seed, 3 * sizeof(std::string));
      CHECK((parallelize(letters, partitions) | on(runner)
             | fold(std::string{},
                    [](std::string text, const std::string& more) { return text + more; }))
            == expected);
      CHECK((parallelize(letters, partitions) | on(runner) | map(&std::string::size)
             | fold(std::size_t{0}, plus))
            == 200);
    }
}

TEST_CASE("fold: an accumulator beyond 16 bytes is not copied per record") {
  Tally tally;
  const CopyCounter start(0, tally);
  const int copiesToStart = [&] {
    const int before = tally.copies;
    const auto nothing =
        std::vector<int>{} | fold(start, [](CopyCounter total, int) { return total; });
    static_cast<void>(nothing);
    return tally.copies - before;
  }();
  const int before = tally.copies;
  const auto total = ranges::views::iota(0, 100) | fold(start, [](CopyCounter sum, int x) {
                       sum.value += x;
                       return sum;
                     });
  CHECK(total.value == 4950);
  CHECK(tally.copies - before == copiesToStart);
}

TEST_CASE("fold: what the function throws reaches the caller, nothing leaks") {
  Tally tally;
  const auto failing = [](CopyCounter sum, int x) {
    if (x == 50) throw std::runtime_error("fifty");
    return sum;
  };
  CHECK_THROWS_WITH(ranges::views::iota(0, 100) | fold(CopyCounter(0, tally), failing), "fifty");
  CHECK(tally.alive == 0);
}

TEST_CASE("fold: an accumulator that only moves") {
  const auto add = [](std::unique_ptr<int> total, int x) {
    *total += x;
    return total;
  };
  CHECK(*(std::vector{1, 2, 3} | fold(std::make_unique<int>(10), add)) == 16);
}

}  // namespace
