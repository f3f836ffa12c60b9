// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/pid_estimator.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using dstream::detail::PidEstimator;
constexpr Nanos second = 1'000'000'000;

TEST_CASE("pid_estimator: the first batch is measured only; then the rate is the speed of the batch") {
  PidEstimator pid({}, second, 1);
  CHECK(pid.compute(1 * second, 500, second / 2, 0) == std::nullopt);
  CHECK(pid.compute(2 * second, 500, second / 4, 0) == 2000.0);
  CHECK(pid.compute(3 * second, 500, second, 0) == 500.0);
}

TEST_CASE("pid_estimator: what had waited lowers it, to the minimum at least") {
  PidEstimator pid({}, second, 100);
  static_cast<void>(pid.compute(1 * second, 1000, second, 0));
  CHECK(pid.compute(2 * second, 1000, second, second) == 800.0);  // 0.2 of a second's worth
  CHECK(pid.compute(3 * second, 1000, second, 100 * second) == 100.0);
}

TEST_CASE("pid_estimator: the factors, by hand") {
  PidEstimator pid({.proportional = 0.5, .integral = 0.1, .derivative = 0.25}, 2 * second, 1);
  static_cast<void>(pid.compute(1 * second, 1000, second, 0));
  // measured 600, error 400, backlog 3 s * 600 / 2 s = 900, change 400 / 2 s = 200
  CHECK(*pid.compute(3 * second, 600, second, 3 * second) == Approx(1000 - 200 - 90 - 50));
  // error 660 - 660 = 0, change (0 - 400) / 1 s
  CHECK(*pid.compute(4 * second, 660, second, 0) == Approx(660 + 100));
}

TEST_CASE("pid_estimator: a batch that tells nothing changes nothing") {
  PidEstimator pid({}, second, 1);
  static_cast<void>(pid.compute(2 * second, 1000, second, 0));
  CHECK(pid.compute(2 * second, 1, second, 0) == std::nullopt);  // no later
  CHECK(pid.compute(3 * second, 0, second, 0) == std::nullopt);
  CHECK(pid.compute(3 * second, 1, 0, 0) == std::nullopt);
  CHECK(pid.compute(3 * second, 700, second, 0) == 700.0);
}

TEST_CASE("pid_estimator: factors below zero, and what is no number, are refused") {
  CHECK_NOTHROW(PidOptions{}.validate("x"));
  CHECK_THROWS_AS(PidOptions{.integral = -0.1}.validate("x"), std::invalid_argument);
  CHECK_THROWS_AS(PidOptions{.derivative = 0.0 / (PidOptions{}.derivative)}.validate("x"), std::invalid_argument);
}

}  // namespace
