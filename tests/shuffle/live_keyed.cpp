// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/live_keyed.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::string_view_literals;

struct Slot {
  [[nodiscard]] const long* shown() const { return hidden ? nullptr : &value; }
  long value = 0;
  bool hidden = false;
};
using Tables = detail::LiveTables<std::string_view, long, Slot>;
using Seen = std::vector<std::pair<std::string, long>>;

void set(Tables& tables, std::string_view key, Slot slot) {
  tables.table(key.size() % 2).combine(key, [&] { return slot; }, [&](Slot& old) { old = slot; });
}

Seen seen(const Tables::Records& records) {
  Seen all;
  auto step = [](Seen* into, const auto& record) {
    into->emplace_back(record.first, record.second);
    return into;
  };
  for (std::size_t part = 0; part < records.partitions(); ++part)
    for (std::size_t i = 0; i < 2; ++i) static_cast<void>(records.fold(Slice{part, i, 2}, &all, step));
  return all;
}

TEST_CASE("live_keyed: what is shown, without what is hidden, slices and all") {
  Tables tables;
  CHECK_FALSE(tables.exist());
  tables.make(2, 1);
  for (const auto key : {"aa"sv, "bb"sv, "c"sv, "ddd"sv}) set(tables, key, {static_cast<long>(key.size()), key == "bb"});
  CHECK(seen(tables.show()) == Seen{{"aa", 2}, {"c", 1}, {"ddd", 3}});
}

TEST_CASE("live_keyed: records are those of their moment, though the tables change") {
  Tables tables;
  tables.make(2, 1);
  set(tables, "aa", {1});
  const auto before = tables.show();
  tables.beforeChange();
  set(tables, "aa", {2});
  set(tables, "bb", {3});
  tables.table(0).erase("aa"sv);
  CHECK(seen(before) == Seen{{"aa", 1}});
  CHECK(before.partitions() == 2);
  CHECK(seen(tables.show()) == Seen{{"bb", 3}});
}

TEST_CASE("live_keyed: a loop can be ended") {
  Tables tables;
  tables.make(1, 1);
  for (const auto key : {"aa"sv, "bb"sv, "cc"sv}) tables.table(0).combine(key, [] { return Slot{1}; }, [](Slot&) {});
  auto records = tables.show();
  auto step = [](Until<int> sum, const auto& record) { return Until<int>{sum.value + static_cast<int>(record.second), sum.value == 1}; };
  CHECK(records.fold(Slice{}, Until<int>{0}, step).value == 2);
}

}  // namespace
