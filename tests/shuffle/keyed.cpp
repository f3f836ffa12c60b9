// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/keyed.hpp>

#include <atomic>
#include <cstdint>
#include <map>
#include <range/v3/view/iota.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/range_rdd.hpp>

#include "support/catch.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;
using Table = detail::TaskTable<int, int>;
using Pool = detail::TablePool<Table>;

struct AppendPair {
  template <class Pairs, class Record>
  Pairs* operator()(Pairs* pairs, Record&& record) const {
    pairs->emplace_back(record.first, record.second);
    return pairs;
  }
};

TEST_CASE("Keyed: slices of each partition, one after another, are the partition") {
  std::vector<std::vector<std::pair<int, int>>> parts(3);
  for (const int i : ranges::views::iota(0, 11)) parts[0].emplace_back(i, -i);
  parts[2].emplace_back(5, 5);
  const Keyed<int, int> keyed(parts);
  CHECK(keyed.partitions() == 3);
  AppendPair append;
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{8}, std::size_t{30}, ~std::size_t{0}})
    for (std::size_t partition = 0; partition < 3; ++partition) {
      const std::size_t slices = keyed.splits(partition, bytes);
      CHECK(slices >= 1);
      std::vector<std::pair<int, int>> seen;
      for (std::size_t slice = 0; slice < slices; ++slice)
        keyed.fold(Slice{partition, slice, slices}, &seen, append);
      CHECK(seen == parts[partition]);
    }
  CHECK(keyed.splits(0, 8) > 1);
  CHECK(keyed.splits(0, ~std::size_t{0}) == 1);
  CHECK(Keyed<int, int>{}.partitions() == 0);
}

TEST_CASE("Keyed: kept pairs are seen as views") {
  using Views = Keyed<std::string_view, std::string_view>;
  static_assert(std::is_same_v<Views::Entry, std::pair<std::string, std::string>>);
  static_assert(std::is_same_v<Views::reference, std::pair<std::string_view, std::string_view>>);
  static_assert(std::is_same_v<Keyed<int, long>::reference, const std::pair<int, long>&>);
  const std::vector<Views::Entry> part{{"key", "value"}};
  const Views keyed(std::vector<std::vector<Views::Entry>>{part});
  std::vector<std::pair<std::string_view, std::string_view>> seen;
  AppendPair append;
  keyed.fold(Slice{}, &seen, append);
  CHECK(seen[0] == std::pair<std::string_view, std::string_view>{"key", "value"});
}

TEST_CASE("TablePool: a table is leased to one at a time, and given back for the next") {
  const detail::TableStore store;
  Pool pool(store, 0);
  Table* first = nullptr;
  {
    Pool::Lease one(pool);
    Pool::Lease two(pool);
    first = one.get();
    CHECK(one.get() != two.get());
    CHECK(pool.tables().size() == 2);
  }
  {
    Pool::Lease again(pool);
    Pool::Lease other(pool);
    CHECK((again.get() == first || other.get() == first));
  }
  CHECK(pool.tables().size() == 2);
}

TEST_CASE("TablePool: many threads") {
  const detail::TableStore store;
  Pool pool(store, 0);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&pool] {
      for (int i = 0; i < 2000; ++i) {
        Pool::Lease table(pool);
        table.get()->combine(i % 10, [] { return 1; }, [](int& combined) { ++combined; });
      }
    });
  for (auto& thread : threads) thread.join();
  std::map<int, int> counts;
  for (Table* table : pool.tables())
    for (const auto& [key, count] : table->entries()) counts[key] += count;
  CHECK(pool.tables().size() <= 4);
  for (int key = 0; key < 10; ++key) CHECK(counts[key] == 4 * 200);
}

}  // namespace
