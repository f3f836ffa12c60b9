// SPDX-License-Identifier: BSL-1.0
#include <type_traits>

#include <dstream/windows/two_stacks.hpp>

#include "window_structures/contenders.hpp"

namespace bench {

namespace {

/// The library's own structure and a function of which it knows nothing.
template <class Combine>
class Stacks {
 public:
  void push(std::int64_t value) { stacks_.push(value, combine_); }
  void pop() { stacks_.pop(combine_); }
  [[nodiscard]] std::int64_t total() { return stacks_.total(combine_); }

 private:
  [[no_unique_address]] Combine combine_{};
  dstream::detail::TwoStacks<std::int64_t> stacks_;
};

constexpr auto larger = [](std::int64_t a, std::int64_t b) { return a < b ? b : a; };
constexpr auto sum = [](std::int64_t a, std::int64_t b) { return a + b; };

}  // namespace

std::int64_t dstreamStacksMax(const Numbers& numbers, std::size_t length, std::size_t steps) {
  return slide(Stacks<std::remove_const_t<decltype(larger)>>(), numbers, length, steps);
}
std::int64_t dstreamStacksSum(const Numbers& numbers, std::size_t length, std::size_t steps) {
  return slide(Stacks<std::remove_const_t<decltype(sum)>>(), numbers, length, steps);
}

}  // namespace bench
