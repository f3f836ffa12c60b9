// SPDX-License-Identifier: BSL-1.0
// expect: checkpoints keep what reduceByKeyAndWindow keeps, so key and value need a Codec; specialise dstream::Codec, or say .transient\(\) of the operator
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
  const auto opaque = pairs | mapValues([](int) { return Opaque{}; });
  const auto first = [](const Opaque& a, const Opaque&) { return a; };
#ifdef RIGHT
  opaque | reduceByKeyAndWindow(first, 2s).transient() | keys() | print();
#else
  opaque | reduceByKeyAndWindow(first, 2s) | keys() | print();
#endif
}
