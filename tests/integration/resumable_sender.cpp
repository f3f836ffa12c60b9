// SPDX-License-Identifier: BSL-1.0
// resumableSocketTextStream against a sender that resets, closes, hangs up in mid-line and in the greeting, over 1,000 connections.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>

#include "integration/loopback.hpp"
#include "support/catch.hpp"
#include "support/random.hpp"
#include "support/temporary_directory.hpp"

namespace {

using namespace std::chrono_literals;
using integration::Port;
using integration::Socket;
using Lines = std::vector<std::string>;

/// The offset that the receiver asks for; none when it is gone.
std::optional<std::uint64_t> asked(const Socket& socket) {
  std::string line;
  for (char byte = 0; byte != '\n'; line += byte)
    if (::recv(socket.get(), &byte, 1, 0) <= 0) return std::nullopt;
  return std::stoull(line);
}

TEST_CASE("a resumable sender: 1,000 connections, each of which breaks somewhere, give each line once") {
  constexpr std::size_t connections = 1'000;
  support::Random random(815);
  std::string text;
  Lines expected;
  for (int i = 0; i < 40'000; ++i) {
    expected.push_back("line " + std::to_string(i) + std::string(random.below(40), '.'));
    text += expected.back() + '\n';
  }
  const Port port;
  port.listen();
  auto sender = std::async(std::launch::async, [&] {
    for (std::size_t made = 1;; ++made) {
      Socket socket = port.accept();
      if (made % 37 == 0) {
        std::move(socket).reset();  // before it has said anything
        continue;
      }
      const auto from = asked(socket);
      if (!from) continue;
      const std::string answer = std::to_string(*from) + "\n";
      if (made % 41 == 0) {
        socket.send(std::string_view(answer).substr(0, answer.size() - 1));
        continue;  // closes within its answer
      }
      socket.send(answer);
      const std::string_view rest = std::string_view(text).substr(*from);
      if (made >= connections) {
        socket.send(rest);
        ::shutdown(socket.get(), SHUT_WR);
        socket.awaitClose();
        return made;
      }
      try {
        socket.sendInPieces(rest.substr(0, random.below(2 * text.size() / connections)), random);
      } catch (const std::system_error&) {  // the receiver was quicker
      }
      if (made % 2 == 0) std::move(socket).reset();
    }
  });

  const support::TemporaryDirectory directory;
  Lines lines;
  std::uint64_t dropped = 0;
  {
    dstream::Context context("local[2]", "reader", {.stopOnSignals = false, .defaultListener = false});
    dstream::StreamingContext stream(context, 5ms);
    stream.addStreamingListener([&](const dstream::Event& event) { dropped += event.is<dstream::DataDropped>() ? 1 : 0; });
    stream.checkpoint(directory.path() + "/checkpoint");
    stream.resumableSocketTextStream("127.0.0.1", port.number(), {.onEnd = dstream::EndOfStream::Reconnect, .firstRetry = 20us, .lastRetry = 200us}).named("in")
        | dstream::foreachRDD([&](const auto& batch) {
            for (std::string& line : batch.collect()) lines.push_back(std::move(line));
            if (lines.size() >= expected.size()) stream.stop(false, false);
          });
    stream.start();
    stream.awaitTermination();
    CHECK(stream.receivers().front().connections > connections / 2);
  }
  CHECK(sender.get() >= connections);
  CHECK(dropped == 0);
  CHECK(lines.size() == expected.size());
  CHECK((lines == expected));
}

}  // namespace
