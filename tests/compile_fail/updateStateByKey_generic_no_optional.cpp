// SPDX-License-Identifier: BSL-1.0
// expect: updateStateByKey needs a function of the batch.s values and the state
#include <dstream/dstream.hpp>

#include <chrono>
#include <utility>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<std::pair<int, int>> queue;
  const auto pairs = stream.queueStream(queue);
#ifdef RIGHT
  pairs | updateStateByKey<int>([](const auto& values, auto state) { return values.empty() ? state : values.front(); }) | print();
#else
  pairs | updateStateByKey<int>([](const auto& values, auto) { static_cast<void>(values.size()); }) | print();
#endif
}
