// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/waiting_step.hpp>

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;
using detail::canWait;
using detail::TaskTable;

static_assert(canWait<int, int> && canWait<std::string_view, long&&>
              && canWait<std::string, const double&>);
static_assert(canWait<std::string_view, std::pair<int, int>>);
static_assert(!canWait<std::string_view, std::string_view>);
static_assert(!canWait<std::string_view, std::string>);
static_assert(!canWait<std::vector<int>, int>);

/// Tells all values of a key and their order.
constexpr auto first = [](int value) { return std::to_string(value); };
constexpr auto next = [](std::string before, int value) {
  return before + "," + std::to_string(value);
};

template <class Key, class Create, class MergeValue>
using Step = detail::WaitingStep<Key, std::string, int, Create, MergeValue>;

template <class Key, class Create, class MergeValue>
auto stepOf(const Create& create, const MergeValue& mergeValue) {
  return Step<Key, Create, MergeValue>(create, mergeValue);
}

/// The step as a fold calls it.
template <class Key, class OneStep>
class Feed {
 public:
  Feed(OneStep& step, TaskTable<Key, std::string>& table) : step_(step), at_(step.start(&table)) {}
  template <class K>
  void give(K key, int value) {
    at_ = step_(at_, std::pair{key, value});
  }
  void finish() { step_.finish(at_); }

 private:
  OneStep& step_;
  typename OneStep::Progress at_;
};
template <class Key, class OneStep>
Feed(OneStep&, TaskTable<Key, std::string>&) -> Feed<Key, OneStep>;

template <class Key>
auto contents(TaskTable<Key, std::string>& table) {
  std::vector<std::pair<Kept<Key>, std::string>> part;
  for (auto& [key, combined] : table.entries())
    part.emplace_back(TaskTable<Key, std::string>::Form::take(key), std::move(combined));
  CHECK(std::map<Kept<Key>, std::string>(part.begin(), part.end()).size()
        == part.size());  // no key twice
  return std::map<Kept<Key>, std::string>(part.begin(), part.end());
}

TEST_CASE(
    "WaitingStep: nothing is lost, whatever number waits in the end; the records of a key keep "
    "their order") {
  support::Random random(4);
  for (int records = 0; records < 300; ++records) {
    auto step = stepOf<std::string_view>(first, next);
    TaskTable<std::string_view, std::string> table(random());
    Feed feed(step, table);
    std::map<std::string, std::string> expected;
    for (int i = 0; i < records; ++i) {
      const std::size_t number = random.below(40);
      std::string key = std::string(number, 'k') + std::to_string(number);  // long ones go at once
      const auto [at, fresh] = expected.emplace(key, std::to_string(i));
      if (!fresh) at->second += "," + std::to_string(i);
      feed.give(std::string_view(key), i);
      key.assign(key.size(), '#');
    }
    feed.finish();
    CHECK(contents(table) == expected);
  }
}

TEST_CASE("WaitingStep: the table grows while records wait, many times") {
  auto step = stepOf<int>(first, next);
  TaskTable<int, std::string> table(3);
  Feed feed(step, table);
  for (int i = 0; i < 100000; ++i) feed.give(i % 60000, i);
  feed.finish();
  REQUIRE(table.entries().size() == 60000);
  for (int i = 0; i < 60000; ++i) {
    const auto& entry = table.entries()[static_cast<std::size_t>(i)];
    REQUIRE(entry.first == i);
    REQUIRE(entry.second == (i < 40000 ? next(first(i), i + 60000) : first(i)));
  }
}

TEST_CASE("WaitingStep: keys made to collide, among those that wait") {
  const detail::HashSeed known(9);
  auto step = stepOf<std::int64_t>(first, next);
  TaskTable<std::int64_t, std::string> table(9);
  Feed feed(step, table);
  std::size_t keys = 0;
  for (std::int64_t key = 0; keys < 1000; ++key)
    if ((detail::KeyForm<std::int64_t>::hash(key, known) & 0x1fff) == 0) {
      feed.give(key, 1);
      feed.give(key, 2);
      ++keys;
    }
  feed.finish();
  CHECK(table.isWary());
  CHECK(table.entries().size() == 1000);
  for (const auto& entry : table.entries()) CHECK(entry.second == "1,2");
}

TEST_CASE("WaitingStep: a long text changes the table's hash while short ones wait") {
  const detail::HashSeed known(9);
  std::vector<std::string> keys;  // all in one place, far more than may stand in a row
  for (int i = 0; keys.size() < 400; ++i) {
    std::string text = std::to_string(i);
    if ((detail::KeyForm<std::string>::hash(detail::TextKey(text), known) & 0x1fff) == 3)
      keys.push_back(std::move(text));
  }
  for (std::size_t when = 258; when < 400; ++when) {
    auto step = stepOf<std::string>(first, next);
    TaskTable<std::string, std::string> table(9);
    Feed feed(step, table);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (i == when) feed.give(std::string("a text longer than fifteen bytes"), 0);
      feed.give(keys[i], 1);
      feed.give(keys[i], 2);
    }
    for (const std::string& key : keys) feed.give(key, 3);
    feed.finish();
    CHECK(table.isWary());
    const auto found = contents(table);
    REQUIRE(found.size() == keys.size() + 1);
    for (const std::string& key : keys) REQUIRE(found.at(key) == "1,2,3");
  }
}

TEST_CASE("WaitingStep: while keys are listed, long and empty texts are as well, and the index stays as it was") {
  auto step = stepOf<std::string_view>(first, next);
  TaskTable<std::string_view, std::string> table(3);
  table.mayList();
  Feed feed(step, table);
  constexpr int different = 66'000;
  for (int i = 0; i < different; ++i) feed.give(std::to_string(i), i);
  const std::size_t before = table.entries().size();
  for (const char* const text : {"", "a text that is too long to wait", "", "a text that is too long to wait"}) feed.give(std::string_view(text), 1);
  CHECK(table.entries().size() == before + 4);
  for (int i = 0; i < 100'000; ++i) feed.give(std::string_view("hot"), i);  // as many as an index would have walked over for each
  feed.give(std::string_view(), 2);
  feed.finish();
  CHECK(table.repeats());
  CHECK(table.entries().size() == different + 4 + 100'000 + 1);
}

TEST_CASE(
    "WaitingStep: when a function throws, nothing is combined twice and those that waited are "
    "dropped") {
  int calls = 0;
  const auto failing = [&calls](const std::string& before, int value) {
    if (++calls == 5) throw std::runtime_error("five");
    return next(before, value);
  };
  auto step = stepOf<int>(first, failing);
  TaskTable<int, std::string> table(3);
  Feed feed(step, table);
  const auto all = [&] {
    for (int i = 0; i < 1000; ++i) feed.give(0, i);
  };
  CHECK_THROWS_WITH(all(), "five");
  CHECK(table.entries().size() == 1);
  CHECK(table.entries()[0].second == "0,1,2,3,4");
}

}  // namespace
