// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/pointers.hpp>

#include <memory>
#include <ostream>
#include <sstream>

#include "support/catch.hpp"

namespace {

TEST_CASE("pointers: std's own") {
  const std::weak_ptr<int> gone = std::make_shared<int>(1);
  CHECK(gone.expired());
  const std::unique_ptr<int[]> three = std::make_unique<int[]>(3);
  CHECK(three[2] == 0);
  struct Shared : std::enable_shared_from_this<Shared> {};
  const auto shared = std::make_shared<const Shared>();
  CHECK(shared->shared_from_this() == shared);
}

TEST_CASE("pointers: streams that are included behind them are whole, and show pointers") {
  const auto pointer = std::make_unique<int>(1);
  std::ostringstream ours;
  std::ostringstream theirs;
  ours << pointer << ' ' << 1.5;
  theirs << pointer.get() << ' ' << 1.5;
  CHECK(ours.str() == theirs.str());
}

}  // namespace
