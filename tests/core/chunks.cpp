// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/chunks.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/ranges.hpp>

#include <range/v3/range/conversion.hpp>
#include <range/v3/view/subrange.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/iota.hpp>
#include <range/v3/view/transform.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using dstream::detail::AppendStep;
using dstream::detail::ChunkValue;
using dstream::detail::FilterOp;
using dstream::detail::MapOp;
using dstream::detail::Thins;

/// No pattern that a period of 64 has.
constexpr std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ x >> 15) * 0x9e3779b97f4a7c15;
  return x ^ x >> 31;
}

std::vector<int> numbers(std::size_t count) {
  std::vector<int> all(count);
  for (std::size_t i = 0; i < count; ++i) all[i] = static_cast<int>(mixed(i) % 1000);
  return all;
}

TEST_CASE("chunks: a filter keeps what the loop keeps, whatever passes and however many there are") {
  for (const std::size_t count : {0U, 1U, 2U, 63U, 64U, 65U, 127U, 128U, 129U, 1000U, 2048U, 2049U, 10'000U}) {
    const auto all = numbers(count);
    for (const int bound : {-1, 0, 1, 20, 500, 980, 999, 1000}) {
      std::vector<int> filtered;
      std::vector<std::int64_t> mapped;
      for (const int x : all) {
        if (x < bound) filtered.push_back(x);
        if ((x * 3 + 1) % 1000 < bound) mapped.push_back(std::int64_t{x * 3 + 1} << 3);
      }
      const auto below = [bound](int x) { return x < bound; };
      CHECK((all | filter(below) | collect()) == filtered);
      CHECK((all | map([](int x) { return x * 3 + 1; }) | filter([bound](int x) { return x % 1000 < bound; })
             | map([](int x) { return std::int64_t{x} << 3; }) | collect())
            == mapped);
      CHECK((all | (map([](int x) { return x; }) | filter(below)) | collect()) == filtered);
      CHECK((std::vector<int>(all) | filter(below) | collect()) == filtered);
      CHECK((parallelize(all, 7) | filter(below) | collect()) == filtered);
    }
  }
}

TEST_CASE("chunks: from a stretch that can be foreseen to one that cannot, and back") {
  std::vector<int> all;
  for (int i = 0; i < 20'000; ++i) all.push_back(i / 3000 % 2 == 0 ? 1 : static_cast<int>(mixed(static_cast<std::uint64_t>(i)) % 2));
  const auto odd = [](int x) { return x == 1; };
  CHECK((all | filter(odd) | collect()) == (all | ranges::views::filter(odd) | ranges::to<std::vector>));
}

TEST_CASE("chunks: filters behind filters, each of its own mind") {
  const auto all = numbers(30'000);
  const auto few = [](int x) { return x % 100 == 7; };
  const auto half = [](int x) { return x % 2 == 1; };
  const auto most = [](int x) { return x != 5; };
  namespace v = ranges::views;
  CHECK((all | filter(most) | filter(half) | collect()) == (all | v::filter(most) | v::filter(half) | ranges::to<std::vector>));
  CHECK((all | filter(half) | map([](int x) { return x + 1; }) | filter(most) | collect())
        == (all | v::filter(half) | v::transform([](int x) { return x + 1; }) | v::filter(most) | ranges::to<std::vector>));
  CHECK((all | filter(few) | filter(most) | filter(half) | collect()) == (all | v::filter(few) | v::filter(most) | v::filter(half) | ranges::to<std::vector>));
}

TEST_CASE("chunks: each function is called once for each record that comes to it") {
  const auto all = numbers(5000);
  std::size_t mapped = 0;
  std::size_t asked = 0;
  std::size_t passed = 0;
  const auto kept = all | map([&](int x) { return ++mapped, x; }) | filter([&](int x) { return ++asked, x < 300; }) | map([&](int x) { return ++passed, x; })
                    | collect();
  CHECK(mapped == all.size());
  CHECK(asked == all.size());
  CHECK(passed == kept.size());
}

TEST_CASE("chunks: what a function throws comes out, and what was kept is given back") {
  const auto all = numbers(1000);
  const auto at = [&](std::size_t place) {
    std::size_t asked = 0;
    return all | filter([&](int) { return asked++ == place ? throw std::domain_error("here") : true; }) | collect();
  };
  for (const std::size_t place : {0U, 63U, 64U, 500U, 999U}) CHECK_THROWS_AS(at(place), std::domain_error);
  CHECK(at(1000) == all);
}

TEST_CASE("chunks: into a table, and into places that are bounded") {
  const auto all = numbers(3000);
  const auto odd = [](int x) { return x % 2 == 1; };
  auto counted = all | filter(odd) | map([](int x) { return std::pair(x % 10, 1); }) | reduceByKey(plus) | collect();
  int total = 0;
  for (const auto& [key, count] : counted) total += count;
  const auto kept = all | filter(odd) | collect();
  CHECK(static_cast<std::size_t>(total) == kept.size());
  std::vector<int> places(kept.size());
  CHECK((all | filter(odd) | collectInto(places)) == kept.size());
  CHECK(places == kept);
  places.pop_back();
  CHECK_THROWS_AS(all | filter(odd) | collectInto(places), std::length_error);
}

TEST_CASE("chunks: small values of every kind") {
  enum class Color : std::uint8_t { Red, Green };
  struct Small {
    std::int32_t id;
    float weight;
    bool operator==(const Small&) const = default;
  };
  std::vector<Small> smalls;
  std::vector<Color> colors;
  std::vector<double> doubles;
  for (std::uint64_t i = 0; i < 500; ++i) {
    smalls.push_back({static_cast<std::int32_t>(i), static_cast<float>(mixed(i) % 10)});
    colors.push_back(mixed(i) % 3 == 0 ? Color::Red : Color::Green);
    doubles.push_back(static_cast<double>(mixed(i) % 100) / 7);
  }
  const auto heavy = [](const Small& small) { return small.weight > 4; };
  CHECK((smalls | filter(heavy) | collect()) == (smalls | ranges::views::filter(heavy) | ranges::to<std::vector>));
  std::vector<std::int32_t> ids;
  for (const Small& small : smalls)
    if (small.id % 3 == 1) ids.push_back(small.id);
  CHECK((smalls | map(&Small::id) | filter([](std::int32_t id) { return id % 3 == 1; }) | collect()) == ids);
  CHECK((colors | filter([](Color color) { return color == Color::Red; }) | collect()).size()
        == static_cast<std::size_t>(std::count(colors.begin(), colors.end(), Color::Red)));
  CHECK((doubles | filter([](double x) { return x > 5; }) | collect())
        == (doubles | ranges::views::filter([](double x) { return x > 5; }) | ranges::to<std::vector>));
  std::vector<bool> flags(300);
  for (std::size_t i = 0; i < flags.size(); ++i) flags[i] = mixed(i) % 2 == 0;
  CHECK((flags | filter([](bool flag) { return flag; }) | collect()).size() == static_cast<std::size_t>(std::count(flags.begin(), flags.end(), true)));
  CHECK((ranges::views::iota(0, 1000) | filter([](int x) { return x % 7 == 3; }) | collect()).size() == 143);
}

TEST_CASE("chunks: a function that changes its record in place changes the record, not a copy") {
  std::vector<int> all{1, 2, 3};
  const auto seen = ranges::subrange(all.begin(), all.end()) | map([](int& x) { return x *= 10; }) | filter([](int x) { return x > 10; }) | collect();
  CHECK(seen == std::vector{20, 30});
  CHECK(all == std::vector{10, 20, 30});
}

constexpr auto evens() {
  std::array<int, 200> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int>(i);
  return (all | filter([](int x) { return x % 2 == 0; }) | map([](int x) { return x / 2; }) | collect<std::array<int, 100>>())[99];
}
static_assert(evens() == 99);

// What goes in chunks, and what does not.
using Below = decltype([](int x) { return x < 3; });
using Twice = decltype([](int x) { return 2 * x; });
using Named = decltype([](int) { return std::string(); });
using Append = AppendStep<std::vector<int>, int>;
template <class Predicate, class Next>
using FilterStep = typename FilterOp<Predicate>::template Step<Next>;
template <class Fn, class Next>
using MapStep = typename MapOp<Fn>::template Step<Next>;
static_assert(Thins<FilterStep<Below, Append>, const int&> && Thins<MapStep<Twice, FilterStep<Below, Append>>, int>);
static_assert(!Thins<Append, int> && !Thins<MapStep<Twice, Append>, int> && !Thins<FilterStep<Below, Append>, int&>);
static_assert(!Thins<MapStep<Named, FilterStep<Below, Append>>, int>);
// Trivially copyable is a type too that can be moved only, or never assigned.
struct MoveOnly {
  MoveOnly() = default;
  MoveOnly(MoveOnly&&) = default;
  MoveOnly& operator=(MoveOnly&&) = default;
  int id;
};
struct NeverAssigned {
  NeverAssigned() = default;
  NeverAssigned(const NeverAssigned&) = default;
  NeverAssigned& operator=(const NeverAssigned&) = delete;
  int id;
};
static_assert(std::is_trivially_copyable_v<MoveOnly> && !ChunkValue<MoveOnly> && !ChunkValue<MoveOnly&&>);
static_assert(std::is_trivially_copyable_v<NeverAssigned> && !ChunkValue<const NeverAssigned&>);

TEST_CASE("chunks: records that can be moved only, or never assigned, go one by one") {
  std::vector<MoveOnly> all(300);
  std::vector<NeverAssigned> fixed(300);
  for (std::size_t i = 0; i < all.size(); ++i) fixed[i].id = all[i].id = static_cast<int>(i);
  const auto odd = [](const auto& record) { return record.id % 2 == 1; };
  const auto kept = std::move(all) | filter(odd) | map([](MoveOnly&& record) { return record.id; }) | collect();
  CHECK(kept.size() == 150);
  CHECK(kept[149] == 299);
  CHECK((fixed | filter(odd) | map(&NeverAssigned::id) | collect()) == kept);
}

static_assert(ChunkValue<double> && ChunkValue<int&&> && !ChunkValue<std::pair<std::int64_t, std::int64_t>> && !ChunkValue<std::string>);

}  // namespace
