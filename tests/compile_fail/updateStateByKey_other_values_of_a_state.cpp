// SPDX-License-Identifier: BSL-1.0
// expect: the values that updateStateByKey's function takes are a std::vector of the values of the stream's pairs, and this function takes another
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
  pairs | updateStateByKey<long>([](Time, int, const std::vector<int>&, auto state) { return state; }) | print();
#else
  pairs | updateStateByKey<long>([](Time, int, const std::vector<long>&, auto state) { return state; }) | print();
#endif
}
