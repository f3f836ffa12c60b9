// SPDX-License-Identifier: BSL-1.0
#pragma once
// StatsReportListener: how long the last batches took, as a line behind each batch.

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/function.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/runtime/event.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0 {

/// **meaning** a listener that gives `say` a line behind each batch: least, median, 90 % and most of the total delay and of the processing time of
/// the last `batches` ones. Batches that a stop cut short do not count.
/// **errors** std::invalid_argument for 0 batches. **source** Spark StatsReportListener.
/// ```
/// stream.addStreamingListener(StatsReportListener([](const std::string& line) { std::clog << line << '\n'; }));
/// ```
template <class Use = OnUse>
class BasicStatsReportListener {
 public:
  explicit BasicStatsReportListener(Function<void(const std::string&)> say, std::size_t batches = 10) : say_(std::move(say)), most_(batches) {
    if (batches == 0) throw std::invalid_argument("dstream: StatsReportListener needs at least 1 batch");
  }

  void operator()(const Event& event) {
    const auto* completed = event.as<BatchCompleted>();
    if (completed == nullptr || completed->info.cutShort) return;
    for (Durations* kept : {&total_, &processing_})
      if (kept->size() == most_) kept->erase(kept->begin());
    total_.push_back(completed->info.totalDelay());
    processing_.push_back(completed->info.processingDelay());
    say_("last " + std::to_string(total_.size()) + (total_.size() == 1 ? " batch" : " batches") + ": total delay " + distribution(total_) + "; processing time " + distribution(processing_));
  }

 private:
  using Durations = Deferred<std::vector<Nanos>, Use>;

  static std::string distribution(Durations sorted) {
    for (std::size_t end = 1; end < sorted.size(); ++end)  // few, and <algorithm> would cost every program
      for (std::size_t at = end; at > 0 && sorted[at] < sorted[at - 1]; --at) std::swap(sorted[at], sorted[at - 1]);
    const auto micros = [&](std::size_t percent) {
      const std::size_t rank = sorted.size() * percent / 100;
      return std::to_string(sorted[rank < sorted.size() ? rank : rank - 1] / 1000) + " us";
    };
    return "least " + micros(0) + ", median " + micros(50) + ", 90 % " + micros(90) + ", most " + micros(100);
  }

  Function<void(const std::string&)> say_;
  std::size_t most_;
  Durations total_;
  Durations processing_;
};
using StatsReportListener = BasicStatsReportListener<>;

}  // namespace dstream::inline v0
