// SPDX-License-Identifier: BSL-1.0
#include <dstream/state/durable_update.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using States = detail::DurableUpdate<std::string, long>;
using Tables = std::vector<CombineTable<std::string, long>>;
using Pairs = std::vector<std::pair<std::string, long>>;
using UpdatedNext = detail::UpdatedStates<std::string, long>::Next;

std::shared_ptr<const Tables> tablesOf(const Pairs& pairs, std::size_t parts) {
  auto tables = std::make_shared<Tables>(parts);
  for (const auto& [key, state] : pairs)
    (*tables)[KeyHash<std::string>::hash(key, 0) % parts].combine(key, [&, s = state] { return s; }, [](long&) {});
  return tables;
}
Pairs pairsOf(const States& states) {
  Pairs pairs;
  if (states.states == nullptr) return pairs;
  for (const auto& table : *states.states)
    for (const auto& entry : table.entries()) pairs.push_back(entry);
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

TEST_CASE("durable_update: a change holds what is other than before, and all of it gives the states again") {
  const Pairs before{{"a", 1}, {"b", 2}, {"c", 3}};
  const Pairs after{{"a", 1}, {"b", 5}, {"d", 4}};
  UpdatedNext next = std::make_shared<std::shared_ptr<const Tables>>(tablesOf(after, 3));
  States states(next);
  states.states = tablesOf(before, 3);
  std::string all;
  states.saveAll(RunnerRef{}, all);
  std::string change;
  states.saveChange(Batch{}, change);
  CHECK(change.size() < all.size() + 40);
  CHECK(change.find('a') == std::string::npos);  // unchanged

  UpdatedNext none;
  States restored(none);
  restored.restoreAll(all, states.schema(), RunnerRef{});
  CHECK(pairsOf(restored) == before);
  restored.restoreChange(change, Batch{}, RunnerRef{});
  CHECK(pairsOf(restored) == after);
  for (std::size_t length = 0; length < all.size(); ++length)
    CHECK_THROWS_AS(States(none).restoreAll(std::string_view(all).substr(0, length), states.schema(), RunnerRef{}), DecodeError);
}

TEST_CASE("durable_update: a batch without states to compute changes nothing; other partitions hold the same") {
  UpdatedNext none;
  States states(none);
  std::string change;
  states.saveChange(Batch{}, change);
  States restored(none);
  restored.states = tablesOf({{"a", 1}, {"b", 2}}, 2);
  restored.restoreChange(change, Batch{}, RunnerRef{});
  CHECK(pairsOf(restored) == Pairs{{"a", 1}, {"b", 2}});
  restored.states = States::inPartitions(*restored.states, 7, RunnerRef{});
  CHECK(restored.states->size() == 7);
  CHECK(pairsOf(restored) == Pairs{{"a", 1}, {"b", 2}});
}

}  // namespace
