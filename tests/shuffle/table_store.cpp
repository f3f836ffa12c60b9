// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/table_store.hpp>

#include <cstdint>
#include <cstdlib>
#include <thread>
#include <vector>

#include <dstream/shuffle/task_table.hpp>

#include "support/catch.hpp"

namespace {

using dstream::detail::TableStore;
using dstream::detail::TaskTable;
using Table = TaskTable<int, int>;

struct Counted {
  explicit Counted(std::uint64_t) { ++alive; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --alive; }
  void clear() noexcept { ++cleared; }
  static inline int alive = 0;
  static inline int cleared = 0;
};

TEST_CASE("TableStore: what was given is taken again, empty; copies share it") {
  const TableStore store;
  Table* const table = store.take<Table>(1);
  table->combine(5, [] { return 1; }, [](int&) {});
  store.give(table);
  const TableStore copy = store;
  Table* const again = copy.take<Table>(1);
  CHECK(again == table);
  CHECK(again->entries().empty());
  Table* const other = store.take<Table>(1);
  CHECK(other != again);
  store.give(again);
  store.give(other);
}

TEST_CASE(
    "TableStore: another type of table takes the place of the one before; all go in the end") {
  {
    TableStore store;
    store.give(store.take<Counted>(0));
    CHECK(Counted::alive == 1);
    CHECK(Counted::cleared == 1);
    Table* const table = store.take<Table>(0);
    CHECK(Counted::alive == 1);
    store.give(table);
    CHECK(Counted::alive == 0);
    Counted* const last = store.take<Counted>(0);
    store.give(last);
    store = TableStore();
    CHECK(Counted::alive == 0);
    store.give(store.take<Counted>(0));
  }
  CHECK(Counted::alive == 0);
}

TEST_CASE("TableStore: keeps no more than it should") {
  const TableStore store;
  std::vector<Counted*> tables;
  for (int i = 0; i < 200; ++i) tables.push_back(store.take<Counted>(0));
  for (Counted* table : tables) store.give(table);
  CHECK(Counted::alive == 64);
}

TEST_CASE("TableStore: many threads") {
  const TableStore store;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&store] {
      for (int i = 0; i < 2000; ++i) {
        Table* const table = store.take<Table>(0);
        table->combine(1, [] { return 1; }, [](int& combined) { ++combined; });
        if (table->entries().size() != 1 || table->entries()[0].second != 1) std::abort();
        store.give(table);
      }
    });
  for (auto& thread : threads) thread.join();
  Table* const table = store.take<Table>(0);
  CHECK(table->entries().empty());
  store.give(table);
}

}  // namespace
