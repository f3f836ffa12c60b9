// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <sys/resource.h>

#include "executor/contenders.hpp"
#include "support/bench.hpp"

namespace {

using Clock = std::chrono::steady_clock;

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

double processorSeconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return of(used.ru_utime) + of(used.ru_stime);
}

struct Member {
  std::string name;
  std::unique_ptr<bench::Crew> crew;
};

std::vector<Member> crews(std::size_t threads) {
  std::vector<Member> all;
  all.push_back({"dstream", bench::dstreamCrew(threads)});
  all.push_back({"oneTBB task_group tree", bench::oneTbbTree(threads)});
  all.push_back({"oneTBB parallel_for", bench::oneTbbFor(threads)});
  all.push_back({"mutex and queue", bench::mutexQueue(threads)});
  std::erase_if(all, [](const Member& member) { return member.crew == nullptr; });
  return all;
}

/// Threads of a crew that has had its turn still look for work for a while, and would be in the
/// next one's way.
void letAllPark() { std::this_thread::sleep_for(std::chrono::milliseconds(2)); }

/// What is measured in turn: for each crew the times of its turns.
struct Turns {
  explicit Turns(const std::vector<Member>& members) : crews(members), times(members.size()) {}

  void add(std::size_t crew, double time) { times[crew].push_back(time); }
  [[nodiscard]] double median(std::string_view name) const { return timing(name).median; }
  [[nodiscard]] bench::Timing timing(std::string_view name) const {
    for (std::size_t i = 0; i < crews.size(); ++i)
      if (crews[i].name == name) return bench::timingOf(times[i]);
    bench::fail("no crew " + std::string(name));
  }
  void print(const std::string& title, double scale) const {
    std::printf("%s\n  %-34s %9s %9s %9s\n", title.c_str(), "", "median", "least", "most");
    bench::Series series(title, "median, and the range of all rounds");
    for (std::size_t i = 0; i < crews.size(); ++i) {
      const bench::Timing timing = bench::timingOf(times[i]);
      series.add(crews[i].name, timing.median * scale, timing.least * scale, timing.most * scale);
      std::printf("  %-34s %9.2f %9.2f %9.2f\n", crews[i].name.c_str(), timing.median * scale,
                  timing.least * scale, timing.most * scale);
    }
    series.write();
    std::fflush(stdout);
  }

  const std::vector<Member>& crews;
  std::vector<std::vector<double>> times;
};

/// `rounds` times all crews in turn.
template <class Turn>
Turns inTurn(const std::vector<Member>& crews, std::size_t rounds, Turn turn) {
  Turns turns(crews);
  for (std::size_t round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < crews.size(); ++i) {
      letAllPark();
      turns.add(i, turn(*crews[i].crew, round));
    }
  return turns;
}

template <class Call>
double timed(Call call) {
  const auto from = Clock::now();
  call();
  return seconds(Clock::now() - from);
}

Turns emptyTasks(const std::vector<Member>& crews, std::size_t threads) {
  constexpr std::size_t n = 1'000'000;
  std::vector<std::uint32_t> marks(n);
  const Turns turns =
      inTurn(crews, bench::quick() ? 3 : 15, [&](bench::Crew& crew, std::size_t round) {
        const auto mark = static_cast<std::uint32_t>(round + 1);
        std::fill(marks.begin(), marks.end(), 0);
        const double time = timed([&] { crew.tasks(n, {marks.data(), mark}); });
        if (std::count(marks.begin(), marks.end(), mark) != static_cast<std::ptrdiff_t>(n))
          bench::fail("empty tasks: some did not run");
        return time;
      });
  turns.print("empty task, ns, on " + std::to_string(threads) + " thread(s)",
              1e9 / static_cast<double>(n));
  return turns;
}

/// Medians of fork-joins after pauses in which the caller is busy with other things.
Turns forks(const std::vector<Member>& crews, std::uint64_t elementsEach,
            std::chrono::microseconds pause) {
  const std::uint64_t expected = 2 * bench::elements(0, elementsEach);
  const Turns turns = inTurn(crews, bench::quick() ? 3 : 11, [&](bench::Crew& crew, std::size_t) {
    std::vector<double> times;
    // After a sleep both threads may be on one core, until the system moves one of them.
    for (const auto warm = Clock::now() + std::chrono::milliseconds(20);
         times.size() < (bench::quick() ? 50U : 200U);) {
      for (const auto until = Clock::now() + pause; Clock::now() < until;) {
      }
      std::uint64_t sum = 0;
      const double time = timed([&] { sum = crew.fork(elementsEach); });
      if (sum != expected) bench::fail("fork and join: a wrong sum");
      if (Clock::now() > warm) times.push_back(time);
    }
    return bench::timingOf(times).median;
  });
  turns.print("fork and join of two tasks of 10 us after " + std::to_string(pause.count())
                  + " us, us on 2 threads",
              1e6);
  return turns;
}

Turns loops(const std::vector<Member>& crews) {
  std::vector<std::uint32_t> numbers(1'000'000);
  const Turns turns =
      inTurn(crews, bench::quick() ? 5 : 25, [&](bench::Crew& crew, std::size_t round) {
        const auto mark = static_cast<std::uint32_t>(round);
        constexpr int times = 20;
        const double time = timed([&] {
          for (int i = 0; i < times; ++i) crew.loop(numbers, mark);
        });
        for (std::size_t i = 0; i < numbers.size(); ++i)
          if (numbers[i] != static_cast<std::uint32_t>(i) + mark)
            bench::fail("loop: an element was left out");
        return time / times;
      });
  turns.print("loop over 1e6 elements, ns per element on 2 threads", 1e3);
  return turns;
}

/// Whether this machine runs two threads that share nothing as fast as one: a guest's second core
/// may be somebody else's for seconds.
bool twoCoresAtHand() {
  constexpr std::uint64_t n = 5'000'000;
  const auto run = [] { benchmark::DoNotOptimize(bench::elements(0, n)); };
  const double one = timed(run);
  const double two = timed([&] {
    std::thread other(run);
    run();
    other.join();
  });
  return two < 1.1 * one;
}

/// How many times faster than the loop on one thread: the median of some rounds for this order of
/// tasks.
std::vector<double> speedups(const std::vector<Member>& crews, const bench::Sizes& sizes,
                             std::size_t rounds) {
  const std::uint64_t expected = bench::handIrregular(sizes);
  std::vector<double> alone;
  const Turns turns = inTurn(crews, rounds, [&](bench::Crew& crew, std::size_t round) {
    std::uint64_t sum = expected;
    if (alone.size() == round) alone.push_back(timed([&] { sum = bench::handIrregular(sizes); }));
    const double time = timed([&] { sum += crew.irregular(sizes); });
    if (sum != 2 * expected) bench::fail("irregular tasks: a wrong sum");
    return time;
  });
  const double loop = bench::timingOf(alone).median;
  std::vector<double> factors;
  for (const Member& member : crews) factors.push_back(loop / turns.median(member.name));
  return factors;
}

/// Processor time of the whole process in 0.2 s in which nobody asks for anything.
double idleSeconds(bench::Crew& crew) {
  static_cast<void>(crew.fork(1000));
  letAllPark();
  const double from = processorSeconds();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  return processorSeconds() - from;
}

}  // namespace

int main() {
  std::printf("%s\n", bench::buildLine().c_str());
  const bool rival = bench::oneTbbTree(1) != nullptr;
  if (!rival)
    std::printf(
        "\n*** oneTBB was not there when this was built (libtbb-dev): NO RIVAL, so what is claimed "
        "against it is left out ***\n\n");

  const std::string ours = "dstream", tree = "oneTBB task_group tree", loop = "oneTBB parallel_for";
  bench::Claims claims("executor");
  {
    const std::vector<Member> one = crews(1);
    const Turns tasks = emptyTasks(one, 1);
    if (rival)
      claims.add("empty task, 1 thread: time / oneTBB task_group tree",
                 tasks.median(ours) / tasks.median(tree), bench::atMost(0.4));
  }
  if (std::thread::hardware_concurrency() < 2)
    bench::fail("the rest of this bench needs two cores");

  const std::vector<Member> two = crews(2);
  const Turns tasks = emptyTasks(two, 2);
  if (rival)
    claims.add("empty task, 2 threads: time / oneTBB task_group tree",
               tasks.median(ours) / tasks.median(tree), bench::atMost(0.45));

  const double elementTime =
      timed([] { benchmark::DoNotOptimize(bench::elements(0, 1'000'000)); }) / 1e6;
  const auto inTenMicroseconds = static_cast<std::uint64_t>(10e-6 / elementTime);
  std::map<int, double> forked;  // by the pause before it
  for (const int pause : bench::quick() ? std::vector<int>{200, 1000}
                                        : std::vector<int>{0, 20, 100, 200, 500, 1000, 5000}) {
    const Turns times = forks(two, inTenMicroseconds, std::chrono::microseconds(pause));
    if (rival) forked[pause] = times.median(ours) / times.median(tree);
  }
  if (rival) {
    claims.add("fork-join of 2 x 10 us, 200 us later: time / oneTBB", forked.at(200),
               bench::atMost(0.5));
    claims.add("the same, 1,000 us later, when all have parked", forked.at(1000), bench::atMost(1));
  }

  const Turns elements = loops(two);
  if (rival)
    claims.add("loop over elements: time / oneTBB auto_partitioner",
               elements.median(ours) / elements.median(loop), bench::atMost(1.1));

  const auto mix = [&](const char* title, std::size_t count, double mean, std::size_t orders,
                       std::size_t rounds) {
    std::vector<std::vector<double>> factors(two.size());
    for (std::size_t order = 0; order < orders; ++order) {
      std::vector<double> once;
      for (int tries = 0; once.empty() || (!twoCoresAtHand() && tries < 5); ++tries) {
        if (!once.empty()) std::printf("  there were no two cores; measured again\n");
        while (!twoCoresAtHand() && ++tries < 5)
          std::this_thread::sleep_for(std::chrono::seconds(1));
        once = speedups(two, bench::zipf(count, mean / elementTime, order + 1), rounds);
      }
      for (std::size_t i = 0; i < two.size(); ++i) factors[i].push_back(once[i]);
    }
    std::printf("%s: times the speed of the loop on one thread\n  %-34s %9s %9s\n", title, "",
                "mean", "worst");
    std::vector<std::pair<double, double>> results;
    for (std::size_t i = 0; i < two.size(); ++i) {
      double sum = 0;
      for (const double factor : factors[i]) sum += factor;
      results.push_back({sum / static_cast<double>(orders),
                         *std::min_element(factors[i].begin(), factors[i].end())});
      std::printf("  %-34s %9.3f %9.3f\n", two[i].name.c_str(), results.back().first,
                  results.back().second);
    }
    return results.front();
  };
  const auto many =
      mix("1e5 tasks of 4 us in the mean, one order", 100'000, 4e-6, 1, bench::quick() ? 3 : 9);
  const auto few =
      mix("3e3 tasks of 110 us in the mean, six orders", 3'000, 110e-6, 6, bench::quick() ? 1 : 3);
  claims.add("irregular work, 1e5 tasks, 2 threads: speed / 1 thread", many.first,
             bench::atLeast(1.95));
  claims.add("irregular work, 3e3 tasks, mean of six orders: the same", few.first,
             bench::atLeast(1.96));
  claims.add("irregular work, 3e3 tasks, worst of six orders: the same", few.second,
             bench::atLeast(1.93));

  const auto alone = bench::dstreamCrew(2);
  claims.add("idle executor: share of one processor, %", 100 * idleSeconds(*alone) / 0.2,
             bench::atMost(0.1));
  claims.write();
}
