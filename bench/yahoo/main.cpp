// SPDX-License-Identifier: BSL-1.0
#include <cstdio>
#include <map>
#include <string>
#include <thread>

#include "support/bench.hpp"
#include "yahoo/contenders.hpp"

int main() {
  const bench::Campaigns table;
  const bench::Window window = bench::makeWindow(table, 320'000);
  const double events = 10 * 320'000;
  const std::string hand = "hand-written loop";
  const std::string ours = "dstream";

  bench::Claims claims("yahoo");
  std::map<std::size_t, double> perSecond;
  std::map<std::size_t, double> speed;
  for (const std::size_t threads : {1U, 2U}) {
    if (threads > std::thread::hardware_concurrency()) break;
    const std::string on = " on " + std::to_string(threads) + " thread(s)";
    bench::Contest<std::uint64_t> contest(
        "Yahoo benchmark: views per campaign and window, 80 bytes an event," + on, events, "event");
    contest.add(
        hand, [&, call = bench::handCounts(table, threads)] { return call(window); },
        bench::Clock::Wall);
    contest.add(
        ours, [&, call = bench::dstreamCounts(table, threads)] { return call(window); },
        bench::Clock::Wall);
    contest.run(bench::quick() ? 7 : 15, 0.05);
    bench::Contest<std::uint64_t> reading("reading alone," + on, events, "event");
    reading.add(
        "a word of each cache line", [&, call = bench::readAlone(threads)] { return call(window); },
        bench::Clock::Wall);
    reading.run(bench::quick() ? 5 : 15, 0.05);

    speed[threads] = contest.ratio(hand, ours);
    perSecond[threads] = events / contest.timing(ours).median / 1e6;
    std::printf("  dstream%s: %.0f million events/s, %.0f a core, %.1f GB/s (reading alone %.1f)\n",
                on.c_str(), perSecond[threads], perSecond[threads] / static_cast<double>(threads),
                perSecond[threads] * 80 / 1e3,
                events * 80 / reading.timing("a word of each cache line").median / 1e9);
  }
  std::printf("  published, a node: 0.26 to 384 million events/s; Zeuch et al., PVLDB 12(5)\n");
  for (const auto& [threads, factor] : speed)
    claims.add(
        "Yahoo benchmark, " + std::to_string(threads) + " thread(s): speed / hand-written loop",
        factor, bench::atLeast(0.8));
  claims.write();
}
