// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/named.hpp>

#include <string>

#include <dstream/core/functions.hpp>
#include <dstream/shuffle/reduceByKey.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;

TEST_CASE("named: a copy with the name") {
  const auto plain = reduceByKey(plus, 3);
  const auto named = plain.named("counts");
  CHECK(plain.name.empty());
  CHECK(named.name == "counts");
  CHECK(named.partitions == 3);
  CHECK(named.named("other").name == "other");
}

}  // namespace
