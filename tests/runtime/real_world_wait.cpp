// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/real_world_wait.hpp>

#include <unistd.h>


#include "support/catch.hpp"

namespace {

using namespace dstream;

TEST_CASE(
    "real_world_wait: a descriptor that can be read or written, one that cannot, and one whose "
    "other end has gone") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  CHECK_FALSE(detail::waitFor(ends[0], true, false, 0));
  CHECK_FALSE(detail::waitFor(ends[0], true, false, 1));  // rounded up to a millisecond
  CHECK(detail::waitFor(ends[1], false, true, never));
  REQUIRE(::write(ends[1], "x", 1) == 1);
  CHECK(detail::waitFor(ends[0], true, false, never));
  ::close(ends[1]);
  char byte = 0;
  REQUIRE(::read(ends[0], &byte, 1) == 1);
  CHECK(detail::waitFor(ends[0], true, false, never));
  ::close(ends[0]);
  CHECK(detail::waitFor(ends[0], true, false,
                        never));  // an error of the descriptor is for its owner to find
}

TEST_CASE("real_world_wait: a deadline can only come nearer") {
  constexpr Nanos hour = 3'600'000'000'000;
  detail::Deadline deadline(2 * hour);
  CHECK(deadline.left() > hour);
  deadline.hurry(hour);
  CHECK(deadline.left() <= hour);
  deadline.hurry(2 * hour);
  CHECK(deadline.left() <= hour);
  deadline.hurry(-1);
  CHECK(deadline.left() <= 0);
}

}  // namespace
