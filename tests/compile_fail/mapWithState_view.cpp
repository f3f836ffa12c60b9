// SPDX-License-Identifier: BSL-1.0
// expect: a state must own what it refers to: use std::string, not a view
#include <dstream/dstream.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

using namespace dstream;

constexpr auto unused = [](const int& key, std::optional<int>, auto&) { return key; };

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<std::pair<int, int>> queue;
  const auto pairs = stream.queueStream(queue);
#ifdef RIGHT
  pairs | mapWithState(StateSpec::function<std::string>(unused)) | print();
#else
  pairs | mapWithState(StateSpec::function<std::string_view>(unused)) | print();
#endif
}
