// SPDX-License-Identifier: BSL-1.0
// reduceByKey allocates for distinct keys, never for records.
#include "support/counting_new_definitions.hpp"

#include <dstream/core.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using support::allocationsOf;

std::size_t allocationsForWords(std::size_t records, std::size_t distinct) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < distinct; ++i)
    keys.push_back("a key longer than a small buffer " + std::to_string(i));
  std::vector<std::string_view> words;
  for (std::size_t i = 0; i < records; ++i) words.push_back(keys[i % distinct]);
  return allocationsOf([&] {
    const auto total = words | map([](std::string_view word) { return std::pair{word, 1L}; })
                       | reduceByKey(plus) | map([](const auto& pair) { return pair.second; })
                       | sum();
    CHECK(total == static_cast<long>(records));
  });
}

TEST_CASE("reduceByKey: as many allocations for many records as for few") {
  const std::size_t few = allocationsForWords(100, 100);
  CHECK(allocationsForWords(100000, 100) <= few);
  CHECK(few <= 40);
}

TEST_CASE("reduceByKey: long keys, too, are memory in large pieces") {
  CHECK(allocationsForWords(20000, 10000) <= 80);
}

TEST_CASE("reduceByKey: numbers as keys allocate as tables grow") {
  std::vector<std::pair<int, int>> records;
  for (int i = 0; i < 50000; ++i) records.emplace_back(i % 5000, 1);
  CHECK(allocationsOf([&] { static_cast<void>(records | reduceByKey(plus) | count() | value()); })
        < 60);
}

TEST_CASE(
    "reduceByKey: view values overwrite their slot's own buffer or allocate once per change") {
  const std::string small = "a value longer than a small buffer, of the smaller kind";
  const std::string large = "b value longer than a small buffer, of the larger kind!";
  std::vector<std::pair<int, std::string_view>> records(10000, {1, small});
  records[5000].second = large;
  std::size_t size = 0;
  static_cast<void>(allocationsOf([&] { size = (records | reduceByKey(max) | collect()).size(); }));
  CHECK(size == 1);
}

}  // namespace
