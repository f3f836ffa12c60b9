// SPDX-License-Identifier: BSL-1.0
// The whole job: a word count over TCP in batches of 100 ms, against its socket alone and its counting alone; what it allocates per batch once it
// is warm; and what a batch costs in which nothing came.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <dstream/dstream.hpp>
#include <dstream/testing.hpp>

#include "job/allocations.hpp"
#include "socket/loopback.hpp"
#include "support/bench.hpp"
#include "support/text.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

double secondsSince(Steady::time_point start) { return std::chrono::duration<double>(Steady::now() - start).count(); }

double processSeconds() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

constexpr auto one = [](std::string_view word) { return std::pair{word, 1L}; };

/// The socket alone: lines counted.
std::int64_t socketAlone(std::uint16_t port) {
  std::int64_t lines = 0;
  Context context{"local", "socket alone"};
  StreamingContext stream{context, 100ms};
  stream.socketTextStream("127.0.0.1", port, {.onEnd = EndOfStream::Finish}) | count() | foreachRDD([&](auto batch) { lines += batch.value(); });
  stream.start();
  stream.awaitTermination();
  return lines;
}

/// The counting alone, in batches of the size that the job has.
std::int64_t countingAlone(std::string_view text, int copies) {
  std::int64_t words = 0;
  Context context{"local", "counting alone"};
  for (int copy = 0; copy < copies; ++copy)
    (lines(text) | flatMap(splitWords) | map(one) | reduceByKey(plus) | values() | foreach([&](long count) { words += count; }));
  return words;
}

struct Counted {
  std::int64_t words = 0;
  std::uint64_t batches = 0;
  std::uint64_t allocations = 0;  // of the batches after the first ones
};

constexpr std::uint64_t warm = 32;

Counted job(std::uint16_t port, std::chrono::nanoseconds interval, const char* workers, Configuration configuration = {.defaultListener = false}) {
  Counted counted;
  std::uint64_t before = 0;
  Context context{workers, "word count over TCP", configuration};
  StreamingContext stream{context, interval};
  stream.socketTextStream("127.0.0.1", port, {.onEnd = EndOfStream::Finish}) | flatMap(splitWords) | map(one) | reduceByKey(plus)
      | foreachRDD([&](const auto& batch) {
          batch.foreach([&](const auto& pair) { std::atomic_ref(counted.words).fetch_add(pair.second, std::memory_order_relaxed); });  // tasks of two workers
          if (++counted.batches == warm) before = bench::allocations();
          if (counted.batches > warm) counted.allocations = bench::allocations() - before;
        });
  stream.start();
  stream.awaitTermination();
  counted.batches -= std::min(counted.batches, warm);
  return counted;
}

/// What nobody can do without who has a clock's thread and one for the jobs: one sleeps until its next millisecond and wakes the other, which does
/// nothing. Processor time of both for each, µs.
double bareWakings() {
  constexpr int wakings = 500;
  std::mutex mutex;
  std::condition_variable changed;
  int woken = 0;
  std::thread jobs([&] {
    std::unique_lock lock(mutex);
    for (int seen = 0; seen < wakings; seen = woken) changed.wait(lock, [&] { return woken != seen; });
  });
  const double used = processSeconds();
  const auto start = Steady::now();
  for (int i = 1; i <= wakings; ++i) {
    std::this_thread::sleep_until(start + i * 1ms);
    {
      const std::lock_guard lock(mutex);
      woken = i;
    }
    changed.notify_one();
  }
  jobs.join();
  return (processSeconds() - used) * 1e6 / wakings;
}

/// The sleep alone, µs.
double bareSleeps() {
  constexpr int sleeps = 500;
  const double used = processSeconds();
  const auto start = Steady::now();
  for (int i = 1; i <= sleeps; ++i) std::this_thread::sleep_until(start + i * 1ms);
  return (processSeconds() - used) * 1e6 / sleeps;
}

/// The same batches without a thread and without a sleep: forming them, running their output, and what a test's clock and its list of results cost; µs.
double ownWork() {
  auto driver = testing::drive<std::string>(flatMap(splitWords) | map(one) | reduceByKey(plus));
  constexpr int batches = 20'000;
  for (int i = 0; i < 100; ++i) driver.tick();
  const double used = processSeconds();
  for (int i = 0; i < batches; ++i) driver.tick();
  return (processSeconds() - used) * 1e6 / batches;
}

/// Processor time of all threads per batch in which nothing came, µs; adds what the batches allocated, and their number.
double emptyBatches(std::uint64_t& count, std::uint64_t& allocations) {
  std::atomic<std::uint64_t> batches{0};
  Context context{"local", "nothing comes", {.defaultListener = false}};
  StreamingContext stream{context, 1ms};
  BatchQueue<std::string> queue;
  stream.queueStream(queue) | flatMap(splitWords) | map(one) | reduceByKey(plus) | foreachRDD([&](const auto& batch) {
    batch.foreach([](const auto&) {});
    batches.fetch_add(1, std::memory_order_relaxed);
  });
  stream.start();
  static_cast<void>(stream.awaitTerminationOrTimeout(100ms));
  const std::uint64_t first = batches;
  const std::uint64_t allocated = bench::allocations();
  const double used = processSeconds();
  static_cast<void>(stream.awaitTerminationOrTimeout(500ms));
  const double microseconds = (processSeconds() - used) * 1e6;
  const std::uint64_t formed = batches - first;
  allocations += bench::allocations() - allocated;
  count += formed;
  stream.stop();
  return microseconds / static_cast<double>(formed);
}

/// In turn with the sleeps that a batch's one is compared with.
void fixedCost(bench::Claims& claims) {
  std::vector<double> empty, sleeping, both;
  std::uint64_t count = 0;
  std::uint64_t allocations = 0;
  for (int round = 0; round < (bench::quick() ? 5 : 11); ++round) {
    empty.push_back(emptyBatches(count, allocations));
    sleeping.push_back(bareSleeps());
    both.push_back(bareWakings());
  }
  const auto show = [](const char* what, const std::vector<double>& times) {
    const bench::Timing timing = bench::timingOf(times);
    std::printf("  %-68s %5.1f us (%.1f to %.1f)\n", what, timing.median, timing.least, timing.most);
    return timing.median;
  };
  std::printf("batches of 1 ms in which nothing came: %.0f of them, %.3f allocations each; processor time of all threads\n", static_cast<double>(count),
              static_cast<double>(allocations) / static_cast<double>(count));
  const double microseconds = show("a batch", empty);
  show("the sleep of a bare thread", sleeping);
  show("the sleep of a bare thread, and another one woken by it", both);
  std::printf("  %-68s %5.1f us\n", "a batch driven on one thread, without sleeping", ownWork());
  claims.add("an empty batch, all threads' processor time, us", microseconds, bench::atMost(20));
}

}  // namespace

int main() {
  const std::string text = bench::book();
  const int copies = bench::quick() ? 200 : 1000;
  const bench::Sender sender(text, copies);
  const double gigabytes = static_cast<double>(text.size()) * copies / 1e9;
  bench::Claims claims("job");

  std::vector<double> socket, counting, whole;
  Counted counted;
  for (int round = 0; round < (bench::quick() ? 2 : 5); ++round) {
    auto start = Steady::now();
    if (socketAlone(sender.port()) == 0) bench::fail("job bench: no lines");
    socket.push_back(secondsSince(start));
    start = Steady::now();
    const std::int64_t words = countingAlone(text, copies);
    counting.push_back(secondsSince(start));
    start = Steady::now();
    counted = job(sender.port(), 100ms, "local");
    whole.push_back(secondsSince(start));
    if (words != counted.words) bench::fail("job bench: the job counts other words than its counting alone");
  }
  const auto rate = [&](const std::vector<double>& seconds) { return gigabytes / bench::timingOf(seconds).median; };
  std::printf("word count over TCP, batches of 100 ms, %.0f MB\n  %s\n", gigabytes * 1000, bench::buildLine().c_str());
  std::printf("  GB/s: socket alone %.2f, counting alone on one core %.2f, the whole job %.2f\n", rate(socket), rate(counting), rate(whole));
  claims.add("word count over TCP: rate / the lower of socket and counting", rate(whole) / std::min(rate(socket), rate(counting)), bench::atLeast(0.8));
  // Enough batches to have warm ones; and so little memory that the sender, quicker than the counting, soon fills it, or each batch would be
  // larger than the one before.
  for (const char* const workers : {"local", "local[2]"}) {
    counted = job(sender.port(), 10ms, workers, {.blockMemory = 4 << 20, .maxRecordBytes = 256 << 10, .defaultListener = false});
    if (counted.batches == 0) bench::fail("job bench: too few batches");
    const double perBatch = static_cast<double>(counted.allocations) / static_cast<double>(counted.batches);
    std::printf("  %s: %.0f allocations in %.0f batches after the first %.0f\n", workers, static_cast<double>(counted.allocations),
                static_cast<double>(counted.batches), static_cast<double>(warm));
    claims.add(std::string("word count over TCP: allocations per batch, warm, ") + workers, perBatch, bench::atMost(0.05));
  }
  fixedCost(claims);
  claims.write();
}
