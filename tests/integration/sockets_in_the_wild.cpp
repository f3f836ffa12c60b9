// SPDX-License-Identifier: BSL-1.0
// Sockets as they misbehave in the wild: no descriptor left, a reader slower than the sender, a peer that is silent.

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <dstream/dstream.hpp>

#include "integration/loopback.hpp"
#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;
using integration::Counter;
using integration::Port;
using integration::Socket;

constexpr dstream::Configuration quiet{.stopOnSignals = false, .defaultListener = false};

// Clang's check of virtual calls asks for a pipe before it looks at an object, and takes one it gets no pipe for to be none.
#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
#define DSTREAM_TEST_CALLS_NEED_DESCRIPTORS 1
#endif
#endif
#ifndef DSTREAM_TEST_CALLS_NEED_DESCRIPTORS
TEST_CASE("sockets in the wild: without a free descriptor the receiver backs off, and connects once there is one") {
  const Port port;  // nobody listens yet: the receiver tries again and again
  Counter exhausted;
  Counter lines;
  dstream::Context context("local[2]", "reader", quiet);
  dstream::StreamingContext stream(context, 5ms);
  stream.addStreamingListener([&](const dstream::Event& event) {
    const auto* const changed = event.as<dstream::ReceiverChanged>();
    if (changed != nullptr && changed->info.lastError.ends_with("Too many open files")) exhausted.raise();
  });
  stream.socketTextStream("127.0.0.1", port.number(), {.firstRetry = 1ms, .lastRetry = 2ms})
      | dstream::foreachRDD([&](const auto& batch) { lines.raise(static_cast<std::size_t>(batch.count())); });
  stream.start();

  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit few = before;
  few.rlim_cur = 64;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  std::vector<int> held;
  while (exhausted.value() < 3) {  // all that there is, and what the receiver lets go of
    const int one = ::dup(0);
    if (one >= 0) {
      held.push_back(one);
    } else {
      std::this_thread::yield();
    }
  }
  for (const int one : held) ::close(one);
  ::setrlimit(RLIMIT_NOFILE, &before);

  port.listen();
  const Socket socket = port.accept();
  socket.send("here\n");
  lines.await(1);
  stream.stop(false, false);
  CHECK(stream.receivers().front().connections == 1);
}
#endif

TEST_CASE("sockets in the wild: a sender that is quicker than its reader is slowed by TCP, within the bound of memory, and nothing is lost") {
  const Port port;
  port.listen();
  constexpr std::size_t expected = 400'000;
  auto sender = std::async(std::launch::async, [&] {
    const Socket socket = port.accept();
    std::string text;
    for (std::size_t i = 0; i < 1000; ++i) text += "a line of about forty bytes, all the same\n";
    for (std::size_t i = 0; i < expected / 1000; ++i) socket.send(text);
  });
  dstream::Configuration small = quiet;
  small.maxRecordBytes = 4096;
  small.blockBytes = 16'384;
  small.blockMemory = std::size_t{256} << 10;
  dstream::Context context("local[2]", "reader", small);
  dstream::StreamingContext stream(context, 1ms);
  std::size_t lines = 0;
  std::size_t most = 0;
  stream.socketTextStream("127.0.0.1", port.number(), {.onEnd = dstream::EndOfStream::Finish}) | dstream::foreachRDD([&](const auto& batch) {
    for (int pass = 0; pass < 3; ++pass) static_cast<void>(batch.count());  // slower than the sender
    lines += static_cast<std::size_t>(batch.count());
    const std::size_t held = stream.metrics().bytesHeld;
    most = held > most ? held : most;
  });
  stream.start();
  stream.awaitTermination();
  sender.get();
  CHECK(lines == expected);
  CHECK(most <= small.blockMemory);
  CHECK(stream.receivers().front().droppedBytes == 0);
}

TEST_CASE("sockets in the wild: a peer that accepts and says nothing is left for a new connection after idleTimeout") {
  const Port port;
  port.listen();
  Counter lines;
  dstream::Context context("local[2]", "reader", quiet);
  dstream::StreamingContext stream(context, 5ms);
  stream.socketTextStream("127.0.0.1", port.number(), {.firstRetry = 1ms, .lastRetry = 2ms, .idleTimeout = 20ms})
      | dstream::foreachRDD([&](const auto& batch) { lines.raise(static_cast<std::size_t>(batch.count())); });
  stream.start();
  const Socket silent = port.accept();
  const Socket second = port.accept();
  second.send("here\n");
  lines.await(1);
  silent.awaitClose();
  stream.stop(false, false);
  CHECK(stream.receivers().front().connections >= 2);
}

}  // namespace
