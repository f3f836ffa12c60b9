// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/pusher.hpp>

#include <string>
#include <vector>

#include <dstream/text/lines.hpp>
#include <dstream/text/split.hpp>
#include <dstream/text/words.hpp>

#include "support/catch.hpp"
#include "support/pushers.hpp"

namespace {

using namespace dstream;

struct WithoutReference {
  template <class Accumulator, class Step>
  Accumulator fold(Accumulator accumulator, Step&) const {
    return accumulator;
  }
};
struct NotConst {
  using reference = int;
  template <class Accumulator, class Step>
  Accumulator fold(Accumulator accumulator, Step&) {
    return accumulator;
  }
};

static_assert(Pusher<support::UpTo> && Pusher<Words> && Pusher<Fields> && Pusher<Lines>);
static_assert(!Pusher<int> && !Pusher<std::string> && !Pusher<std::vector<int>>);
static_assert(!Pusher<WithoutReference> && !Pusher<NotConst>);

TEST_CASE("Pusher: threads any accumulator through the step, in order") {
  const auto digits = [](std::string text, int x) { return text + std::to_string(x); };
  CHECK(support::UpTo{4}.fold(std::string("<"), digits) == "<0123");
}

}  // namespace
