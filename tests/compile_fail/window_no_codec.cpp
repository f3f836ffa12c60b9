// SPDX-License-Identifier: BSL-1.0
// expect: checkpoints keep the records of a window, so they need to be owned and to have a Codec; specialise dstream::Codec, or say .transient\(\) of the window
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
  const auto opaque = pairs | map([](const auto&) { return Opaque{}; });
#ifdef RIGHT
  opaque | window(2s).transient() | count() | print();
#else
  opaque | window(2s) | count() | print();
#endif
}
