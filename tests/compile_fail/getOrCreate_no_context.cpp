// SPDX-License-Identifier: BSL-1.0
// expect: getOrCreate needs a function that makes a std::unique_ptr<StreamingContext>
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
  pairs | print();
#ifdef RIGHT
  static_cast<void>(StreamingContext::getOrCreate("c", [&] { return std::make_unique<StreamingContext>(context, 1s); }));
#else
  static_cast<void>(StreamingContext::getOrCreate("c", [&] { return 1; }));
#endif
}
