// SPDX-License-Identifier: BSL-1.0
// From the moment a line is due to be sent to the output of its batch: a word count over TCP, at shares of the rate that the job sustains
// with batches of that length.
// The sender is an open loop: each line has its time, a late one is sent late and counts from when it was due, so nothing is omitted.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <dstream/dstream.hpp>

#include "socket/loopback.hpp"
#include "support/bench.hpp"
#include "support/text.hpp"

namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::nanoseconds;

/// All lines that are due in one slot are sent together; the slot's number is a word of its own on each line.
constexpr nanoseconds slotLength = std::chrono::microseconds(100);

std::int64_t slotOf(std::string_view word) {
  std::int64_t slot = -1;
  if (word.starts_with('@')) std::from_chars(word.data() + 1, word.data() + word.size(), slot);
  return slot;
}

std::vector<std::string> linesOf(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t feed = std::min(text.find('\n', from), text.size() - 1);
    lines.push_back(text.substr(from, feed + 1 - from));
    from = feed + 1;
  }
  return lines;
}

/// Sends `bytesPerSecond` of the book's lines for `length`, each with the mark of its slot in front; 0: as fast as they are taken.
void send(const bench::Listener& listener, const std::vector<std::string>& lines, double bytesPerSecond, nanoseconds length, const Steady::time_point& origin) {
  const bench::Descriptor connection(listener.accept(), "accept");
  std::string batch;
  std::size_t next = 0;
  double owed = 0;
  for (std::int64_t slot = 0; slot * slotLength < length; ++slot) {
    const std::string mark = "@" + std::to_string(slot) + " ";
    batch.clear();
    owed += bytesPerSecond == 0 ? 1 << 18 : bytesPerSecond * std::chrono::duration<double>(slotLength).count();
    for (; owed > 0; next = (next + 1) % lines.size()) {
      batch += mark;
      batch += lines[next];
      owed -= static_cast<double>(mark.size() + lines[next].size());
    }
    if (bytesPerSecond != 0) std::this_thread::sleep_until(origin + slot * slotLength);
    for (std::string_view rest = batch; !rest.empty();) {
      const ssize_t sent = ::send(connection.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent <= 0) bench::fail("latency bench: the connection broke");
      rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    if (bytesPerSecond == 0 && Steady::now() - origin > length) break;
  }
}

struct Measured {
  std::int64_t lines = 0;
  double seconds = 0;
  std::uint64_t bytes = 0;
  std::vector<std::pair<std::int64_t, std::int64_t>> latencies;  // ns, lines

  [[nodiscard]] double at(double share) const {
    std::int64_t seen = 0;
    for (const auto& [latency, count] : latencies)
      if (seen += count; static_cast<double>(seen) >= share * static_cast<double>(lines)) return static_cast<double>(latency) * 1e-6;
    return 0;
  }
};

/// One run; lines of the first quarter are not measured: connection, tables and blocks are warm then.
Measured run(const std::vector<std::string>& lines, nanoseconds interval, double bytesPerSecond, nanoseconds length) {
  using namespace dstream;
  const bench::Listener listener;
  Steady::time_point origin = Steady::now() + std::chrono::milliseconds(20);
  const std::int64_t warm = length / slotLength / 4;
  Measured measured;

  std::thread sender([&] { send(listener, lines, bytesPerSecond, length, origin); });
  {
    Context context{"local", "bench of latency"};
    StreamingContext stream{context, interval};
    stream.socketTextStream("127.0.0.1", listener.port(), {.onEnd = EndOfStream::Finish}) | flatMap(splitWords)
        | map([](auto word) { return std::pair{word, 1L}; }) | reduceByKey(plus) | foreachRDD([&](auto batch) {
            const Steady::time_point now = Steady::now();
            batch.foreach([&](const auto& counted) {
              const std::int64_t slot = slotOf(counted.first);
              if (slot < warm) return;
              measured.latencies.emplace_back((now - origin - slot * slotLength).count(), counted.second);
              measured.lines += counted.second;
            });
          });
    stream.start();
    stream.awaitTermination();
    measured.bytes = stream.receivers().at(0).bytes;
  }
  measured.seconds = std::chrono::duration<double>(Steady::now() - origin).count();
  sender.join();
  std::sort(measured.latencies.begin(), measured.latencies.end());
  return measured;
}

}  // namespace

int main() {
  using namespace std::chrono_literals;
  const std::vector<std::string> lines = linesOf(bench::book());

  std::printf("latency of a word count over TCP, from the time a line is due to its batch's output\n  %s\n", bench::buildLine().c_str());
  std::printf("  %-10s %6s %9s %9s %9s %9s   ms\n", "interval", "load", "p50", "p99", "p99.9", "max");

  bench::Claims claims("latency");
  for (const nanoseconds interval : {nanoseconds(1ms), nanoseconds(10ms), nanoseconds(100ms), nanoseconds(1s)}) {
    if (bench::quick() && interval > 10ms) continue;
    const nanoseconds length = bench::quick() ? 1s : std::max(nanoseconds(3s), interval * 8);
    const Measured full = run(lines, interval, 0, length);  // batches of a second are bounded by blockMemory
    const double sustainable = static_cast<double>(full.bytes) / full.seconds;
    const double milliseconds = std::chrono::duration<double, std::milli>(interval).count();
    std::printf("  %6.0f ms 100 %%: %.0f MB/s\n", milliseconds, sustainable * 1e-6);
    for (const double load : {0.1, 0.5, 0.9}) {
      if (bench::quick() && load != 0.5) continue;
      // Of three runs the one with the median p99: a pause of a shared machine is in one of them at most.
      std::vector<Measured> runs;
      for (int i = 0; i < 3; ++i) runs.push_back(run(lines, interval, load * sustainable, length));
      std::sort(runs.begin(), runs.end(), [](const Measured& left, const Measured& right) { return left.at(0.99) < right.at(0.99); });
      const Measured& measured = runs[1];
      std::printf("  %6.0f ms %5.0f %% %9.3f %9.3f %9.3f %9.3f\n", milliseconds, load * 100, measured.at(0.5), measured.at(0.99), measured.at(0.999), measured.at(1));
      std::fflush(stdout);
      if (load != 0.5 || interval > 10ms) continue;
      claims.add("latency, interval " + std::to_string(static_cast<int>(milliseconds)) + " ms, half load: p99, ms", measured.at(0.99),
                 bench::atMost(interval == 1ms ? 3 : 12));
    }
  }
  claims.write();
}
