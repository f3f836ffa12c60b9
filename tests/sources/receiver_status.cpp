// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/receiver_status.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;

TEST_CASE("receiver_status: what has happened so far, by the name of who asks") {
  detail::ReceiverStatus status;
  CHECK(status.of(3, "x", 0).state == ReceiverState::Stopped);
  status.become(ReceiverState::Connecting, {}, 1);
  status.connectFailed();
  status.connectFailed();
  status.become(ReceiverState::BackingOff, "refused", 7);
  ReceiverInfo info = status.of(3, "x", 0);
  CHECK(info.id == 3);
  CHECK(info.name == "x");
  CHECK(info.state == ReceiverState::BackingOff);
  CHECK(info.retries == 2);
  CHECK(info.lastError == "refused");
  CHECK(info.lastErrorTime == 7);

  status.cameUp();
  status.received(10);
  status.received(5);
  status.become(ReceiverState::Up, {}, 9);
  info = status.of(3, "x", 0);
  CHECK(info.state == ReceiverState::Up);
  CHECK(info.retries == 0);
  CHECK(info.connections == 1);
  CHECK(info.bytes == 15);
  CHECK(info.lastError == "refused");  // still the last one
  CHECK(info.lastErrorTime == 7);
}

}  // namespace
