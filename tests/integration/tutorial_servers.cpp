// SPDX-License-Identifier: BSL-1.0
// socketTextStream against servers that behave like the tutorial's, and against worse ones.

#include <signal.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>

#include "integration/loopback.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using dstream::EndOfStream;
using dstream::ReceiverState;
using integration::Counter;
using integration::Port;
using integration::Socket;
using Lines = std::vector<std::string>;

namespace {

constexpr dstream::Configuration quiet{.stopOnSignals = false, .defaultListener = false};

/// A stream of a port's lines that keeps them and all events. Both are looked at when the stream
/// has stopped.
class Reader {
 public:
  Reader(const Port& port, EndOfStream onEnd, dstream::Configuration configuration = quiet)
      : context_("local[2]", "reader", configuration), stream_(context_, 5ms) {
    stream_.addStreamingListener([this](const dstream::Event& event) {
      events_.push_back(event);
      if (onEvent) onEvent(event);
    });
    stream_.socketTextStream("127.0.0.1", port.number(),
                             {.onEnd = onEnd, .firstRetry = 1ms, .lastRetry = 10ms})
        | dstream::foreachRDD([this](auto batch) {
            for (std::string& line : batch.collect()) {
              if (onLine) onLine(line);
              lines_.push_back(std::move(line));
              received.raise();
            }
          });
  }

  dstream::StreamingContext& stream() { return stream_; }
  void run() {
    stream_.start();
    stream_.awaitTermination();
  }

  [[nodiscard]] const Lines& lines() const { return lines_; }
  [[nodiscard]] dstream::ReceiverInfo receiver() const { return stream_.receivers().front(); }
  template <class Kind>
  [[nodiscard]] std::vector<Kind> events() const {
    std::vector<Kind> found;
    for (const dstream::Event& event : events_)
      if (const Kind* const one = event.as<Kind>()) found.push_back(*one);
    return found;
  }

  std::function<void(const dstream::Event&)> onEvent;  // on the events lane
  std::function<void(const std::string&)> onLine;      // on the jobs lane
  Counter received;

 private:
  std::vector<dstream::Event> events_;
  Lines lines_;
  dstream::Context context_;
  dstream::StreamingContext stream_;
};

template <class Body>
auto serverThread(Body body) {
  return std::async(std::launch::async, std::move(body));
}

bool changedTo(const dstream::Event& event, ReceiverState state) {
  const auto* const change = event.as<dstream::ReceiverChanged>();
  return change != nullptr && change->info.state == state;
}

/// While it lives, a signal has its default action, whatever the test framework wanted of it.
class DefaultAction {
 public:
  explicit DefaultAction(int signal) : signal_(signal) {
    struct sigaction action{};
    action.sa_handler = SIG_DFL;
    ::sigaction(signal, &action, &before_);
  }
  DefaultAction(const DefaultAction&) = delete;
  DefaultAction& operator=(const DefaultAction&) = delete;
  ~DefaultAction() { ::sigaction(signal_, &before_, nullptr); }

 private:
  int signal_;
  struct sigaction before_{};
};

}  // namespace

TEST_CASE("a last line without a newline is delivered", "[integration]") {
  Port port;
  port.listen();
  auto server = serverThread([&] { port.accept().send("uno\r\ndos\n\ntres"); });
  Reader reader(port, EndOfStream::Finish);
  reader.run();
  CHECK(reader.lines() == Lines{"uno", "dos", "", "tres"});
  CHECK(reader.receiver().state == ReceiverState::Finished);
  CHECK(reader.receiver().bytes == 14);
  CHECK(reader.events<dstream::DataDropped>().empty());
}

TEST_CASE("the connection closes after each message, and the next comes after reconnecting",
          "[integration]") {
  const Lines messages{"hola", "¿qué tal?", "dos palabras", "adiós"};
  Port port;
  port.listen();
  auto server = serverThread([&] {
    for (const std::string& message : messages) port.accept().send(message);
  });
  Reader reader(port, EndOfStream::Reconnect);
  reader.stream().start();
  reader.received.await(messages.size());
  CHECK(reader.stream().stop(true, true).graceful);
  CHECK(reader.lines() == messages);
  CHECK(reader.receiver().connections >= messages.size());
  CHECK(reader.events<dstream::DataDropped>().empty());
}

TEST_CASE("the first connect is refused and a later one succeeds", "[integration]") {
  Port port;
  std::promise<void> refused;
  std::once_flag once;
  auto server = serverThread([&] {
    refused.get_future().wait();
    port.listen();
    port.accept().send("al fin\n");
  });
  Reader reader(port, EndOfStream::Finish);
  reader.onEvent = [&](const dstream::Event& event) {
    if (changedTo(event, ReceiverState::BackingOff))
      std::call_once(once, [&] { refused.set_value(); });
  };
  reader.run();
  CHECK(reader.lines() == Lines{"al fin"});
  CHECK(reader.receiver().connections == 1);
  const auto changes = reader.events<dstream::ReceiverChanged>();
  REQUIRE(changes.size() >= 5);
  CHECK(changes[0].info.state == ReceiverState::Connecting);
  CHECK(changes[1].info.state == ReceiverState::BackingOff);
  CHECK(changes[1].info.retries == 1);
  CHECK_THAT(changes[1].info.lastError, Catch::Matchers::Contains("refused"));
  CHECK(changes[changes.size() - 2].info.state == ReceiverState::Up);
  CHECK(changes.back().info.state == ReceiverState::Finished);
}

TEST_CASE("a connection reset in mid-line drops the cut line and nothing else", "[integration]") {
  constexpr std::string_view sent = "uno\ndos\ncort";
  Port port;
  port.listen();
  std::promise<void> read;
  std::once_flag once;
  auto server = serverThread([&] {
    Socket first = port.accept();
    first.send(sent);
    read.get_future().wait();
    std::move(first).reset();
    port.accept().send("tres\n");
  });
  Reader reader(port, EndOfStream::Finish);
  reader.onEvent = [&](const dstream::Event& event) {
    if (!event.is<dstream::BatchCompleted>()) return;
    if (reader.receiver().bytes == sent.size()) std::call_once(once, [&] { read.set_value(); });
  };
  reader.run();
  CHECK(reader.lines() == Lines{"uno", "dos", "tres"});
  const auto dropped = reader.events<dstream::DataDropped>();
  REQUIRE(dropped.size() == 1);
  CHECK(dropped[0].bytes == 4);
  CHECK_THAT(dropped[0].reason, Catch::Matchers::Contains("middle"));
  CHECK(reader.receiver().connections == 2);
}

TEST_CASE("a peer that sends nothing does not hinder stop", "[integration]") {
  const bool gracefully = GENERATE(false, true);
  Port port;
  port.listen();
  auto server = serverThread([&] { port.accept().awaitClose(); });
  Counter up;
  Reader reader(port, EndOfStream::Reconnect);
  reader.onEvent = [&](const dstream::Event& event) {
    if (changedTo(event, ReceiverState::Up)) up.raise();
  };
  reader.stream().start();
  up.await(1);
  const dstream::StopReport report = reader.stream().stop(true, gracefully);
  CHECK(report.graceful == gracefully);
  CHECK(report.droppedBytes == 0);
  CHECK(reader.stream().getState() == dstream::StreamingContextState::Stopped);
  CHECK(reader.receiver().state == ReceiverState::Stopped);
  reader.stream().awaitTermination();
}

TEST_CASE("a server that never listens does not hinder stop", "[integration]") {
  Port port;
  Counter refused;
  Reader reader(port, EndOfStream::Reconnect);
  reader.onEvent = [&](const dstream::Event& event) {
    if (changedTo(event, ReceiverState::BackingOff)) refused.raise();
  };
  reader.stream().start();
  refused.await(3);
  CHECK(reader.stream().stop(true, true).graceful);
  CHECK(reader.receiver().connections == 0);
  CHECK(reader.receiver().retries >= 3);
}

TEST_CASE("SIGINT and SIGTERM end awaitTermination", "[integration]") {
  const int signal = GENERATE(SIGINT, SIGTERM);
  const DefaultAction action(signal);
  Port port;
  port.listen();
  auto server = serverThread([&] {
    const Socket client = port.accept();
    client.send("uno\n");
    client.awaitClose();
  });
  Reader reader(port, EndOfStream::Reconnect, {.defaultListener = false});
  reader.onLine = [&](const std::string&) { ::kill(::getpid(), signal); };
  reader.run();
  CHECK(reader.stream().getState() == dstream::StreamingContextState::Stopped);
  CHECK(reader.lines() == Lines{"uno"});
  struct sigaction after{};
  ::sigaction(signal, nullptr, &after);
  CHECK(after.sa_handler == SIG_DFL);
}

TEST_CASE("a throwing user function surfaces from awaitTermination; other batches go on",
          "[integration]") {
  Port port;
  port.listen();
  Counter failed;
  Counter finished;
  Reader reader(port, EndOfStream::Finish);
  reader.onLine = [](const std::string& line) {
    if (line == "malo") throw std::runtime_error("una línea mala");
  };
  reader.onEvent = [&](const dstream::Event& event) {
    if (const auto* const output = event.as<dstream::OutputCompleted>())
      if (!output->failure.empty()) failed.raise();
    if (changedTo(event, ReceiverState::Finished)) finished.raise();
  };
  auto server = serverThread([&] {
    const Socket client = port.accept();
    client.send("antes\n");
    reader.received.await(1);
    client.send("malo\n");
    failed.await(1);
    client.send("después\n");
  });
  reader.stream().start();
  CHECK_THROWS_WITH(reader.stream().awaitTermination(), "una línea mala");
  finished.await(1);
  CHECK(reader.stream().stop(true, true).graceful);
  CHECK(reader.lines() == Lines{"antes", "después"});
  CHECK(failed.value() == 1);
  CHECK_THROWS_WITH(reader.stream().awaitTermination(), "una línea mala");
}

TEST_CASE("a line over the limit is dropped with an event, and nothing else is", "[integration]") {
  const std::string line(20 << 20, 'x');
  Port port;
  port.listen();
  auto server = serverThread([&] {
    const Socket client = port.accept();
    client.send("antes\n");
    client.send(line);
    client.send("\ndespués\nal final");
  });
  Reader reader(port, EndOfStream::Finish,
                {.maxRecordBytes = 1 << 20, .stopOnSignals = false, .defaultListener = false});
  reader.run();
  CHECK(reader.lines() == Lines{"antes", "después", "al final"});
  const auto dropped = reader.events<dstream::DataDropped>();
  REQUIRE(dropped.size() == 1);
  CHECK(dropped[0].bytes == line.size() + 1);
  CHECK_THAT(dropped[0].reason, Catch::Matchers::Contains("maxRecordBytes"));
}

TEST_CASE("a last line over the limit that does not end is dropped with an event",
          "[integration]") {
  Port port;
  port.listen();
  auto server = serverThread([&] {
    const Socket client = port.accept();
    client.send("antes\n");
    client.send(std::string(5000, 'x'));
  });
  Reader reader(port, EndOfStream::Finish,
                {.maxRecordBytes = 1024, .stopOnSignals = false, .defaultListener = false});
  reader.run();
  CHECK(reader.lines() == Lines{"antes"});
  const auto dropped = reader.events<dstream::DataDropped>();
  REQUIRE(dropped.size() == 1);
  CHECK(dropped[0].bytes == 5000);
}

TEST_CASE("a line of 100 MB is delivered where the configuration allows it",
          "[integration][slow]") {
  const std::string line(100'000'000, 'x');
  Port port;
  port.listen();
  auto server = serverThread([&] {
    const Socket client = port.accept();
    client.send("antes\n");
    client.send(line);
    client.send("\ndespués\n");
  });
  Reader reader(port, EndOfStream::Finish,
                {.blockMemory = std::size_t{512} << 20,
                 .maxRecordBytes = std::size_t{128} << 20,
                 .stopOnSignals = false,
                 .defaultListener = false});
  reader.run();
  REQUIRE(reader.lines().size() == 3);
  CHECK(reader.lines()[0] == "antes");
  CHECK((reader.lines()[1] == line));
  CHECK(reader.lines()[2] == "después");
  CHECK(reader.events<dstream::DataDropped>().empty());
}
