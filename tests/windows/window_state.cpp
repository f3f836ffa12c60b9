// SPDX-License-Identifier: BSL-1.0
#include <dstream/windows/window_state.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <utility>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using Numbers = std::vector<int>;
using Times = std::vector<std::int64_t>;

/// Notes what it is told, and throws when it is to.
struct Noted {
  using Data = Single<int>;
  void evict(Time until, RunnerRef) { evicted = until.nanoseconds; }
  template <class R>
  void push(Time time, R&, RunnerRef) {
    if (time.nanoseconds == *broken) throw std::runtime_error("push");
    pushed->push_back(time.nanoseconds);
  }
  [[nodiscard]] Data result() const { return {}; }

  Times* pushed;
  std::int64_t* broken;
  std::int64_t evicted = 0;
};

using OneBatch = RunnerRdd<decltype(detail::headOf(std::declval<const Numbers&>()))>;

TEST_CASE("window_state: each batch is pushed once, in order; one that throws is tried again until it is out of the window") {
  const Numbers none;
  Times pushed;
  std::int64_t broken = 2;
  detail::WindowContents<OneBatch, Noted> contents(Noted{&pushed, &broken}, 3);
  for (std::int64_t now = 1; now <= 6; ++now) {
    contents.add({now}, OneBatch(detail::headOf(none), RunnerRef{}));
    if (now >= 2 && now <= 4) {
      CHECK_THROWS_AS(contents.moveTo({now}), std::runtime_error);
    } else {
      contents.moveTo({now});
    }
  }
  CHECK(pushed == Times{1, 3, 4, 5, 6});
}

TEST_CASE("window_state: a batch that could not be had fails the windows that hold it; those behind it come when it has left") {
  const Numbers none;
  Times pushed;
  std::int64_t broken = 0;
  detail::WindowContents<OneBatch, Noted> contents(Noted{&pushed, &broken}, 3);
  for (std::int64_t now = 1; now <= 6; ++now) {
    if (now == 2) {
      contents.addFailed({now}, std::make_exception_ptr(std::runtime_error("two")));
    } else {
      contents.add({now}, OneBatch(detail::headOf(none), RunnerRef{}));
    }
    if (now >= 2 && now <= 4) {
      CHECK_THROWS_AS(contents.moveTo({now}), std::runtime_error);
    } else {
      contents.moveTo({now});
    }
  }
  CHECK(pushed == Times{1, 3, 4, 5, 6});
}

TEST_CASE("window_state: a moment may be asked for again, an earlier one not") {
  Times pushed;
  std::int64_t broken = 0;
  detail::WindowContents<OneBatch, Noted> contents(Noted{&pushed, &broken}, 3);
  contents.moveTo({5});
  contents.moveTo({5});
  CHECK_THROWS_AS(contents.moveTo({4}), MissingBatch);
}

TEST_CASE("window_state: a clock before 1970") {
  Times pushed;
  std::int64_t broken = 0;
  detail::WindowContents<OneBatch, Noted> contents(Noted{&pushed, &broken}, 3);
  contents.moveTo({-5});
  contents.moveTo({-4});
  CHECK_THROWS_AS(contents.moveTo({-5}), MissingBatch);
}

}  // namespace
