// SPDX-License-Identifier: BSL-1.0
#pragma once
// The one PostgreSQL server of this executable's tests; without one they are passed over, loudly.

#include <dstream/connect/postgres_link.hpp>

#include "support/catch.hpp"
#include "support/postgres_server.hpp"

namespace support {

inline bool haveServer() {
  if (!PostgresServer::programs().empty()) return true;
  WARN("PASSED OVER: no PostgreSQL server is installed; on Debian: apt-get install postgresql");
  return false;
}
inline PostgresServer& server() {
  static PostgresServer one;
  return one;
}
inline dstream::postgres::Options unsynced() { return {.allowUnsynced = true}; }

}  // namespace support
