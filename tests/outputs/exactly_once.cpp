// SPDX-License-Identifier: BSL-1.0
#include <dstream/outputs/exactly_once.hpp>

#include <chrono>
#include <string>
#include <utility>

#include <dstream/dstream.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;

template <class Stream>
constexpr bool again = detail::replayable<std::remove_cvref_t<decltype(std::declval<Stream>().node())>>;

TEST_CASE("exactly_once: a stream says whether all of its sources can give the same again") {
  support::Stage stage;
  BatchQueue<std::pair<std::string, long>> queue;
  const auto queued = stage.stream.queueStream(queue);
  const auto files = stage.stream.textFileStream("/in") | map([](auto line) { return std::pair{std::string(line), 1L}; });
  static_assert(again<decltype(files)>);
  static_assert(!again<decltype(queued)>);

  const auto sums = files | reduceByKey(plus);
  const auto joined = sums | join(sums);
  const auto mixed = sums | join(queued | reduceByKey(plus));
  const auto windows = sums | reduceByKeyAndWindow(plus, 2s);
  const auto plain = files | window(2s);
  const auto one = files | values() | reduceByWindow(plus, 2s, 1s);
  const auto states = files | mapWithState(StateSpec::function<long>([](const std::string& key, std::optional<long>, State<long>&) { return key; }));
  const auto made = files | transform([](auto batch) { return batch | keys(); });
  static_assert(again<decltype(sums)> && again<decltype(joined)> && again<decltype(windows)> && again<decltype(plain)> && again<decltype(one)>);
  static_assert(again<decltype(states)> && again<decltype(states.stateSnapshots())> && again<decltype(made)>);
  static_assert(!again<decltype(mixed)> && !again<AnyDStream<std::pair<std::string, long>>>);
  joined | saveAsTextFiles("/out/joined").exactlyOnce();
  CHECK_THROWS_AS(stage.stream.start(), std::invalid_argument);  // no checkpoint directory
}

}  // namespace
