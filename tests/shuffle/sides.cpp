// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/sides.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace dstream;

TEST_CASE("sides: vectors keep owners in order, Seen and Times less") {
  std::vector<std::string> left;
  detail::gather(left, std::string_view("a"));
  std::vector<std::string> right{"b"};
  detail::append(left, std::move(right));
  CHECK(left == std::vector<std::string>{"a", "b"});

  detail::Seen seen;
  detail::append(seen, detail::Seen{});
  CHECK(!seen.any);
  detail::gather(seen, 1);
  detail::append(seen, detail::Seen{});
  CHECK(seen.any);

  detail::Times times;
  detail::gather(times, 1);
  detail::append(times, detail::Times{2});
  CHECK(times.count == 3);
}

}  // namespace
