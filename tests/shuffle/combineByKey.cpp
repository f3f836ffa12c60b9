// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/combineByKey.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"
#include "support/everywhere.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;

struct Mean {
  double total;
  long count;
  bool operator==(const Mean&) const = default;
  auto operator<=>(const Mean&) const = default;
};

constexpr auto create = [](double value) { return Mean{value, 1}; };
constexpr auto add = [](Mean mean, double value) { return Mean{mean.total + value, mean.count + 1}; };
constexpr auto join = [](Mean left, Mean right) { return Mean{left.total + right.total, left.count + right.count}; };

TEST_CASE("combineByKey: no record, one, many; as the naive loop") {
  using Pairs = std::vector<std::pair<int, double>>;
  CHECK((Pairs{} | combineByKey(create, add, join) | collect()).empty());
  CHECK((Pairs{{1, 2}} | combineByKey(create, add, join) | collect()) == std::vector{std::pair{1, Mean{2, 1}}});

  const std::uint64_t seed = 3;
  CAPTURE(seed);
  support::Random random(seed);
  Pairs records;
  std::map<int, Mean> means;
  for (int i = 0; i < 500; ++i) {
    const auto& [key, value] = records.emplace_back(random.between(0, 30), random.between(-9, 9));
    means.try_emplace(key, Mean{0, 0}).first->second = add(means[key], value);
  }
  support::everywhere(records, combineByKey(create, add, join, 3), std::vector<std::pair<int, Mean>>(means.begin(), means.end()));
}

TEST_CASE("combineByKey: keys and combiners that are views are kept") {
  const auto longer = [](std::string_view left, std::string_view right) { return left.size() < right.size() ? right : left; };
  const std::vector<std::string> words{"to", "be", "tower", "bed", "t"};
  const auto pipeline = map([](const std::string& word) { return std::pair{std::string_view(word).substr(0, 1), std::string_view(word)}; })
                        | combineByKey([](std::string_view word) { return word; }, longer, longer);
  support::everywhere(words, pipeline, std::vector<std::pair<std::string, std::string>>{{"b", "bed"}, {"t", "tower"}});
}

TEST_CASE("combineByKey: functions that only move, and what they throw") {
  const std::vector<std::pair<int, int>> records{{1, 2}, {1, 3}};
  auto own = std::make_unique<int>(10);
  const auto pipeline = combineByKey([own = std::move(own)](int value) { return value + *own; }, plus, plus);
  CHECK((records | pipeline | collect()) == std::vector{std::pair{1, 15}});
  const auto failing = [](int, int) -> int { throw std::runtime_error("no sum"); };
  CHECK_THROWS_WITH(records | combineByKey([](int value) { return value; }, failing, failing) | collect(), "no sum");
}

TEST_CASE("reduceByKey: a function that only moves") {
  const std::vector<std::pair<int, int>> records{{1, 2}, {1, 3}};
  const auto pipeline = reduceByKey([bias = std::make_unique<int>(10)](int left, int right) { return left + right + *bias; });
  CHECK((records | pipeline | collect()) == std::vector{std::pair{1, 15}});
}

TEST_CASE("ordered runners: sums of floats by key have equal bytes at any number of workers") {
  support::Random random(11);
  std::vector<std::pair<int, float>> records;
  for (int i = 0; i < 3000; ++i) records.emplace_back(random.between(0, 12), 1.0F / static_cast<float>(random.between(1, 1000)));
  const auto sums = [&](std::size_t workers) {
    support::Crew crew(workers, 256, true);
    return parallelize(records, 3) | on(crew) | reduceByKey(plus) | collect();
  };
  const auto one = sums(1);
  REQUIRE(one.size() == 13);
  for (const std::size_t workers : {2U, 4U, 8U}) {
    const auto some = sums(workers);
    REQUIRE(some.size() == one.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
      CHECK(some[i].first == one[i].first);
      CHECK(std::memcmp(&some[i].second, &one[i].second, sizeof(float)) == 0);
    }
  }
}

TEST_CASE("ordered runners: text is appended in the order of the records") {
  std::vector<std::pair<int, std::string>> records;
  std::string expected;
  for (int i = 0; i < 200; ++i) expected += records.emplace_back(1, std::to_string(i) + ' ').second;
  support::Crew crew(4, 64, true);
  auto joined = parallelize(records, 5) | on(crew) | reduceByKey(plus);
  CHECK((joined | collect()) == std::vector{std::pair{1, expected}});
  CHECK(joined.partitions() == 8);
}

}  // namespace
