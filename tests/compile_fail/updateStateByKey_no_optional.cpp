// SPDX-License-Identifier: BSL-1.0
// expect: updateStateByKey's function must return a std::optional of the state; none removes the key
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
  pairs | updateStateByKey([](const std::vector<int>&, std::optional<int> state) { return *state; }) | print();
#endif
}
