// SPDX-License-Identifier: BSL-1.0
// expect: updateStateByKey needs .key, value. pairs; map each record to std::pair.key, value. first
#include <dstream/dstream.hpp>

#include <chrono>
#include <optional>
#include <vector>

using namespace dstream;

constexpr auto latest = [](const std::vector<int>&, std::optional<int> state) { return state; };

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
  const auto numbers = stream.queueStream(queue);
#ifdef RIGHT
  numbers | keyBy([](int n) { return n; }) | updateStateByKey(latest) | print();
#else
  numbers | updateStateByKey(latest) | print();
#endif
}
