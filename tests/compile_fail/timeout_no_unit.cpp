// SPDX-License-Identifier: BSL-1.0
// expect: a length of time needs its unit: std::chrono::seconds.30.
#include <dstream/dstream.hpp>

#include <chrono>
#include <optional>
#include <utility>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<std::pair<int, int>> queue;
  const auto pairs = stream.queueStream(queue);
  const auto spec = StateSpec::function<int>([](int, std::optional<int> value, State<int>&) { return value; });
#ifdef RIGHT
  pairs | mapWithState(spec.timeout(std::chrono::seconds(30))) | print();
#else
  pairs | mapWithState(spec.timeout(30)) | print();
#endif
}
