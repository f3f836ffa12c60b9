// SPDX-License-Identifier: BSL-1.0
#pragma once
// A loop by hand and a pipeline: both must give the same; with --time they also run in turn.

#include <time.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <string_view>

namespace bench {

class PairRun {
 public:
  PairRun(int count, char** arguments) : timed_(count > 1 && std::string_view(arguments[1]) == "--time") {}

  /// Timing wants more records than a processor can learn the branches of.
  [[nodiscard]] std::size_t size(std::size_t counted, std::size_t timed) const { return timed_ ? timed : counted; }

  /// Both give a value, and it must be the same.
  template <class Hand, class Ours>
  void add(const char* name, Hand hand, Ours ours) {
    check(hand() == ours());
    race(name, hand, ours);
  }
  void check(bool equal) { equal_ = equal && equal_; }
  /// With --time prints the name and the ratio of the times, ours over by hand: median of the rounds, least and most.
  template <class Hand, class Ours>
  void race(const char* name, Hand hand, Ours ours) {
    if (!timed_) return;
    const int calls = 1 + static_cast<int>(0.004 / seconds(hand, 10) * 10);
    std::array<double, 25> ratios{};
    for (double& ratio : ratios) {
      const double by = seconds(hand, calls);
      ratio = seconds(ours, calls) / by;
    }
    std::sort(ratios.begin(), ratios.end());
    std::printf("%s\t%f\t%f\t%f\n", name, ratios[ratios.size() / 2], ratios.front(), ratios.back());
  }

  /// The exit status.
  [[nodiscard]] int end() const { return equal_ ? 0 : 1; }

 private:
  /// Processor time.
  template <class F>
  static double seconds(F& f, int calls) {
    timespec before{};
    timespec after{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
    for (int i = 0; i < calls; ++i) f();
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
    return static_cast<double>(after.tv_sec - before.tv_sec) + static_cast<double>(after.tv_nsec - before.tv_nsec) * 1e-9;
  }

  bool timed_;
  bool equal_ = true;
};

}  // namespace bench
