// SPDX-License-Identifier: BSL-1.0
#pragma once
// sample: DStream<T> → DStream<T>, each record with a given probability.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/whole.hpp>

namespace dstream::inline v0 {

namespace detail {

/// splitmix64's finisher: all bits of a word from all bits of another.
constexpr std::uint64_t scramble(std::uint64_t word) {
  word += 0x9e3779b97f4a7c15ULL;
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9ULL;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebULL;
  return word ^ (word >> 31);
}

template <class Next>
struct SampleStep {
  template <class Accumulator, class Record>
  DSTREAM_INLINE constexpr Accumulator operator()(Accumulator accumulator, Record&& record) {
    if (scramble(seed ^ position++) >> 11 < below) return next(std::move(accumulator), std::forward<Record>(record));
    return accumulator;
  }
  std::uint64_t below;
  std::uint64_t seed;
  std::uint64_t position;
  Next& next;
};

struct Sample {
  template <class Parent>
  using Result = typename Parent::reference;

  template <class Parent, class Accumulator, class Step>
  DSTREAM_INLINE constexpr Accumulator fold(Parent& parent, std::size_t partition, Accumulator accumulator, Step& step) const {
    SampleStep<Step> chosen{below, scramble(scramble(seed) ^ partition), 0, step};
    return parent.fold(Slice{partition}, std::move(accumulator), chosen);
  }
  std::uint64_t below;  // of 53 bits: a record is chosen if those drawn for it are a number below
  std::uint64_t seed;
};

struct SampleOp {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"sample", Role::Partition};
  template <class Record>
  static consteval bool check() {
    return true;
  }
  template <class R>
  constexpr auto over(R rdd) const {
    return WholeRdd<R, Sample>{std::move(rdd), sample};
  }
  Sample sample;
};

}  // namespace detail

/// **shape** DStream<T> → DStream<T> (also Rdd and range)
/// **meaning** keeps each record with probability `fraction`, without replacement. Which ones is a function of the seed, of the partition's
/// number and of the record's place in it, and of nothing else: not of workers, and the same for every batch.
/// **order** kept. **cost** a few instructions per record, fused; a partition is one task, since a slice does not know its place.
/// **errors** throws std::invalid_argument unless 0 ≤ fraction ≤ 1. **source** Spark RDD.sample(false, fraction, seed).
[[nodiscard]] constexpr auto sample(double fraction, std::uint64_t seed) {
  if (!(fraction >= 0 && fraction <= 1)) throw std::invalid_argument("dstream: sample: the fraction must be from 0 to 1");
  const double scaled = fraction * 0x1p53;  // exact, and so is the comparison with the next integer
  const auto whole = static_cast<std::uint64_t>(scaled);
  return detail::SampleOp{{whole + (static_cast<double>(whole) < scaled ? 1U : 0U), seed}};
}

}  // namespace dstream::inline v0
