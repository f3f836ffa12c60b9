// SPDX-License-Identifier: BSL-1.0
// expect: a state must own what it refers to: use std::string, not a view
#include <dstream/dstream.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

using namespace dstream;

constexpr auto same = [](const auto&, auto state) { return state; };

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<std::pair<int, int>> queue;
  const auto pairs = stream.queueStream(queue);
#ifdef RIGHT
  pairs | updateStateByKey<std::string>(same) | print();
#else
  pairs | updateStateByKey<std::string_view>(same) | print();
#endif
}
