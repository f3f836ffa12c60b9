// SPDX-License-Identifier: BSL-1.0
#pragma once
// Pipelines that remember earlier batches: fed batch by batch, and raced against each other.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <time.h>

#include <dstream/core.hpp>
#include <dstream/stream/batch_rdd.hpp>
#include <dstream/stream/dstream.hpp>
#include <dstream/stream/graph.hpp>

#include "support/bench.hpp"

namespace bench {

/// A stream of batches of T, one a second, on one worker or on a runner's. `give` does with a batch what the
/// scheduler does, without its clock, queue and events: they cost the same whatever is remembered.
template <class T>
class Feed {
  using Records = std::vector<T>;
  using Head =
      dstream::RunnerRdd<decltype(dstream::detail::headOf(std::declval<const Records&>()))>;

  class Given final : public dstream::SharedNode<Head> {
   public:
    const Records* records = nullptr;
    dstream::RunnerRef runner;

   private:
    std::optional<Head> compute(const dstream::Batch&) override {
      return Head(dstream::detail::headOf(*records), runner);
    }
  };

 public:
  static constexpr std::int64_t interval = 1'000'000'000;

  explicit Feed(dstream::RunnerRef runner = {}) {
    given_->slide = interval;
    given_->runner = runner;
  }

  [[nodiscard]] auto stream() const {
    return dstream::DStream<dstream::SharedRef<Head>>{graph_, {given_}};
  }
  void give(const Records& records) {
    if (batch_.seq == 0) start();
    given_->records = &records;
    batch_.time.nanoseconds = interval * static_cast<std::int64_t>(++batch_.seq);
    for (auto* node : nodes_) node->advance(batch_);
    for (const auto& output : graph_->outputs())
      if (const auto job = output->generate(batch_)) job->run();
    for (auto* node : nodes_) node->finish(batch_);
    for (auto* node : nodes_) {
      node->commit(batch_);
      node->forget(batch_);
    }
  }

 private:
  void start() {
    nodes_ = graph_->reachable();
    for (auto* node : nodes_) node->begin({0});
  }

  std::shared_ptr<dstream::Graph> graph_ = std::make_shared<dstream::Graph>();
  std::shared_ptr<Given> given_ = std::make_shared<Given>();
  std::vector<dstream::NodeBase*> nodes_;
  dstream::Batch batch_;
};

/// What takes one batch after another, and gives of each a number in which a wrong result shows.
template <class Batch>
using Contender = std::function<std::uint64_t(const Batch&)>;

/// Contenders fed with the same batches, over and over. Times are per batch, of the thread.
template <class Batch>
class Race {
 public:
  Race(std::string title, const std::vector<Batch>& batches)
      : title_(std::move(title)), batches_(batches) {}

  /// `batches`: how many it is given per round; as many as a window has, or what is done once per
  /// window is in no median.
  void add(std::string name, Contender<Batch> contender, std::size_t batches) {
    lanes_.push_back({std::move(name), std::move(contender), batches, 0, {}, {}, 0});
  }

  /// All take `count` batches, and must give equal results for each.
  void verify(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t expected = give(lanes_.front());
      for (std::size_t lane = 1; lane < lanes_.size(); ++lane)
        if (give(lanes_[lane]) != expected)
          fail(title_ + ": " + lanes_[lane].name + " gives another result than "
               + lanes_.front().name + " for batch " + std::to_string(i));
    }
  }

  /// `rounds` times all contenders in turn, then the table.
  void run(std::size_t rounds) {
    for (std::size_t round = 0; round < rounds; ++round)
      for (Lane& lane : lanes_) {
        const double from = seconds();
        for (std::size_t i = 0; i < lane.batches; ++i) give(lane);
        const double taken = seconds() - from;
        lane.rounds.push_back(taken / static_cast<double>(lane.batches));
      }
    // Apart, since asking for the time costs about as much as a small batch.
    for (Lane& lane : lanes_)
      for (std::size_t i = 0; i < lane.batches && !quick(); ++i) {
        const double from = seconds();
        give(lane);
        lane.slowest = std::max(lane.slowest, seconds() - from);
      }
    print(rounds);
  }

  [[nodiscard]] double median(std::string_view name) const {
    for (const Lane& lane : lanes_)
      if (lane.name == name) return lane.timing.median;
    fail("no contender " + std::string(name));
  }
  /// Time of one over the time of another.
  [[nodiscard]] double ratio(std::string_view name, std::string_view to) const {
    return median(name) / median(to);
  }

 private:
  struct Lane {
    std::string name;
    Contender<Batch> contender;
    std::size_t batches;
    std::size_t at;
    std::vector<double> rounds;
    Timing timing;
    double slowest;
  };

  std::uint64_t give(Lane& lane) {
    const std::uint64_t result = lane.contender(batches_[lane.at]);
    lane.at = (lane.at + 1) % batches_.size();
    return result;
  }
  static double seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
  }

  void print(std::size_t rounds) {
    std::printf(
        "%s\n  %s\n  mean of a round's batches, median of %zu rounds in turn, us per batch; "
        "processor time of the thread\n",
        title_.c_str(), buildLine().c_str(), rounds);
    std::printf("  %-40s %10s %10s %10s %10s %12s\n", "", "median", "least", "most", "ratio",
                "slowest one");
    Series series(title_, "us per batch");
    for (Lane& lane : lanes_) {
      lane.timing = timingOf(lane.rounds);
      series.add(lane.name, lane.timing.median * 1e6, lane.timing.least * 1e6,
                 lane.timing.most * 1e6);
      std::printf("  %-40s %10.3f %10.3f %10.3f %10.3f %12.3f\n", lane.name.c_str(),
                  lane.timing.median * 1e6, lane.timing.least * 1e6, lane.timing.most * 1e6,
                  lane.timing.median / lanes_.front().timing.median, lane.slowest * 1e6);
    }
    series.write();
    std::fflush(stdout);
  }

  std::string title_;
  const std::vector<Batch>& batches_;
  std::vector<Lane> lanes_;
};

}  // namespace bench
