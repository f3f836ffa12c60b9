// SPDX-License-Identifier: BSL-1.0
// expect: updateStateByKey cannot tell the type of the state: its function takes the batch's values .a vector. and the state .a std::optional., or time, key, values and state; write updateStateByKey<S>.f. where f is generic
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
  pairs | updateStateByKey([](const std::vector<int>&, std::optional<int> state) { return state; }) | print();
#else
  pairs | updateStateByKey([](int, std::optional<int> state) { return state; }) | print();
#endif
}
