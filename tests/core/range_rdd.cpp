// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/range_rdd.hpp>

#include <array>
#include <deque>
#include <forward_list>
#include <list>
#include <map>
#include <memory>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/iota.hpp>
#include <range/v3/view/istream.hpp>
#include <range/v3/view/transform.hpp>
#include <ranges>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/actions/sum.hpp>
#include <dstream/actions/take.hpp>
#include <dstream/actions/value.hpp>
#include <dstream/core/functions.hpp>
#include <dstream/core/on.hpp>
#include <dstream/operators/filter.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/operators/reduce.hpp>

#include <dstream/core.hpp>

#include "support/catch.hpp"
#include "support/copy_counter.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;
using support::CopyCounter;
using support::Tally;

constexpr int constants[] = {1, 2, 3};
static_assert((constants | sum()) == 6);
static_assert((std::string_view("aab") | filter([](char c) { return c == 'a'; })
               | map([](char) { return 1; }) | sum())
              == 2);
static_assert((parallelize(constants, 7) | sum()) == 6);

template <class Range>
using ReferenceOf = typename decltype(detail::headOf(std::declval<Range>()))::reference;
static_assert(std::is_same_v<ReferenceOf<std::vector<int>&>, const int&>);
static_assert(std::is_same_v<ReferenceOf<const std::vector<int>&>, const int&>);
static_assert(std::is_same_v<ReferenceOf<std::vector<int>>, int&&>);
static_assert(std::is_same_v<ReferenceOf<std::string_view&>, const char&>);
static_assert(std::is_same_v<ReferenceOf<std::span<int>>, int&>);
static_assert(std::is_same_v<ReferenceOf<int (&)[3]>, const int&>);

constexpr auto identity = [](int x) { return x; };

TEST_CASE("heads: a lvalue container is borrowed: what is changed before the action is seen") {
  Tally tally;
  auto records = support::counters(3, tally);
  auto rdd = records | map(&CopyCounter::value);
  records[0].value = 100;
  CHECK((rdd | sum()) == 105);
  CHECK(tally.copies + tally.moves == 0);
}

TEST_CASE("heads: an rvalue container is owned: it may be gone") {
  Tally tally;
  auto rdd = [&tally] {
    auto records = support::counters(3, tally);
    return std::move(records) | map(&CopyCounter::value);
  }();
  CHECK((std::move(rdd) | sum()) == 6);
  CHECK(tally.copies == 0);
}

TEST_CASE("heads: views are copied, their records are not") {
  std::vector<int> numbers{1, 2, 3};
  auto rdd = [&numbers] {
    std::span<int> span(numbers);
    return span | map(identity);
  }();
  CHECK((rdd | sum()) == 6);
  const std::string text = "abc";
  CHECK((std::string_view(text) | collect()) == std::vector{'a', 'b', 'c'});
  CHECK((text | collect()) == std::vector{'a', 'b', 'c'});
}

TEST_CASE("heads: records of a span are not moved out") {
  std::vector<std::string> texts{std::string(40, 'a'), "b"};
  CHECK((std::span(texts) | map([](std::string text) { return text.size(); }) | sum()) == 41);
  CHECK(texts[0].size() == 40);
  CHECK((texts | std::views::take(1) | map([](std::string text) { return text.size(); }) | sum())
        == 40);
  CHECK(texts[0].size() == 40);
}

TEST_CASE("heads: every standard container, as lvalue, const and rvalue") {
  const auto check = [](auto container) {
    const auto& constant = container;
    CHECK((container | map(identity) | sum()) == 6);
    CHECK((constant | map(identity) | sum()) == 6);
    CHECK((std::move(container) | map(identity) | sum()) == 6);
  };
  check(std::vector{1, 2, 3});
  check(std::deque{1, 2, 3});
  check(std::list{1, 2, 3});
  check(std::forward_list{1, 2, 3});
  check(std::array{1, 2, 3});
  int array[] = {1, 2, 3};
  CHECK((array | map(identity) | sum()) == 6);
  const std::map<int, int> table{{1, 10}, {2, 20}};
  CHECK((table | map([](const auto& entry) { return entry.second; }) | sum()) == 30);
  const std::vector<bool> bits{true, false, true};
  CHECK((bits | map([](bool bit) { return bit ? 1 : 0; }) | sum()) == 2);
  CHECK((bits | collect()) == bits);
}

TEST_CASE("heads: range-v3's views") {
  const std::vector<int> numbers{1, 2, 3, 4};
  CHECK((ranges::views::iota(1, 5) | sum()) == 10);
  CHECK((numbers | ranges::views::transform(identity) | sum()) == 10);
  // Not iterable as const: it remembers where it begins.
  auto filtered = numbers | ranges::views::filter([](int x) { return x % 2 == 0; });
  CHECK((filtered | sum()) == 6);
  CHECK((filtered | sum()) == 6);
  CHECK((numbers | ranges::views::filter([](int x) { return x % 2 == 0; }) | sum()) == 6);
  CHECK((ranges::views::iota(1) | take(2)) == std::vector{1, 2});
}

TEST_CASE("heads: views that can be read only once") {
  std::istringstream input("1 2 3");
  CHECK((ranges::istream_view<int>(input) | sum()) == 6);
  std::istringstream more("1 2 3 4 5");
  auto view = ranges::istream_view<int>(more);
  CHECK((view | filter([](int x) { return x > 1; }) | take(2)) == std::vector{2, 3});
  std::istringstream again("4 5");
  CHECK((std::views::istream<int>(again) | sum()) == 9);
}

TEST_CASE("parallelize: nearly equal partitions, in order, none lost") {
  const auto check = [](auto&& records, std::size_t size) {
    for (const std::size_t partitions : {1U, 2U, 3U, 7U, 100U}) {
      auto rdd = parallelize(records, partitions);
      CHECK(rdd.partitions() == partitions);
      std::vector<int> all;
      for (std::size_t partition = 0; partition < partitions; ++partition) {
        std::vector<int> seen;
        const auto note = [](std::vector<int>* noted, int x) {
          noted->push_back(x);
          return noted;
        };
        rdd.fold(Slice{partition}, &seen, note);
        CHECK(seen.size() >= size / partitions);
        CHECK(seen.size() <= (size + partitions - 1) / partitions);
        all.insert(all.end(), seen.begin(), seen.end());
      }
      CHECK(all == (ranges::views::iota(0, static_cast<int>(size)) | ranges::to<std::vector>()));
    }
  };
  for (const std::size_t size : {0U, 1U, 6U, 23U}) {
    const auto records = ranges::views::iota(0, static_cast<int>(size)) | ranges::to<std::vector>();
    check(records, size);
    check(std::span(records), size);
    check(std::deque<int>(records.begin(), records.end()), size);
    check(ranges::views::iota(0, static_cast<int>(size)), size);
    check(std::views::iota(0, static_cast<int>(size)), size);
  }
}

TEST_CASE("parallelize: no partitions asked for is one") {
  CHECK(parallelize(std::vector{1}, 0).partitions() == 1);
  CHECK((parallelize(std::vector{1}, 0) | sum()) == 1);
}

TEST_CASE("slices: of any number, one after another, are the partition") {
  const auto records = ranges::views::iota(0, 23) | ranges::to<std::vector>();
  auto rdd = parallelize(records, 3);
  const auto note = [](std::vector<int>* noted, int x) {
    noted->push_back(x);
    return noted;
  };
  for (std::size_t slices = 1; slices < 30; ++slices) {
    std::vector<int> all;
    for (std::size_t partition = 0; partition < 3; ++partition)
      for (std::size_t slice = 0; slice < slices; ++slice)
        rdd.fold(Slice{partition, slice, slices}, &all, note);
    CHECK(all == records);
  }
}

TEST_CASE("slices: about as many bytes as asked for") {
  const std::vector<int> records(1000, 0);
  const auto rdd = parallelize(records, 2);
  CHECK(rdd.splits(0, 2000) == 1);
  CHECK(rdd.splits(0, 1000) == 2);
  CHECK(rdd.splits(1, 400) == 5);
  CHECK(rdd.splits(0, 1) == 500);
  CHECK(parallelize(std::vector<int>{}, 2).splits(0, 1) == 1);
  CHECK(rdd.splits(0, Inline::sliceBytes()) == 1);
}

TEST_CASE("slices: a list is one, whatever is asked") {
  const std::list<int> records{1, 2, 3};
  support::SlicingRunner runner(1, 1);
  CHECK((records | on(runner) | sum()) == 6);
  CHECK(runner.started == 1);
}

TEST_CASE("recordCount: where the source knows it and no operator changes it") {
  const std::vector<int> records{1, 2, 3};
  CHECK((records | map(identity)).recordCount() == 3);
  const auto hasCount = [](const auto& rdd) { return requires { rdd.recordCount(); }; };
  CHECK(!hasCount(records | filter([](int) { return true; })));
  const std::list<int> list{1};
  CHECK(!hasCount(list | map(identity)));
  support::SlicingRunner runner(1, 1);
  CHECK((records | map(identity) | on(runner) | map(identity)).recordCount() == 3);
  CHECK(!hasCount(list | on(runner)));
}

TEST_CASE("slices: records of one byte, uncut") {
  const std::string text = "aab";
  CHECK(parallelize(text, 1).splits(0, Inline::sliceBytes()) == 1);
  CHECK((text | reduce(max) | value()) == 'b');
}

TEST_CASE("heads: records of an rvalue range-v3 view are not moved out of what it looks at") {
  std::vector<std::string> texts{std::string(40, 'a'), "b"};
  CHECK((texts | ranges::views::filter([](const std::string& text) { return !text.empty(); })
         | map([](std::string text) { return text.size(); }) | sum())
        == 41);
  CHECK(texts[0].size() == 40);
}

TEST_CASE("parallelize: a view that is random access but not iterable as const, once each") {
  const std::vector<int> records{1, 2, 3, 4};
  auto view = std::views::transform(records, [n = 0](int x) mutable { return x + n; });
  CHECK((parallelize(view, 2) | sum()) == 10);
}

struct Large {
  std::array<long, 10> numbers{};
};
constexpr Large large[] = {{{1}}, {{2}}, {{3}}};
constexpr auto first = [](const Large& record) { return record.numbers[0]; };
static_assert((large | map(first) | sum()) == 6, "what is asked of the memory ahead is asked at run time only");

TEST_CASE("loops: records of many bytes, one behind another or not, up to the last one") {
  for (const std::size_t count : {0U, 1U, 50U, 51U, 52U, 1000U}) {
    std::vector<Large> records(count);
    for (std::size_t i = 0; i < count; ++i) records[i].numbers[0] = static_cast<long>(i);
    const long expected = static_cast<long>(count * (count - (count == 0 ? 0 : 1)) / 2);
    CHECK((records | map(first) | sum()) == expected);
    CHECK((std::deque<Large>(records.begin(), records.end()) | map(first) | sum()) == expected);
    CHECK((parallelize(records, 3) | map(first) | sum()) == expected);
  }
}

TEST_CASE("RangeRdd: a map is a range of pairs that operators keep, sort and assign like any other") {
  using Pairs = std::vector<std::pair<std::string, int>>;
  const std::map<std::string, int> ages{{"ann", 3}, {"bob", 1}, {"cid", 2}};
  const auto byAge = [](const auto& pair) { return pair.second; };
  using Pair = Pairs::value_type;
  const auto elder = [](const Pair& left, const Pair& right) { return left.second < right.second ? right : left; };
  CHECK((ages | sortBy(byAge) | collect()) == Pairs{{"bob", 1}, {"cid", 2}, {"ann", 3}});
  CHECK((ages | sortByKey(false) | collect()) == Pairs{{"cid", 2}, {"bob", 1}, {"ann", 3}});
  CHECK((ages | takeOrdered(1)) == Pairs{{"ann", 3}});
  CHECK((ages | top(1)) == Pairs{{"cid", 2}});
  CHECK((ages | max()) == std::pair<std::string, int>{"cid", 2});
  CHECK((ages | min()) == std::pair<std::string, int>{"ann", 3});
  CHECK((ages | reduce(elder) | value()).first == "ann");
  CHECK((ages | partitionBy(1) | collect()).size() == 3);
  CHECK((ages | keyBy(byAge) | reduceByKey(elder) | sortByKey() | values() | collect()) == Pairs{{"bob", 1}, {"cid", 2}, {"ann", 3}});
  CHECK((ages | zipWithIndex() | sortBy([](const auto& row) { return -row.second; }) | keys() | take(1)) == Pairs{{"cid", 2}});
  CHECK((ages | countByValue() | sortByKey() | keys() | collect()) == Pairs{{"ann", 3}, {"bob", 1}, {"cid", 2}});
  const std::vector<std::map<int, std::string>> maps{{{1, "a"}}, {{2, "b"}, {1, "c"}}};
  CHECK((maps | repartition(2) | sortBy([](const auto& one) { return -static_cast<int>(one.size()); }) | take(1)).front().at(1) == "c");
  CHECK((maps | flatMap([](const auto& one) { return one; }) | reduceByKey(plus) | sortByKey() | collect()) == std::vector<std::pair<int, std::string>>{{1, "ac"}, {2, "b"}});
}

}  // namespace
