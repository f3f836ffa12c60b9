// SPDX-License-Identifier: BSL-1.0
#include <deque>
#include <limits>

#include "windows/contenders.hpp"

namespace bench {

namespace {

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

std::int64_t largestOf(const Numbers& numbers) {
  std::int64_t largest = least;
  for (const std::int64_t number : numbers) largest = larger(largest, number);
  return largest;
}

/// Two stacks of one window's length each: the front holds what each value and those behind it come
/// to.
class Stacks {
 public:
  explicit Stacks(std::size_t length) : length_(length), front_(length), back_(length) {}

  std::int64_t next(std::int64_t value) {
    if (count_ == length_) {
      if (frontSize_ == 0) turn();
      --frontSize_;
      --count_;
    }
    back_[backSize_++] = value;
    backLargest_ = larger(backLargest_, value);
    ++count_;
    return frontSize_ == 0 ? backLargest_ : larger(front_[frontSize_ - 1], backLargest_);
  }

 private:
  void turn() {
    std::int64_t largest = least;
    while (backSize_ != 0) {
      largest = larger(back_[--backSize_], largest);
      front_[frontSize_++] = largest;
    }
    backLargest_ = least;
  }

  std::size_t length_;
  std::size_t count_ = 0;
  std::vector<std::int64_t> front_;
  std::vector<std::int64_t> back_;
  std::size_t frontSize_ = 0;
  std::size_t backSize_ = 0;
  std::int64_t backLargest_ = least;
};

}  // namespace

Contender<Numbers> handStacks(std::size_t slides) {
  return [stacks = Stacks(slides)](const Numbers& batch) mutable {
    return static_cast<std::uint64_t>(stacks.next(largestOf(batch)));
  };
}

/// Each batch reduced once; all of the window's combined at each slide.
Contender<Numbers> handAnew(std::size_t slides) {
  return [slides, kept = Numbers(), at = std::size_t{0}](const Numbers& batch) mutable {
    if (kept.size() < slides) kept.push_back(least);
    kept[at] = largestOf(batch);
    at = at + 1 == slides ? 0 : at + 1;
    return static_cast<std::uint64_t>(largestOf(kept));
  };
}

/// All records of the window at each slide.
Contender<Numbers> handAnewFromRecords(std::size_t slides) {
  return [slides, kept = std::deque<Numbers>()](const Numbers& batch) mutable {
    kept.push_back(batch);
    if (kept.size() > slides) kept.pop_front();
    std::int64_t largest = least;
    for (const Numbers& numbers : kept) largest = larger(largest, largestOf(numbers));
    return static_cast<std::uint64_t>(largest);
  };
}

/// Batches of one sketch each.
Contender<Sketches> handSketchesAnew(std::size_t slides) {
  return
      [slides, kept = std::vector<Sketch>(), at = std::size_t{0}](const Sketches& batch) mutable {
        if (kept.size() < slides) kept.push_back({});
        kept[at] = batch.front();
        at = at + 1 == slides ? 0 : at + 1;
        Sketch all{};
        for (const Sketch& sketch : kept) all = Union{}(all, sketch);
        return digestOf(all);
      };
}

}  // namespace bench
