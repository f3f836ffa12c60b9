// SPDX-License-Identifier: BSL-1.0
#pragma once
// PidEstimator: how fast a receiver may receive, from how its batches fare.

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0 {

/// How an estimate follows what is measured: as Spark's spark.streaming.backpressure.pid.*.
struct PidOptions {
  /// Of the difference between the rate and the speed of the batches.
  double proportional = 1.0;
  /// Of what waited already when the batch began.
  double integral = 0.2;
  /// Of the change of the difference.
  double derivative = 0.0;

  /// **errors** std::invalid_argument that names the source.
  void validate(const char* source) const {
    if (!(proportional >= 0 && integral >= 0 && derivative >= 0))
      throw std::invalid_argument("dstream: " + std::string(source) + ": the factors of the rate's estimate must not be negative");
  }
};

namespace detail {

/// **meaning** Spark's PID estimator, word for word, in bytes: after each batch the rate that would have kept waiting where it is. With the defaults, and nothing waiting, that is
/// the speed of the batch. **units** bytes and bytes a second; nanoseconds. **threads** one. **source** Spark's PIDRateEstimator.
template <class Use = OnUse>
class BasicPidEstimator {
 public:
  BasicPidEstimator(const PidOptions& options, Nanos interval, double least) : options_(options), interval_(static_cast<double>(interval) / 1e9), least_(least) {}

  /// end: when it ended. None: nothing can be told from this batch.
  Deferred<std::optional<double>, Use> compute(Nanos end, std::uint64_t bytes, Nanos processing, Nanos waited) {
    if (end <= lastEnd_ || bytes == 0 || processing <= 0) return std::nullopt;
    const double passed = static_cast<double>(end - lastEnd_) / 1e9;
    const double measured = static_cast<double>(bytes) * 1e9 / static_cast<double>(processing);
    const double error = lastRate_ - measured;
    const double backlog = static_cast<double>(waited) / 1e9 * measured / interval_;
    const double change = (error - lastError_) / passed;
    const double rate = lastRate_ - options_.proportional * error - options_.integral * backlog - options_.derivative * change;
    lastEnd_ = end;
    if (!begun_) {
      begun_ = true;
      lastRate_ = measured;
      lastError_ = 0;
      return std::nullopt;
    }
    lastRate_ = rate > least_ ? rate : least_;
    lastError_ = error;
    return lastRate_;
  }

 private:
  const PidOptions options_;
  const double interval_;
  const double least_;
  bool begun_ = false;
  Nanos lastEnd_ = -1;
  double lastRate_ = -1;
  double lastError_ = -1;
};
using PidEstimator = BasicPidEstimator<>;

}  // namespace detail

}  // namespace dstream::inline v0
