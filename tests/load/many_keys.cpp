// SPDX-License-Identifier: BSL-1.0
#include "load/many_keys.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <future>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>
#include <dstream/ranges.hpp>

#include "load/measures.hpp"

namespace load {

namespace {

using namespace dstream;
using namespace std::chrono_literals;

struct Counts {
  std::vector<std::uint64_t> keys;  // of each batch that did not fail
  std::string failure;
  double seconds = 0;
  double grown = 0;  // resident memory at the most, beyond what it was, in bytes
};

/// The same bits in another order: as different as the numbers, and as far apart as keys can be.
constexpr std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ x >> 32) * 0x9e3779b97f4a7c15;
  return x ^ x >> 29;
}

Counts counted(std::size_t keys, std::size_t tableMemory) {
  forgetPeak();
  const auto before = static_cast<double>(residentMemory());
  const auto start = std::chrono::steady_clock::now();
  Counts counts;
  {
    Context context{"local[*]",
                    "many keys",
                    {.tableMemory = tableMemory, .stopOnSignals = false, .defaultListener = false}};
    StreamingContext stream{context, 10ms};
    BatchQueue<std::uint64_t> queue;  // a record stands for a thousandth of the keys
    std::vector<std::uint64_t> thousand(1000);
    for (std::uint64_t i = 0; i < 1000; ++i) thousand[i] = i;
    queue.push(std::vector<std::uint64_t>{0});
    queue.push(std::move(thousand));
    queue.push(std::vector<std::uint64_t>{999});
    const std::uint64_t each = keys / 1000;
    std::promise<void> last;
    stream.queueStream(queue) | flatMap([each](std::uint64_t i) {
      return std::views::iota(i * each, (i + 1) * each) | std::views::transform(mixed);
    }) | countByValue()
        | foreachRDD([&](const auto& batch, const Batch& identity) {
            if (identity.seq > 3) return;
            counts.keys.push_back(static_cast<std::uint64_t>(batch | count() | value()));
            if (identity.seq == 3) last.set_value();
          });
    stream.start();
    last.get_future().wait();
    try {
      static_cast<void>(stream.awaitTerminationOrTimeout(0s));
    } catch (const TableError& error) {
      counts.failure = error.what();
    }
    stream.stop();
  }
  counts.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  counts.grown = static_cast<double>(peakMemory()) - before;
  return counts;
}

void print(const char* title, std::size_t keys, const Counts& counts) {
  std::printf("%s: %zu keys in a batch: %.1f s, %.0f MiB at the most, %.1f bytes a key%s%s\n", title,
              keys, counts.seconds, counts.grown / (1 << 20),
              counts.grown / static_cast<double>(keys), counts.failure.empty() ? "" : "; ",
              counts.failure.c_str());
}

}  // namespace

bool manyKeys(std::size_t keys) {
  const std::uint64_t each = keys / 1000;
  const std::size_t bound = keys * 4;
  const Counts bounded = counted(keys, bound);
  print("tableMemory of 4 bytes a key", keys, bounded);
  const Counts all = counted(keys, 0);
  print("all of them", keys, all);
  return all.failure.empty() && all.keys == std::vector{each, each * 1000, each}
         && !bounded.failure.empty() && bounded.keys == std::vector{each, each}
         && (sanitized || bounded.grown < static_cast<double>(bound) + (32 << 20));
}

}  // namespace load
