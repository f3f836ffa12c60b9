// SPDX-License-Identifier: BSL-1.0
// expect: mapWithState needs .key, value. pairs; map each record to std::pair.key, value. first
#include <dstream/dstream.hpp>

#include <chrono>
#include <optional>

using namespace dstream;

constexpr auto latest = [](const int&, std::optional<int> value, State<int>&) { return *value; };

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
  const auto numbers = stream.queueStream(queue);
#ifdef RIGHT
  numbers | keyBy([](int n) { return n; }) | mapWithState(StateSpec::function<int>(latest)) | print();
#else
  numbers | mapWithState(StateSpec::function<int>(latest)) | print();
#endif
}
