// SPDX-License-Identifier: BSL-1.0
#pragma once
// checkEquivalent: tests with random batches that a fused pipeline gives what its operators would give one by one.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/sources/queueStream.hpp>
#include <dstream/testing/check_laws.hpp>
#include <dstream/testing/driver.hpp>
#include <dstream/testing/random.hpp>
#include <dstream/testing/show.hpp>
#include <dstream/testing/unfused.hpp>

namespace dstream::inline v0::testing {

/// What checkEquivalent throws; `what()` has the difference and the least input found that shows it.
struct NotEquivalent : std::runtime_error {
  NotEquivalent(const std::string& what, std::uint64_t usedSeed, std::size_t differingBatch)
      : std::runtime_error(what), seed(usedSeed), batch(differingBatch) {}
  /// With it and `rounds = 1` the same input is drawn again.
  std::uint64_t seed;
  /// In the input of `what()`, from 0.
  std::size_t batch;
};

struct EquivalenceOptions {
  std::uint64_t seed = 1;
  /// How many inputs are drawn; each of so many batches, with at most so many records.
  std::size_t rounds = 20;
  std::size_t batches = 6;
  std::size_t records = 12;
  /// Each input is tried with all of these.
  std::vector<std::size_t> partitions{1, 2, 7};
  std::vector<std::size_t> workers{1, 2, 3, 4};
  std::chrono::nanoseconds interval = std::chrono::seconds(1);
  /// For pipelines that promise an order; without it the records of a batch are compared as a multiset.
  bool inOrder = false;
};

namespace detail {

struct Setting {
  std::uint64_t seed;
  std::size_t partitions;
  std::size_t workers;
};
struct Difference {
  std::size_t batch;
  std::string text;
};
[[noreturn]] inline void throwNotEquivalent(const Difference& found, const Setting& setting, const std::vector<std::string>& input) {
  std::string text = "dstream: checkEquivalent: fused and un-fused differ in batch " + std::to_string(found.batch) + ": " + found.text + " (seed " +
                     std::to_string(setting.seed) + ", " + std::to_string(setting.partitions) + " partitions, " + std::to_string(setting.workers) +
                     " workers); the least input found, a batch a line, in partitions:";
  for (const std::string& batch : input) text += "\n  " + batch;
  throw NotEquivalent(text, setting.seed, found.batch);
}

template <class T, class Pipeline, class Equal>
class EquivalenceCheck {
  using Input = std::vector<std::vector<T>>;  // the records of each batch, not yet in partitions
  using Graph = GraphDriver<FromQueue<T, Pipeline>>;
  using Records = typename Graph::Result;
  using Output = std::vector<std::optional<Records>>;

 public:
  EquivalenceCheck(const Pipeline& pipeline, const EquivalenceOptions& options, const Equal& equal)
      : pipeline_(pipeline), options_(options), equal_(equal) {}

  template <class Generator>
  void round(Generator& generator, std::uint64_t seed) const {
    Random random(seed);
    Input input(options_.batches);
    for (auto& batch : input)
      if (random.below(4) != 0)
        for (std::size_t i = random.below(options_.records + 1); i > 0; --i) batch.push_back(generator(random));
    const Output expected = unfusedOutput(input);
    for (const std::size_t partitions : options_.partitions)
      for (const std::size_t workers : options_.workers) {
        const Setting setting{seed, partitions, workers};
        if (auto found = difference(expected, fusedOutput(input, setting))) fail(std::move(input), setting, *std::move(found));
      }
  }

 private:
  /// The batch cut at random places, where some partitions stay empty; none for an empty one that is not even pushed and has no partition.
  static std::optional<Input> cut(const std::vector<T>& batch, std::size_t index, const Setting& setting) {
    Random random(setting.seed + index);
    if (batch.empty() && setting.partitions > 1 && random.below(2) == 0) return std::nullopt;
    std::vector<std::size_t> ends(setting.partitions, batch.size());
    for (std::size_t i = 1; i < ends.size(); ++i) ends[i] = random.below(batch.size() + 1);
    std::sort(ends.begin(), ends.end());
    Input partitions(ends.size());
    for (std::size_t part = 0, at = 0; part < ends.size(); ++part)
      while (at < ends[part]) partitions[part].push_back(batch[at++]);
    return partitions;
  }

  Output fusedOutput(const Input& input, const Setting& setting) const {
    BatchQueue<T> queue;
    Graph graph({queue, pipeline_}, {.workers = setting.workers, .interval = options_.interval, .start = 0, .taskSeed = setting.seed});
    Output output;
    for (std::size_t i = 0; i < input.size(); ++i) {
      if (auto partitions = cut(input[i], i, setting)) queue.push(*std::move(partitions));
      output.push_back(graph.next());
    }
    return output;
  }

  Output unfusedOutput(const Input& input) const {
    auto last = detail::unfused(pipeline_, Between<const T&>{input, options_.interval});
    const auto every = static_cast<std::size_t>(last.slide / options_.interval);
    Output output(input.size());
    for (std::size_t i = 0; i < last.batches.size(); ++i) output[(i + 1) * every - 1] = std::move(last.batches[i]);
    return output;
  }

  std::optional<Difference> difference(const Output& expected, const Output& fused) const {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      std::string text;
      if (!expected[i] || !fused[i]) {
        if (expected[i]) text = "un-fused gives a batch, fused none";
        if (fused[i]) text = "fused gives a batch, un-fused none";
      } else {
        text = options_.inOrder ? firstDifferent(*expected[i], *fused[i]) : firstMissing(*expected[i], *fused[i]);
      }
      if (!text.empty()) return Difference{i, std::move(text)};
    }
    return std::nullopt;
  }
  std::string firstDifferent(const Records& expected, const Records& fused) const {
    const auto at = [](const Records& records, std::size_t i) { return i < records.size() ? show(records[i]) : std::string("nothing"); };
    for (std::size_t i = 0; i < std::max(expected.size(), fused.size()); ++i)
      if (i >= expected.size() || i >= fused.size() || !equal_(expected[i], fused[i]))
        return "record " + std::to_string(i) + " is un-fused " + at(expected, i) + ", fused " + at(fused, i);
    return {};
  }
  std::string firstMissing(const Records& expected, const Records& fused) const {
    std::vector<bool> taken(fused.size(), false);
    for (const auto& record : expected) {
      std::size_t i = 0;
      while (i < fused.size() && (taken[i] || !equal_(record, fused[i]))) ++i;
      if (i == fused.size()) return "un-fused gives " + show(record) + ", which fused lacks of " + show(fused);
      taken[i] = true;
    }
    for (std::size_t i = 0; i < fused.size(); ++i)
      if (!taken[i]) return "fused gives " + show(fused[i]) + ", which un-fused lacks of " + show(expected);
    return {};
  }

  [[noreturn]] void fail(Input input, const Setting& setting, Difference found) const {
    input.resize(found.batch + 1);
    shrink(input, setting, found);
    std::vector<std::string> shown;
    for (std::size_t i = 0; i < input.size(); ++i) shown.push_back(show(cut(input[i], i, setting).value_or(Input{})));
    throwNotEquivalent(found, setting, shown);
  }

  /// Takes away runs of records, then single ones, as long as there still is a difference.
  void shrink(Input& input, const Setting& setting, Difference& found) const {
    for (std::size_t run = options_.records; run > 0; run /= 2)
      for (std::size_t batch = 0; batch < input.size(); ++batch)
        for (std::size_t at = 0; at < input[batch].size();) {
          Input tried = input;
          const auto from = tried[batch].begin() + static_cast<std::ptrdiff_t>(at);
          tried[batch].erase(from, from + static_cast<std::ptrdiff_t>(std::min(run, tried[batch].size() - at)));
          if (auto still = difference(unfusedOutput(tried), fusedOutput(tried, setting))) {
            input = std::move(tried);
            found = *std::move(still);
          } else {
            at += run;
          }
        }
  }

  const Pipeline& pipeline_;
  const EquivalenceOptions& options_;
  const Equal& equal_;
};

}  // namespace detail

/// **meaning** tests that `pipeline` over random batches of T, some of them empty, gives what the un-fused interpretation of the same expression
/// gives: each operator by itself over one partition, its records kept as owners and handed to the next. The fused one runs in each number of partitions and
/// of workers, its tasks in a random order. Windows and states have their own time in both.
/// ```
/// testing::checkEquivalent<std::string>(flatMap(splitWords) | map(withOne) | reduceByKey(plus), [](testing::Random& random) { return random.text(5, "ab "); });
/// ```
/// **function contract** `generator(random)` gives a T, copyable; `equal(x, y)` says which resulting records are the same (floats: nearly). The functions of the
/// pipeline give the same for the same record. **order** none is asked for, unless `inOrder`.
/// **cost** per input one run of each operator, and one of the pipeline per number of partitions and of workers; no thread, no waiting.
/// **errors** NotEquivalent. Compile time: an action or an output at the end; another stream. What the pipeline throws passes through. Operators that show where
/// partitions begin (glom, mapPartitions, sample…) differ by what they mean: give `partitions` as {1}, and no keyed operator before them.
template <class T, class Pipeline, class Generator, class Equal = std::equal_to<>>
  requires GeneratorOf<Generator, T>
void checkEquivalent(const Pipeline& pipeline, Generator generator, const EquivalenceOptions& options = {}, const Equal& equal = {}) {
  if constexpr (detail::interpretable<Pipeline>()) {
    const detail::EquivalenceCheck<T, Pipeline, Equal> check(pipeline, options, equal);
    for (std::size_t round = 0; round < options.rounds; ++round) check.round(generator, options.seed + round);
  }
}

}  // namespace dstream::inline v0::testing
