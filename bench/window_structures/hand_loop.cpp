// SPDX-License-Identifier: BSL-1.0
#include <deque>
#include <limits>

#include "window_structures/contenders.hpp"

namespace bench {

namespace {

struct Larger {
  static constexpr std::int64_t none = std::numeric_limits<std::int64_t>::min();
  std::int64_t operator()(std::int64_t a, std::int64_t b) const { return a < b ? b : a; }
};
struct Sum {
  static constexpr std::int64_t none = 0;
  std::int64_t operator()(std::int64_t a, std::int64_t b) const { return a + b; }
};

/// Two stacks in one deque: the first `front_` values hold what they and those behind them, up to
/// the front's end, come to.
template <class Combine>
class DequeStacks {
 public:
  void push(std::int64_t value) {
    values_.push_back(value);
    back_ = combine_(back_, value);
  }
  void pop() {
    if (front_ == 0) {
      std::int64_t suffix = Combine::none;
      for (auto value = values_.rbegin(); value != values_.rend(); ++value)
        *value = suffix = combine_(*value, suffix);
      front_ = values_.size();
      back_ = Combine::none;
    }
    values_.pop_front();
    --front_;
  }
  [[nodiscard]] std::int64_t total() const {
    return front_ == 0 ? back_ : combine_(values_.front(), back_);
  }

 private:
  [[no_unique_address]] Combine combine_;
  std::deque<std::int64_t> values_;
  std::size_t front_ = 0;
  std::int64_t back_ = Combine::none;
};

/// Two stacks that grow towards each other in an array of one length, which is known, as is the function's neutral value. Nothing grows, nothing is
/// asked twice, and all of it may live in registers: what is left then is the turn, a combination after the other.
template <class Combine>
class ArrayStacks {
 public:
  explicit ArrayStacks(std::size_t length) : values_(length), end_(values_.data()), front_(last()) {}
  void push(std::int64_t value) {
    *end_++ = value;
    back_ = combine_(back_, value);
  }
  void pop() {
    if (front_ == last()) {
      std::int64_t suffix = Combine::none;
      while (end_ != values_.data()) *--front_ = suffix = combine_(*--end_, suffix);
      back_ = Combine::none;
    }
    ++front_;
  }
  [[nodiscard]] std::int64_t total() const {
    return front_ == last() ? back_ : combine_(*front_, back_);
  }

 private:
  [[nodiscard]] std::int64_t* last() const { return const_cast<std::int64_t*>(values_.data()) + values_.size(); }

  [[no_unique_address]] Combine combine_;
  std::vector<std::int64_t> values_;
  std::int64_t* end_;
  std::int64_t* front_;
  std::int64_t back_ = Combine::none;
};

class SubtractOnEvict {
 public:
  void push(std::int64_t value) {
    values_.push_back(value);
    sum_ += value;
  }
  void pop() {
    sum_ -= values_.front();
    values_.pop_front();
  }
  [[nodiscard]] std::int64_t total() const { return sum_; }

 private:
  std::deque<std::int64_t> values_;
  std::int64_t sum_ = 0;
};

}  // namespace

std::int64_t handDequeMax(const Numbers& numbers, std::size_t length, std::size_t steps) {
  return slide(DequeStacks<Larger>(), numbers, length, steps);
}
std::int64_t handDequeSum(const Numbers& numbers, std::size_t length, std::size_t steps) {
  return slide(DequeStacks<Sum>(), numbers, length, steps);
}
std::int64_t handArrayMax(const Numbers& numbers, std::size_t length, std::size_t steps) {
  return slide(ArrayStacks<Larger>(length), numbers, length, steps);
}
std::int64_t handArraySum(const Numbers& numbers, std::size_t length, std::size_t steps) {
  return slide(ArrayStacks<Sum>(length), numbers, length, steps);
}
std::int64_t handSubtractOnEvict(const Numbers& numbers, std::size_t length, std::size_t steps) {
  return slide(SubtractOnEvict(), numbers, length, steps);
}

}  // namespace bench
