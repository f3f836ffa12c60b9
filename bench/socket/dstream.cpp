// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <string_view>

#include <dstream/dstream.hpp>

#include "socket/contenders.hpp"

namespace bench {

/// Into batches, and each batch's lines counted: the whole runtime, from its start to its end.
static Received inBatches(std::uint16_t port, std::chrono::nanoseconds interval) {
  using namespace dstream;

  Received received;
  Context context{"local", "bench of the socket"};
  StreamingContext stream{context, interval};
  stream.socketTextStream("127.0.0.1", port, {.onEnd = EndOfStream::Finish})
      | map(
          [](std::string_view line) { return Received{1, static_cast<std::int64_t>(line.size())}; })
      | foreachRDD([&received](auto batch) {
          received = received + batch.fold(Received{}, [](Received left, Received right) {
            return left + right;
          });
        });
  stream.start();
  stream.awaitTermination();
  return received;
}

Received dstreamOf1ms(std::uint16_t port) {
  return inBatches(port, std::chrono::milliseconds(1));
}
Received dstreamOf10ms(std::uint16_t port) {
  return inBatches(port, std::chrono::milliseconds(10));
}

}  // namespace bench
