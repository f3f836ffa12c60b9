// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/standardInputStream.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <dstream/runtime/real_world.hpp>
#include <dstream/runtime/real_world_input.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::quiet;
using support::Stage;
using Lines = std::vector<std::string>;

TEST_CASE("standardInputStream: lines as they come, and the stream's end with the input's") {
  Stage stage;
  Lines all;
  stage.stream.standardInputStream(true) | foreachRDD([&](const auto& batch) {
    for (auto& line : batch.collect()) all.push_back(line);
  });
  stage.stream.start();
  stage.world.input().send("\xEF\xBB\xBFone\ntw");
  stage.world.advance(1s);
  CHECK(all == Lines{"one"});
  stage.world.input().send("o\nthree");
  stage.world.input().close();
  stage.stream.awaitTermination();
  CHECK(all == Lines{"one", "two", "three"});
  CHECK(stage.stream.getState() == StreamingContextState::Stopped);
}

// This process's standard input is `fd` while it lives.
class Redirected {
 public:
  explicit Redirected(int fd) : before_(::dup(STDIN_FILENO)) {
    ::dup2(fd, STDIN_FILENO);
    ::close(fd);
  }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;
  ~Redirected() {
    ::dup2(before_, STDIN_FILENO);
    ::close(before_);
  }

 private:
  int before_;
};

Lines allLines() {
  Context context("local[2]", "stdin", quiet());
  StreamingContext stream(context, 5ms);
  Lines all;
  stream.standardInputStream() | foreachRDD([&](const auto& batch) {
    for (auto& line : batch.collect()) all.push_back(line);
  });
  stream.start();
  stream.awaitTermination();
  return all;
}

TEST_CASE("standardInputStream: a real pipe, written bit by bit") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const Redirected redirected(ends[0]);
  std::thread writer([fd = ends[1]] {
    for (const std::string piece : {"one\nt", "wo", "\n", "three"}) static_cast<void>(!::write(fd, piece.data(), piece.size()));
    ::close(fd);
  });
  const Lines all = allLines();
  writer.join();
  CHECK(all == Lines{"one", "two", "three"});
}

TEST_CASE("standardInput: two actors of one world may wait for it") {
  struct Reader final : Actor {
    Step step(World& world) override {
      if (input == nullptr) input = world.standardInput(*this);
      char byte = 0;
      const Transfer::Status status = input->read(&byte, 1).status;
      waits = waits || status == Transfer::Status::WouldBlock;
      ended = status == Transfer::Status::Fin;
      world.notify();
      return Step::idle();
    }
    std::unique_ptr<Connection> input;
    std::atomic<bool> waits{false};
    std::atomic<bool> ended{false};
  };
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const Redirected redirected(ends[0]);
  RealWorld world;
  Reader readers[2];
  for (Reader& reader : readers) world.spawn(reader, Lane::Io);
  CHECK(world.await([&] { return readers[0].waits && readers[1].waits; }, never));
  ::close(ends[1]);
  CHECK(world.await([&] { return readers[0].ended && readers[1].ended; }, never));
  for (Reader& reader : readers) {
    world.retire(reader);
    reader.input.reset();
  }
}

TEST_CASE("standardInputStream: one that cannot be read is an error at once, since it will not be another one later") {
  const Redirected redirected(::open("/", O_RDONLY | O_DIRECTORY));
  CHECK(support::contains(support::messageOf<std::runtime_error>([] { allLines(); }), "standard input: Is a directory"));
}

TEST_CASE("standardInputStream: a real file, and nothing at all") {
  const support::TemporaryDirectory directory;
  const std::string path = directory.path() + "/file";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT, 0600);
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i) + "\n";
  REQUIRE(::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  REQUIRE(::lseek(file, 0, SEEK_SET) == 0);
  {
    const Redirected redirected(file);
    const Lines all = allLines();
    REQUIRE(all.size() == 100'000);
    CHECK(all.back() == "99999");
  }
  const Redirected redirected(::open("/dev/null", O_RDONLY));
  CHECK(allLines().empty());
}

}  // namespace
