// SPDX-License-Identifier: BSL-1.0
#include <dstream/windows/window_pane.hpp>

#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <dstream/core/range_rdd.hpp>
#include <dstream/operators/map.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;

template <class R>
auto recordsOf(R& rdd) {
  std::vector<std::vector<Kept<typename R::value_type>>> partitions(rdd.partitions());
  for (std::size_t part = 0; part < rdd.partitions(); ++part) {
    auto add = [](auto* into, auto&& record) {
      static_assert(std::is_same_v<decltype(record), typename R::reference&&>);
      into->push_back(Owned<typename R::value_type>::own(std::forward<decltype(record)>(record)));
      return into;
    };
    static_cast<void>(rdd.fold(Slice{part}, &partitions[part], add));
  }
  return partitions;
}

/// An Rdd's records from bytes are those that it gives itself, by the same type.
template <class R>
void comesBack(R rdd) {
  using Record = typename R::value_type;
  RunnerRef runner;
  rdd.prepare(runner);
  std::string bytes;
  detail::RecordBytes<Record>::save(rdd, runner, bytes);
  detail::WindowPane<R> live(rdd);
  live.prepare(runner);
  detail::WindowPane<R> restored(detail::RecordBytes<Record>::load(bytes, runner));
  restored.prepare(runner);
  CHECK(restored.partitions() == live.partitions());
  CHECK(recordsOf(restored) == recordsOf(live));
  CHECK(restored.splits(0, 1) >= 1);
  for (std::size_t length = 0; length < bytes.size(); ++length)
    CHECK_THROWS_AS(detail::RecordBytes<Record>::load(std::string_view(bytes).substr(0, length), runner), DecodeError);
}

TEST_CASE("window_pane: records by value, by reference and as views") {
  const std::vector<int> numbers{1, 2, 3, 4, 5};
  const std::vector<std::string> texts{"a", "bb", "", "a text that is not short at all, no"};
  comesBack(parallelize(numbers, 2));
  comesBack(parallelize(texts, 3) | map([](const std::string& text) { return std::string_view(text); }));
  comesBack(parallelize(texts, 3) | map([](const std::string& text) { return std::pair{std::string_view(text), 1L}; }));
  comesBack(parallelize(texts, 1) | map([](const std::string& text) { return text + "!"; }));
}

TEST_CASE("window_pane: as many records of no bytes as there were") {
  comesBack(parallelize(std::vector<std::tuple<>>(5), 2));
  comesBack(parallelize(std::vector<std::pair<std::tuple<>, std::tuple<>>>(3), 1));
}

}  // namespace
