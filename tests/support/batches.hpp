// SPDX-License-Identifier: BSL-1.0
#pragma once
// outputsOf: what a pipeline makes of batches, one second apart: for each batch its records, or none where it gave no batch.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core/owned.hpp>
#include <dstream/dstream.hpp>
#include <dstream/testing/world.hpp>

#include "support/random.hpp"

namespace support {

template <class T>
using Partitions = std::vector<std::vector<T>>;

template <class T, class Pipeline>
auto outputsOf(const Pipeline& pipeline, const std::vector<Partitions<T>>& batches, std::size_t workers = 2) {
  using namespace dstream;
  testing::World world;
  Context context("local[" + std::to_string(workers) + "]", "outputs", Configuration{.stopOnSignals = false, .defaultListener = false}, world);
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<T> queue;
  const auto last = stream.queueStream(queue) | pipeline;
  using Records = std::vector<Kept<typename decltype(last)::value_type>>;
  std::vector<std::optional<Records>> outputs(batches.size());
  std::size_t at = 0;
  last | foreachRDD([&](const auto& batch) { outputs[at] = batch.collect(); });
  stream.start();
  for (const auto& batch : batches) {
    queue.push(batch);
    world.advance(std::chrono::seconds(1));
    static_cast<void>(stream.awaitTerminationOrTimeout(std::chrono::nanoseconds(0)));  // throws what the batch threw
    ++at;
  }
  return outputs;
}

/// The same with the records of each batch sorted, for results without an order.
template <class T, class Pipeline>
auto sortedOutputsOf(const Pipeline& pipeline, const std::vector<Partitions<T>>& batches, std::size_t workers = 2) {
  auto outputs = outputsOf<T>(pipeline, batches, workers);
  for (auto& output : outputs)
    if (output) std::sort(output->begin(), output->end());
  return outputs;
}

/// Random batches of (word, number) pairs over few words, in up to three partitions; some batches are empty.
inline std::vector<Partitions<std::pair<std::string, int>>> randomPairs(Random& random, std::size_t batches) {
  std::vector<Partitions<std::pair<std::string, int>>> all(batches);
  for (auto& batch : all) {
    batch.resize(1 + random.below(3));
    if (random.below(5) == 0) continue;
    for (auto& partition : batch)
      for (std::size_t i = random.below(6); i > 0; --i) partition.emplace_back(std::string(1, static_cast<char>('a' + random.below(6))), random.between(-9, 9));
  }
  return all;
}

inline std::vector<Partitions<int>> randomNumbers(Random& random, std::size_t batches) {
  std::vector<Partitions<int>> all(batches);
  for (auto& batch : all) {
    batch.resize(1 + random.below(3));
    if (random.below(4) == 0) continue;
    for (auto& partition : batch)
      for (std::size_t i = random.below(5); i > 0; --i) partition.push_back(random.between(-99, 99));
  }
  return all;
}

}  // namespace support
