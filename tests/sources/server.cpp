// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/server.hpp>

#include <chrono>
#include <stdexcept>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;

TEST_CASE("server: a host and a port, by the name of the source that wants them") {
  CHECK(FromServer("socketTextStream", "host", 9).peer() == "host:9");
  CHECK_THROWS_WITH(FromServer("socketTextStream", "", 9), "dstream: socketTextStream needs a host");
  CHECK_THROWS_WITH(FromServer("socketStream", "host", 0), "dstream: socketStream needs a port, from 1 to 65535: 0 is none");
  CHECK_THROWS_WITH(FromServer("socketStream", "host", 65'536), "dstream: socketStream needs a port, from 1 to 65535: 65536 is none");
  CHECK_THROWS_WITH(FromServer("socketStream", "host", -1), "dstream: socketStream needs a port, from 1 to 65535: -1 is none");
}

TEST_CASE("server: the waits between connects are longer than zero and do not shrink") {
  CHECK_NOTHROW(SocketOptions{}.validate("x"));
  CHECK_NOTHROW(SocketOptions{.firstRetry = 1s, .lastRetry = 1s}.validate("x"));
  CHECK_THROWS_AS(SocketOptions{.firstRetry = 0s}.validate("x"), std::invalid_argument);
  CHECK_THROWS_AS((SocketOptions{.firstRetry = 2s, .lastRetry = 1s}.validate("x")), std::invalid_argument);
}

TEST_CASE("server: no time that something may take is negative, and none at all is no limit") {
  CHECK_NOTHROW(SocketOptions{.connectTimeout = 0s, .idleTimeout = 0s}.validate("x"));
  CHECK_THROWS_WITH(SocketOptions{.connectTimeout = -1ns}.validate("x"), "dstream: x: connectTimeout must not be negative");
  CHECK_THROWS_WITH(SocketOptions{.idleTimeout = -1ns}.validate("x"), "dstream: x: idleTimeout must not be negative");
}

}  // namespace
