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

/// Nobody can tell what its Codec reads.
struct Shared {
  std::shared_ptr<long> inside;
};

}  // namespace

template <>
struct dstream::Codec<Shared> {
  static constexpr std::string_view schema = "shared long";
  static void encode(const Shared& value, std::string& out) { Codec<long>::encode(*value.inside, out); }
  static Shared decode(std::string_view& in) { return {std::make_shared<long>(Codec<long>::decode(in))}; }
};

namespace {

TEST_CASE("durable_update: a state that only its Codec knows is a change when its bytes are others") {
  using Opaque = detail::DurableUpdate<std::string, Shared>;
  using OpaqueTables = std::vector<CombineTable<std::string, Shared>>;
  const auto tables = [](long a, long b) {
    auto made = std::make_shared<OpaqueTables>(1);
    for (const auto& [key, n] : {std::pair{"a", a}, std::pair{"b", b}})
      (*made)[0].combine(std::string(key), [state = n] { return Shared{std::make_shared<long>(state)}; }, [](Shared&) {});
    return made;
  };
  detail::UpdatedStates<std::string, Shared>::Next next = std::make_shared<std::shared_ptr<const OpaqueTables>>(tables(1, 7));
  Opaque states(next);
  states.states = tables(1, 2);
  std::string change;
  states.saveChange(Batch{}, change);
  CHECK(change.find('a') == std::string::npos);
  CHECK(change.find('b') != std::string::npos);
  detail::UpdatedStates<std::string, Shared>::Next none;
  Opaque restored(none);
  restored.states = tables(1, 2);
  restored.restoreChange(change, Batch{}, RunnerRef{});
  CHECK(*restored.states->front().entries()[1].second.inside == 7);
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
