// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/active_or_created.hpp>

#include <memory>
#include <utility>

#include "support/catch.hpp"

namespace {

/// Counts those that live.
struct Stream {
  Stream() { ++alive; }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { --alive; }
  static inline int alive = 0;
};

using Either = dstream::ActiveOrCreated<Stream>;

TEST_CASE("active_or_created: the active one stays its owner's") {
  Stream active;
  {
    const Either either(active);
    CHECK_FALSE(either.created());
    CHECK(&*either == &active);
    CHECK(either.operator->() == &active);
  }
  CHECK(Stream::alive == 1);
}

TEST_CASE("active_or_created: a new one goes with it, to wherever it is moved") {
  {
    Either either(std::make_unique<Stream>());
    Stream* const stream = &*either;
    const Either moved = std::move(either);
    CHECK(moved.created());
    CHECK(&*moved == stream);
    CHECK(Stream::alive == 1);
  }
  CHECK(Stream::alive == 0);
}

}  // namespace
