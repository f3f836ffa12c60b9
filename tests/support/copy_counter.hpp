// SPDX-License-Identifier: BSL-1.0
#pragma once
// CopyCounter: a record that tells how often it was copied and moved, and how many of its kind
// live.

#include <utility>
#include <vector>

#include <dstream/core/owned.hpp>

namespace support {

struct Tally {
  int copies = 0;
  int moves = 0;
  int alive = 0;
};

class CopyCounter {
 public:
  CopyCounter(int given, Tally& tally) : value(given), tally_(&tally) { ++tally_->alive; }
  CopyCounter(const CopyCounter& other) : value(other.value), tally_(other.tally_) {
    ++tally_->copies;
    ++tally_->alive;
  }
  CopyCounter(CopyCounter&& other) noexcept
      : value(std::exchange(other.value, gone)), tally_(other.tally_) {
    ++tally_->moves;
    ++tally_->alive;
  }
  CopyCounter& operator=(const CopyCounter& other) {
    value = other.value;
    tally_ = other.tally_;
    ++tally_->copies;
    return *this;
  }
  CopyCounter& operator=(CopyCounter&& other) noexcept {
    value = std::exchange(other.value, gone);
    tally_ = other.tally_;
    ++tally_->moves;
    return *this;
  }
  ~CopyCounter() { --tally_->alive; }

  static constexpr int gone = -1;

  int value;

 private:
  Tally* tally_;
};

/// Records 1 … n, made without counting.
inline std::vector<CopyCounter> counters(int n, Tally& tally) {
  std::vector<CopyCounter> records;
  records.reserve(static_cast<std::size_t>(n));
  for (int i = 1; i <= n; ++i) records.emplace_back(i, tally);
  return records;
}

}  // namespace support

template <>
struct dstream::Owned<support::CopyCounter> : dstream::KeptAsIs<support::CopyCounter> {};
