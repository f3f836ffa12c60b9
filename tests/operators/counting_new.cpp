// SPDX-License-Identifier: BSL-1.0
// Fused operators allocate nothing.
#include "support/counting_new_definitions.hpp"

#include <dstream/core.hpp>

#include <array>
#include <cstdint>
#include <range/v3/view/iota.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using support::allocationsOf;

constexpr auto isEven = [](int x) { return x % 2 == 0; };
constexpr auto half = [](int x) { return x / 2; };

TEST_CASE("counting_new: it counts") {
  CHECK(allocationsOf([] { std::vector<int> v(10); }) == 1);
  CHECK(allocationsOf([] { std::string text(100, 'x'); }) == 1);
  CHECK(allocationsOf([] {}) == 0);
}

TEST_CASE("fused pipelines over numbers allocate nothing") {
  std::vector<int> numbers(1000, 6);
  std::array<int, 1000> target{};
  std::int64_t total = 0;
  CHECK(allocationsOf([&] { total = numbers | map(half) | filter(isEven) | sum(); }) == 0);
  CHECK(allocationsOf([&] { total = numbers | filter(isEven) | map(half) | fold(0L, plus); }) == 0);
  CHECK(total == 3000);
  CHECK(allocationsOf([&] { numbers | map(half) | collectInto(target); }) == 0);
  CHECK(allocationsOf([&] { numbers | filter(isEven) | map(half) | collectInto(target); }) == 0);
  CHECK(target[999] == 3);
  CHECK(allocationsOf([&] { numbers | map(half) | foreach ([&total](int x) { total += x; }); })
        == 0);
  CHECK(total == 6000);
  CHECK(allocationsOf([&] {
          total = numbers | flatMap([](int n) { return ranges::views::iota(0, n); })
                  | filter(isEven) | sum();
        })
        == 0);
  CHECK(total == 6000);
  CHECK(allocationsOf([&] {
          total = numbers | keyBy(half) | mapValues(half) | flatMapValues([](int n) { return ranges::views::iota(0, n); })
                  | values() | sum();
        })
        == 0);
  CHECK(total == 3000);
  CHECK(allocationsOf([&] { total = numbers | keyBy(half) | keys() | sum(); }) == 0);
  CHECK(allocationsOf([&] { total = parallelize(numbers, 3) | sample(1, 7) | coalesce(2) | map(half) | sum(); }) == 0);
  CHECK(total == 3000);
  CHECK(allocationsOf([&] {
          total = numbers | mapPartitions<int>([](const auto& partition, const auto& emit) {
                    partition.foreach([&](int x) { emit(x / 2); });
                  })
                  | sum();
        })
        == 0);
  CHECK(total == 3000);
  CHECK(allocationsOf([&] { total = parallelize(numbers, 7) | map(half) | sum(); }) == 0);
  CHECK(total == 3000);
}

TEST_CASE("fused pipelines over two inputs allocate nothing per record") {
  const std::vector<int> numbers(1000, 6);
  const std::vector<int> few(10, 6);
  std::int64_t total = 0;
  CHECK(allocationsOf([&] { total = numbers | unionWith(numbers, few) | filter(isEven) | map(half) | sum(); }) == 0);
  CHECK(total == 6030);
  CHECK(allocationsOf([&] { total = numbers | map(half) | unionWith(few | map(half)) | sum(); }) == 0);
  CHECK(total == 3030);
  const auto pairsOf = [&](const std::vector<int>& first) {
    return allocationsOf([&] { total = first | cartesian(few) | map([](const auto& pair) { return pair.first * pair.second; }) | sum(); });
  };
  const std::size_t once = pairsOf(few);  // the second input is kept
  CHECK(pairsOf(numbers) == once);
  CHECK(total == 360'000);
  const auto sampled = [&](std::size_t partitions) {
    return allocationsOf([&] { total = parallelize(numbers, partitions) | sample(0.5, 7) | keyBy(half) | keys() | coalesce(2) | sum(); });
  };
  CHECK(sampled(1) == 0);
  CHECK(sampled(5) == 0);
}

TEST_CASE("lines, words and filter over a text allocate nothing") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "In a village of La Mancha, the name of which\r\n\n";
  std::int64_t bytes = 0;
  CHECK(allocationsOf([&] {
          bytes = lines(text) | flatMap(splitWords)
                  | filter([](std::string_view word) { return word.size() > 2; })
                  | fold(std::int64_t{0}, [](std::int64_t total, std::string_view word) {
                      return total + static_cast<std::int64_t>(word.size());
                    });
        })
        == 0);
  CHECK(bytes == 1000 * (7 + 7 + 3 + 4 + 5));
  std::uint64_t letters = 0;
  CHECK(allocationsOf([&] {
          letters = lines(text) | flatMap(split(' ')) | map(&std::string_view::size) | sum();
        })
        == 0);
  CHECK(letters == 35000);
}

TEST_CASE("an accumulator too large for registers is not copied record by record") {
  std::vector<std::string> words(100, "word");
  std::string joined;
  joined.reserve(1000);
  const std::size_t allocations = allocationsOf([&] {
    const std::string all =
        words | fold(std::string{}, [](std::string text, const std::string& word) {
          text += word;
          return text;
        });
    joined.assign(all);
  });
  CHECK(joined.size() == 400);
  CHECK(allocations < 12);
}

TEST_CASE("composing allocates nothing") {
  std::vector<int> numbers{1, 2};
  CHECK(allocationsOf([&] {
          auto pipeline = map(half) | filter(isEven) | map(half);
          auto rdd = numbers | pipeline;
          static_cast<void>(rdd.partitions());
        })
        == 0);
}

TEST_CASE("collect and take allocate once where they can, else as a vector grows") {
  std::vector<int> numbers(1024, 1);
  CHECK(allocationsOf([&] { static_cast<void>(numbers | map(half) | collect()); }) == 1);
  CHECK(allocationsOf([&] { static_cast<void>(numbers | filter(isEven) | collect()); }) == 0);
  CHECK(allocationsOf([&] { static_cast<void>(numbers | filter([](int x) { return x == 1; }) | collect()); }) <= 11);
  CHECK(allocationsOf([&] { static_cast<void>(numbers | map(half) | take(1000)); }) == 1);
  CHECK(allocationsOf([&] { static_cast<void>(numbers | map(half) | first()); }) == 0);
}

}  // namespace
