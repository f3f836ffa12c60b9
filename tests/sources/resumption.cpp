// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/resumption.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

#include <dstream/sources/byte_receiver.hpp>
#include <dstream/sources/line_framing.hpp>
#include <dstream/sources/server.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using dstream::detail::ResumeTalk;
using Status = Transfer::Status;

static_assert(ByteReceiver<LineFraming, FromResumableServer>::resumable && !ByteReceiver<LineFraming, FromServer>::resumable);

/// Takes `most` bytes a call, and has a text to be read.
class Slow final : public Connection {
 public:
  Transfer read(char* into, std::size_t capacity) override {
    if (text.empty() || capacity == 0) return {Status::WouldBlock};
    *into = text[0];
    text.erase(0, 1);
    return {Status::Bytes, 1};
  }
  Transfer write(const char* from, std::size_t bytes) override {
    if (most == 0) return {Status::WouldBlock};
    const std::size_t taken = bytes < most ? bytes : most;
    said.append(from, taken);
    most -= taken;
    return {Status::Bytes, taken};
  }
  [[nodiscard]] std::string error() const override { return {}; }

  std::string text;
  std::string said;
  std::size_t most = 0;
};

TEST_CASE("resumption: what the kernel does not take at once is said later, and no number is cut") {
  ResumeTalk talk;
  Slow connection;
  talk.begin(1234);
  CHECK(talk.greet(connection) == Status::WouldBlock);
  connection.most = 3;
  CHECK(talk.greet(connection) == Status::WouldBlock);
  CHECK(connection.said == "123");
  connection.most = 100;
  connection.text = "1234\nbehind";
  CHECK(talk.greet(connection) == Status::Bytes);
  CHECK(connection.said == "1234\n");
  CHECK(connection.text == "behind");

  talk.settle(2000);
  connection.most = 2;
  talk.tell(connection);
  talk.settle(3000);
  talk.tell(connection);
  connection.most = 100;
  talk.tell(connection);
  talk.tell(connection);
  talk.tell(connection);
  CHECK(connection.said == "1234\n2000\n3000\n");
}

}  // namespace
