// SPDX-License-Identifier: BSL-1.0
#pragma once
// ReceiverLag: how far finished batches lie behind what has come, in bytes and in time.

#include <cstddef>
#include <cstdint>

#include <dstream/core/config.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0::detail {

/// **meaning** positions in what a receiver was sent, with the times at which they were reached: marks, one per batch. Where they are too many every other one
/// goes, and from then on every other batch has none, until nothing waits. So the age is never too small, and too large by a batch interval, or a thirtieth of the
/// longest lag since nothing waited. **kept** 64 marks, however long the lag. **units** bytes; nanoseconds of one clock that does not go back.
class ReceiverLag {
 public:
  /// At a batch's time: it begins at `from`, and all before `position` has come. What an earlier run had left counts from the first call on.
  void reached(std::uint64_t from, std::uint64_t position, Nanos now) {
    if (!begun_) {
      begun_ = true;
      done_ = from;
      since_ = now;
    }
    reached_ = position;
    last_ = now;
    while (count_ != 0 && marks_[count_ - 1].position > position) --count_;  // an overload policy gave it up
    if (position <= done_) {
      nothingWaits();
    } else if (count_ != 0 && marks_[count_ - 1].position == position) {
      marks_[count_ - 1].at = now;
    } else if (count_ == 0 || ++passedOver_ >= stride_) {
      if (count_ == most) thin();
      passedOver_ = 0;
      marks_[count_++] = {position, now};
    }
  }
  /// Finished batches have had all before `position`.
  void done(std::uint64_t position) {
    done_ = position;
    std::size_t passed = 0;
    for (; passed < count_ && marks_[passed].position <= position; ++passed) since_ = marks_[passed].at;
    for (std::size_t i = passed; i < count_; ++i) marks_[i - passed] = marks_[i];
    count_ -= passed;
    if (position >= reached_) nothingWaits();
  }

  [[nodiscard]] std::uint64_t bytes() const { return reached_ > done_ ? reached_ - done_ : 0; }
  /// What waits longest has waited at most so long.
  [[nodiscard]] Nanos age(Nanos now) const { return bytes() == 0 ? 0 : now - since_; }

 private:
  static constexpr std::size_t most = 64;
  struct Mark {
    std::uint64_t position = 0;
    Nanos at = 0;
  };

  void nothingWaits() {
    since_ = last_;
    count_ = 0;
    stride_ = 1;
  }
  void thin() {
    for (std::size_t i = 0; i < most / 2; ++i) marks_[i] = marks_[2 * i + 1];
    count_ = most / 2;
    stride_ *= 2;
  }

  bool begun_ = false;
  std::uint64_t reached_ = 0;
  std::uint64_t done_ = 0;
  Nanos last_ = 0;
  Nanos since_ = 0;  // all that had come by then is done
  Mark marks_[most] = {};
  std::size_t count_ = 0;
  std::uint64_t stride_ = 1;
  std::uint64_t passedOver_ = 0;
};

}  // namespace dstream::inline v0::detail
