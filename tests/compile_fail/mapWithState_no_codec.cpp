// SPDX-License-Identifier: BSL-1.0
// expect: checkpoints keep the states of mapWithState, so key and state need a Codec; specialise dstream::Codec, or say .transient\(\) of the StateSpec
#include <dstream/dstream.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

using namespace dstream;
using namespace std::chrono_literals;

/// Owns what it refers to, and has no Codec.
struct Opaque {
  std::shared_ptr<int> inside;
  bool operator==(const Opaque&) const = default;
};

int main() {
  Context context("local");
  StreamingContext stream(context, 1s);
  BatchQueue<std::pair<int, int>> queue;
  const auto pairs = stream.queueStream(queue);
  const auto keyOf = [](const int& key, std::optional<int>, State<Opaque>&) { return key; };
#ifdef RIGHT
  pairs | mapWithState(StateSpec::function<Opaque>(keyOf).transient()) | print();
#else
  pairs | mapWithState(StateSpec::function<Opaque>(keyOf)) | print();
#endif
}
