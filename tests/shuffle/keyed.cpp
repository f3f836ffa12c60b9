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

/// A Keyed of these records; a part without any has no table.
template <class Key, class Value>
Keyed<Key, Value> keyedOf(const std::vector<std::vector<std::pair<Key, Value>>>& parts) {
  using Made = detail::TaskTable<Key, Kept<Value>>;
  const detail::TableStore store;
  detail::HeldTables<Made> tables(store, parts.size());
  for (std::size_t part = 0; part < parts.size(); ++part) {
    if (parts[part].empty()) continue;
    tables[part] = store.take<Made>(0);
    for (const auto& [key, value] : parts[part])
      tables[part]->combine(
          key, [&] { return Kept<Value>(value); }, [](Kept<Value>&) {});
  }
  return Keyed<Key, Value>(std::move(tables), RunnerRef());
}

TEST_CASE("Keyed: slices of each partition, one after another, are the partition") {
  std::vector<std::vector<std::pair<int, int>>> parts(3);
  for (const int i : ranges::views::iota(0, 11)) parts[0].emplace_back(i, -i);
  parts[2].emplace_back(5, 5);
  const Keyed<int, int> keyed = keyedOf(parts);
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

TEST_CASE("Keyed: kept pairs are seen as views, short keys and long ones") {
  using Views = Keyed<std::string_view, std::string_view>;
  using Seen = std::vector<std::pair<std::string_view, std::string_view>>;
  static_assert(std::is_same_v<Views::reference, std::pair<std::string_view, std::string_view>>);
  static_assert(std::is_same_v<Keyed<int, long>::reference, const std::pair<int, long>&>);
  const std::string given = "a key that is longer than what fits";
  Views keyed;
  {
    std::string key = given;
    keyed = keyedOf<std::string_view, std::string_view>({{{"key", "value"}, {key, "other"}}});
    key.assign(key.size(), '#');
  }
  Seen seen;
  AppendPair append;
  keyed.fold(Slice{}, &seen, append);
  CHECK(seen == Seen{{"key", "value"}, {given, "other"}});
}

TEST_CASE("Keyed: keys that were strings are strings") {
  using Strings = Keyed<std::string, int>;
  static_assert(std::is_same_v<Strings::reference, const std::pair<std::string, int>&>);
  const Strings keyed = keyedOf<std::string, int>({{{"key", 1}, {"a key that is longer than what fits", 2}}, {}});
  std::vector<std::pair<std::string, int>> seen;
  AppendPair append;
  keyed.fold(Slice{}, &seen, append);
  keyed.fold(Slice{1}, &seen, append);
  CHECK(seen == std::vector<std::pair<std::string, int>>{{"key", 1}, {"a key that is longer than what fits", 2}});
}

TEST_CASE("HeldTables: what is held goes back to the store once, moved or not") {
  const detail::TableStore store;
  Table* const table = store.take<Table>(0);
  {
    detail::HeldTables<Table> held(store, 2);
    held[1] = table;
    detail::HeldTables<Table> moved = std::move(held);
    CHECK(moved.size() == 2);
    detail::HeldTables<Table> assigned;
    assigned = std::move(moved);
    CHECK(assigned[1] == table);
  }
  CHECK(store.take<Table>(0) == table);
  Table* const another = store.take<Table>(0);
  CHECK(another != table);
  store.give(another);
  store.give(table);
}

TEST_CASE("TablePool: a table is leased to one at a time, and given back for the next") {
  const detail::TableStore store;
  Pool pool(store, RunnerRef{});
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
  Pool pool(store, RunnerRef{});
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
