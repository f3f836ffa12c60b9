// SPDX-License-Identifier: BSL-1.0
#pragma once
// The structures behind windows, without streams: the oldest value leaves, a new one comes, what
// are all of them together?

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "support/random.hpp"

namespace bench {

using Numbers = std::vector<std::int64_t>;

/// A window is filled with `length` of the numbers; then all numbers come in turn, over and over until
/// `steps` are made: the sum of all answers.
std::int64_t handDequeMax(const Numbers& numbers, std::size_t length, std::size_t steps);
std::int64_t handDequeSum(const Numbers& numbers, std::size_t length, std::size_t steps);
std::int64_t handArrayMax(const Numbers& numbers, std::size_t length, std::size_t steps);
std::int64_t handArraySum(const Numbers& numbers, std::size_t length, std::size_t steps);
std::int64_t handSubtractOnEvict(const Numbers& numbers, std::size_t length, std::size_t steps);
std::int64_t dstreamStacksMax(const Numbers& numbers, std::size_t length, std::size_t steps);
std::int64_t dstreamStacksSum(const Numbers& numbers, std::size_t length, std::size_t steps);

/// The loop that all of them are put through; it costs a read and a comparison a step.
template <class Window>
std::int64_t slide(Window window, const Numbers& numbers, std::size_t length, std::size_t steps) {
  std::span<const std::int64_t> come = numbers;
  for (std::size_t filled = 0; filled < length; filled += come.size()) {
    come = std::span(numbers).first(std::min(numbers.size(), length - filled));
    for (const std::int64_t value : come) window.push(value);
  }
  std::int64_t all = 0;
  for (std::size_t made = 0; made < steps; made += come.size()) {
    come = std::span(numbers).first(std::min(numbers.size(), steps - made));
    for (const std::int64_t value : come) {
      window.pop();
      window.push(value);
      all += window.total();
    }
  }
  return all;
}

}  // namespace bench
