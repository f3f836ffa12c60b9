// SPDX-License-Identifier: BSL-1.0
#pragma once
// RateLimit: how many bytes a second a receiver may read. RateLimiter: keeps to it.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/runtime/pid_estimator.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0 {

/// **units** bytes a second; 0: no limit. What is not read stays with the kernel, and TCP slows the sender: nothing is lost.
struct RateLimit {
  /// Until there is an estimate; not above `maximum`.
  std::uint64_t initial = 0;
  std::uint64_t maximum = 0;
  /// No estimate is below it, however slow a batch was.
  std::uint64_t minimum = std::uint64_t{64} << 10;
  /// Back-pressure: the rate follows the speed of the batches, so that what comes faster waits with the sender and not here. Without it blockMemory alone bounds what waits.
  bool estimate = false;
  PidOptions pid = {};

  [[nodiscard]] bool limits() const { return initial != 0 || maximum != 0 || estimate; }
  /// **errors** std::invalid_argument that names the source.
  void validate(const char* source) const {
    if (minimum == 0) throw std::invalid_argument("dstream: " + std::string(source) + ": the minimum rate must not be zero, or receiving could end for ever");
    if (maximum != 0 && estimate && minimum > maximum) throw std::invalid_argument("dstream: " + std::string(source) + ": the minimum rate is above the maximum");
    pid.validate(source);
  }
};

namespace detail {

/// **meaning** a bucket into which bytes drip at the rate, at most a second's worth. **threads** `allowed`, `spend`: the receiver's lane; the rate: any.
class RateLimiter {
 public:
  explicit RateLimiter(const RateLimit& limit) : maximum_(limit.maximum), limits_(limit.limits()) {
    if (limit.initial != 0) set(static_cast<double>(limit.initial));
    else rate_.store(maximum_, detail::memory_order_relaxed);
  }

  [[nodiscard]] bool limits() const { return limits_; }
  /// 0: no limit. relaxed: a number by itself.
  [[nodiscard]] std::uint64_t rate() const { return rate_.load(detail::memory_order_relaxed); }
  void set(double rate) {
    const auto whole = rate >= 1e18 ? std::uint64_t{1'000'000'000'000'000'000} : rate < 1 ? std::uint64_t{1} : static_cast<std::uint64_t>(rate);
    rate_.store(maximum_ != 0 && whole > maximum_ ? maximum_ : whole, detail::memory_order_relaxed);
  }

  /// How many of `bytes` may be read now.
  [[nodiscard]] std::size_t allowed(Nanos now, std::size_t bytes) {
    const std::uint64_t rate = this->rate();
    if (rate == 0) return bytes;
    const double most = static_cast<double>(rate);
    if (now > last_) saved_ += static_cast<double>(now - last_) / 1e9 * most;
    last_ = now;
    if (saved_ > most) saved_ = most;
    if (saved_ < 1) return 0;
    return saved_ >= static_cast<double>(bytes) ? bytes : static_cast<std::size_t>(saved_);
  }
  void spend(std::size_t bytes) {
    if (rate() != 0) saved_ -= static_cast<double>(bytes);
  }

 private:
  const std::uint64_t maximum_;
  const bool limits_;
  detail::Atomic<std::uint64_t> rate_{0};
  double saved_ = 0;
  Nanos last_ = 0;
};

}  // namespace detail

}  // namespace dstream::inline v0
