// SPDX-License-Identifier: BSL-1.0
#pragma once
// The structures behind windows, without streams: the oldest value leaves, a new one comes, what
// are all of them together?

#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/random.hpp"

namespace bench {

using Numbers = std::vector<std::int64_t>;

/// Through a full window of `length`, all numbers in turn, over and over until `steps` are made:
/// the sum of all answers.
std::int64_t handDequeMax(const Numbers& numbers, std::size_t length, std::size_t steps);
std::int64_t handDequeSum(const Numbers& numbers, std::size_t length, std::size_t steps);
std::int64_t handArrayMax(const Numbers& numbers, std::size_t length, std::size_t steps);
std::int64_t handArraySum(const Numbers& numbers, std::size_t length, std::size_t steps);
std::int64_t handSubtractOnEvict(const Numbers& numbers, std::size_t length, std::size_t steps);
std::int64_t dstreamStacksMax(const Numbers& numbers, std::size_t length, std::size_t steps);
std::int64_t dstreamStacksSum(const Numbers& numbers, std::size_t length, std::size_t steps);

/// The loop that all of them are put through.
template <class Window>
std::int64_t slide(Window window, const Numbers& numbers, std::size_t length, std::size_t steps) {
  std::size_t at = 0;
  const auto next = [&] {
    const std::int64_t value = numbers[at];
    at = at + 1 == numbers.size() ? 0 : at + 1;
    return value;
  };
  for (std::size_t i = 0; i < length; ++i) window.push(next());
  std::int64_t all = 0;
  for (std::size_t i = 0; i < steps; ++i) {
    window.pop();
    window.push(next());
    all += window.total();
  }
  return all;
}

}  // namespace bench
