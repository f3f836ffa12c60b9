// SPDX-License-Identifier: BSL-1.0
// expect: updateStateByKey needs a function of the batch.s values and the state, .const vector<V>&, optional<S>. → optional<S>, or of time, key, values and state
#include <dstream/dstream.hpp>

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<std::pair<int, int>> queue;
  const auto pairs = stream.queueStream(queue);
#ifdef RIGHT
  pairs | updateStateByKey<int>([](const std::vector<int>&, std::optional<int> state) { return state; }) | print();
#else
  pairs | updateStateByKey<int>([](const std::vector<int>&, int state) { return state; }) | print();
#endif
}
