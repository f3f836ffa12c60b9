// SPDX-License-Identifier: BSL-1.0
// expect: exactly once needs sources that can give the same data again: files, ranges and resumable sockets can, other sockets and queues cannot; a stream that has become an AnyDStream no longer says
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
  const auto lines = stream.textFileStream("in");
#ifdef RIGHT
  lines | saveAsTextFiles("out").exactlyOnce();
#else
  pairs | saveAsTextFiles("out").exactlyOnce();
#endif
}
