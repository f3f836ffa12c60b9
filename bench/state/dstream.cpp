// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <memory>
#include <optional>

#include <dstream/outputs/foreachRDD.hpp>
#include <dstream/state/mapWithState.hpp>

#include "state/contenders.hpp"

namespace bench {

namespace {

using namespace dstream;

const auto runningSum = StateSpec::function<std::int64_t>(
    [](std::int64_t, std::optional<std::int64_t> value, State<std::int64_t>& state) {
      const std::int64_t sum = (state.exists() ? state.get() : 0) + value.value_or(0);
      if (!state.isTimingOut()) state.update(sum);
      return sum;
    });

template <class Spec>
Contender<Records> fed(const Spec& spec) {
  auto feed = std::make_shared<Feed<Record>>();
  auto last = std::make_shared<std::uint64_t>(0);
  feed->stream() | mapWithState(spec)
      | foreachRDD([last](const auto& batch) { *last = static_cast<std::uint64_t>(batch.sum()); });
  return [feed, last](const Records& batch) {
    feed->give(batch);
    return *last;
  };
}

}  // namespace

Contender<Records> dstreamSums() { return fed(runningSum); }
Contender<Records> dstreamSumsWithTimeout() {
  return fed(runningSum.timeout(std::chrono::hours(24)));
}

}  // namespace bench
