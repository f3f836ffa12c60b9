// SPDX-License-Identifier: BSL-1.0
// expect: a StateSpec needs the type of the state: write StateSpec::function<S>.f.
#include <dstream/dstream.hpp>

#include <chrono>
#include <optional>
#include <utility>

using namespace dstream;
using namespace std::chrono_literals;

int main() {
  Context context("local");
  StreamingContext stream(context, 1s);
  BatchQueue<std::pair<int, int>> queue;
  const auto pairs = stream.queueStream(queue);
  const auto latest = [](const int&, std::optional<int> value, State<int>&) { return *value; };
#ifdef RIGHT
  pairs | mapWithState(StateSpec::function<int>(latest)) | print();
#else
  pairs | mapWithState(StateSpec::function(latest)) | print();
#endif
}
