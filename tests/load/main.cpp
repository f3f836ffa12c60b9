// SPDX-License-Identifier: BSL-1.0
// load --overload SECONDS | --soak MINUTES | --keys N: a job whose sender is an open loop, beside a sender
// that pushes. What is too much must be slowed down by TCP and not cost more memory than the bound;
// what takes long must not cost more from hour to hour; and nothing may be lost. See run --help.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>

#include "load/arrivals.hpp"
#include "load/many_keys.hpp"
#include "load/measures.hpp"
#include "support/temporary_directory.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using load::Arrivals;
using load::Line;
using load::Phase;
using load::sanitized;
using load::Steady;

constexpr std::size_t bound = std::size_t{64} << 20;
/// What a process may have besides what it has received: program and libraries, stacks, tables,
/// what is measured.
constexpr std::size_t besides = std::size_t{32} << 20;
constexpr auto interval = 100ms;
constexpr Configuration configuration{
    .blockMemory = bound, .maxRecordBytes = 4096, .stopOnSignals = false, .defaultListener = false};

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}
double mebibytes(std::uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

/// Lines, and the sum of their numbers, which is known beforehand.
struct Tally {
  std::uint64_t lines = 0;
  std::uint64_t numbers = 0;
  std::uint64_t work = 0;

  friend Tally operator+(const Tally& one, const Tally& other) {
    return {one.lines + other.lines, one.numbers + other.numbers, one.work ^ other.work};
  }
};

/// A job's work on a line: some microseconds, so that the job and not the loopback is what limits.
std::pair<std::int64_t, Tally> work(std::string_view text) {
  const Line line = Line::of(text);
  std::uint64_t mixed = line.number;
  for (int step = 0; step < 2'000; ++step) mixed = (mixed ^ mixed >> 29) * 0xbf58476d1ce4e5b9;
  return {line.due, {1, line.number, mixed}};
}

/// How the process was in one second.
struct Second {
  double resident = 0;  // MiB, the most that was seen
  double held = 0;
  double lag = 0;  // s
};

struct Run {
  std::vector<Second> seconds;  // since the first line was due
  std::vector<load::Histogram>
      latencies;  // of what came out in each of them, in ns; none of a soak
  Tally seen;
  std::uint64_t dropped = 0;
  std::size_t mostHeld = 0;
  std::uint64_t peak = 0;
  double took = 0;   // s, from the first line's time to the last batch
  double cores = 0;  // that it used, on average
  long lost = 0;
  long doubled = 0;

  /// A sum tells that lines were lost and as many others doubled, and not how many.
  void compare(std::uint64_t sent) {
    lost = seen.lines < sent ? static_cast<long>(sent - seen.lines) : 0;
    doubled = seen.lines > sent ? static_cast<long>(seen.lines - sent) : 0;
    if (seen.lines == sent && seen.numbers != sent * (sent - 1) / 2) lost = doubled = 1;
  }
  [[nodiscard]] double bytesPerSecond() const {
    return static_cast<double>(seen.lines * Line::bytes) / took;
  }
};

/// In which second so many ns lie; the last of all is for what comes later.
std::size_t secondOf(const Run& run, std::int64_t since) {
  return std::min(static_cast<std::size_t>(since < 0 ? 0 : since / 1'000'000'000),
                  run.seconds.size() - 1);
}

/// A thread that looks again and again.
class Sampler {
 public:
  template <class Look>
  Sampler(std::chrono::nanoseconds every, Look look)
      : thread_([every, look, this] {
          for (auto next = Steady::now(); !ended_.load(std::memory_order_relaxed);
               std::this_thread::sleep_until(next += every))
            look();
        }) {}
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;
  ~Sampler() {
    ended_.store(true, std::memory_order_relaxed);  // hands nothing over: join does
    thread_.join();
  }

 private:
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

double processorTime() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return of(used.ru_utime) + of(used.ru_stime);
}

/// A job under these arrivals, to their end. `build(stream, port, origin, run)` makes it.
template <class Build>
Run under(std::vector<Phase> phases, bool resumable, std::chrono::nanoseconds sampleEvery,
          const Build& build) {
  std::chrono::nanoseconds length{0};
  for (const Phase& phase : phases) length += phase.length;
  Run run;
  run.seconds.resize(static_cast<std::size_t>(seconds(length)) + 60);
  const Arrivals arrivals(std::move(phases), resumable);
  load::forgetPeak();
  const double began = processorTime();
  {
    Context context("local", "load", configuration);
    StreamingContext stream(context, interval);
    std::atomic<std::int64_t> origin{0};  // ns of the steady clock; by itself
    build(stream, arrivals.port(), origin, run);
    stream.start();
    const Sampler sampler(sampleEvery, [&] {
      const std::int64_t from = origin.load(std::memory_order_relaxed);
      if (from == 0) return;
      const Metrics metrics = stream.metrics();
      Second& second = run.seconds[secondOf(run, Steady::now().time_since_epoch().count() - from)];
      second.resident = std::max(second.resident, mebibytes(load::residentMemory()));
      second.held = std::max(second.held, mebibytes(metrics.bytesHeld));
      second.lag = std::max(second.lag, static_cast<double>(metrics.lag) * 1e-9);
      run.mostHeld = std::max(run.mostHeld, metrics.bytesHeld);
    });
    stream.awaitTermination();
    const ReceiverInfo receiver = stream.receivers().at(0);
    run.dropped = receiver.droppedBytes + receiver.overloadBytes;
  }
  run.peak = load::peakMemory();
  run.cores = (processorTime() - began) / run.took;
  run.compare(arrivals.lines());
  return run;
}

/// Says what of the promises does not hold.
class Verdict {
 public:
  void require(bool holds, const std::string& promise) {
    if (holds) return;
    std::cout << "NOT KEPT: " << promise << std::endl;
    kept_ = false;
  }
  void nothingLost(const Run& run) {
    require(run.lost == 0 && run.doubled == 0 && run.dropped == 0,
            "nothing is lost: lost=" + std::to_string(run.lost)
                + " doubled=" + std::to_string(run.doubled)
                + " lines, dropped=" + std::to_string(run.dropped) + " bytes");
  }
  void withinBound(const Run& run) {
    require(run.mostHeld <= bound,
            "bytes held stay within the bound: " + std::to_string(run.mostHeld));
    require(sanitized || run.peak <= bound + besides,
            "resident memory stays within the bound and 32 MiB: " + std::to_string(run.peak));
  }
  [[nodiscard]] bool kept() const { return kept_; }

 private:
  bool kept_ = true;
};

// --- overload ---

Run counted(std::vector<Phase> phases) {
  return under(std::move(phases), false, 100ms,
               [](StreamingContext& stream, std::uint16_t port, std::atomic<std::int64_t>& origin,
                  Run& run) {
                 run.latencies.resize(run.seconds.size());
                 stream.socketTextStream("127.0.0.1", port, {.onEnd = EndOfStream::Finish})
                     | map(work) | reduceByKey(plus) | foreachRDD([&](const auto& batch) {
                         const std::int64_t now = Steady::now().time_since_epoch().count();
                         batch.foreach ([&](const auto& due) {
                           std::int64_t from = origin.load(std::memory_order_relaxed);
                           if (from == 0 || due.first < from)
                             origin.store(from = due.first, std::memory_order_relaxed);
                           run.seen = run.seen + due.second;
                           run.took = static_cast<double>(now - from) * 1e-9;
                           run.latencies[secondOf(run, now - from)].add(now - due.first,
                                                                        due.second.lines);
                         });
                       });
               });
}

void writeJson(const std::string& path, const std::string& title,
               const std::vector<std::pair<std::string, double>>& figures, const Run& run) {
  std::ostringstream out;
  out << "{\n  \"title\": \"" << title << "\"";
  for (const auto& [name, value] : figures) out << ",\n  \"" << name << "\": " << value;
  out << ",\n  \"seconds\": [";
  for (std::size_t i = 0; i < run.seconds.size() && static_cast<double>(i) < run.took; ++i) {
    out << (i == 0 ? "\n" : ",\n") << "    {\"resident\": " << run.seconds[i].resident
        << ", \"held\": " << run.seconds[i].held << ", \"lag\": " << run.seconds[i].lag;
    if (!run.latencies.empty())
      out << ", \"done\": " << static_cast<double>(run.latencies[i].count() * Line::bytes) * 1e-6
          << ", \"p50\": " << run.latencies[i].at(0.5) * 1e-9
          << ", \"p99\": " << run.latencies[i].at(0.99) * 1e-9;
    out << "}";
  }
  out << "\n  ]\n}\n";
  std::ofstream file(path);
  if (!(file << out.str() << std::flush)) throw std::runtime_error("cannot write " + path);
}

int overload(double length, bool timed, const std::string& json) {
  const auto span = [](double s) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(s));
  };
  Verdict verdict;
  const Run push = counted({{span(length / 2)}});
  verdict.nothingLost(push);
  verdict.withinBound(push);
  const double sustainable = push.bytesPerSecond();
  std::printf(
      "push: %.1f MB/s for %.1f s by a sender that TCP slows, peak %.1f MiB, lost=%ld "
      "doubled=%ld\n",
      sustainable * 1e-6, push.took, mebibytes(push.peak), push.lost, push.doubled);

  const double before = std::max(1.0, length / 2);
  const Run run = counted({{span(before), sustainable / 2},
                           {span(length), 3 * sustainable},
                           {span(6 * length), sustainable / 2}});
  verdict.nothingLost(run);
  verdict.withinBound(run);

  // The first second is the tables' and the connection's.
  double normal = 0;
  for (std::size_t i = before > 2 ? 1 : 0; i < static_cast<std::size_t>(before); ++i)
    normal = std::max(normal, run.latencies[i].at(0.99) * 1e-9);
  const double limit = 2 * normal + seconds(interval);
  std::size_t last = 0;
  double worst = 0;
  std::printf("   s   MB/s    p50 s    p99 s   resident MiB   held MiB   lag s\n");
  for (std::size_t i = 0; i < static_cast<std::size_t>(run.took) + 1 && i < run.seconds.size();
       ++i) {
    const Second& second = run.seconds[i];
    const load::Histogram& latencies = run.latencies[i];
    const double p99 = latencies.at(0.99) * 1e-9;
    worst = std::max(worst, p99);
    if (p99 > limit) last = i + 1;
    std::printf("%4zu %6.1f %8.3f %8.3f %14.1f %10.1f %7.2f\n", i,
                static_cast<double>(latencies.count() * Line::bytes) * 1e-6,
                latencies.at(0.5) * 1e-9, p99, second.resident, second.held, second.lag);
  }
  const double back = std::max(0.0, static_cast<double>(last) - before - length);
  const bool behind = static_cast<double>(last) >= before + 7 * length;
  std::printf(
      "overload: 3 times %.1f MB/s for %.0f s: peak %.1f MiB (bound %.0f + %.0f), held at most "
      "%.1f, p99 %.3f s before, %.3f at worst, back below %.3f after %.0f s%s, lost=%ld "
      "doubled=%ld\n",
      sustainable * 1e-6, length, mebibytes(run.peak), mebibytes(bound), mebibytes(besides),
      mebibytes(run.mostHeld), normal, worst, limit, back, behind ? " (not yet)" : "", run.lost,
      run.doubled);
  if (timed) verdict.require(!behind && back <= 60, "latency is back to normal within 60 s");
  if (!json.empty())
    writeJson(json,
              "3 times the sustainable rate for " + std::to_string(static_cast<int>(length)) + " s",
              {{"sustainable", sustainable * 1e-6},
               {"before", before},
               {"length", length},
               {"normal", normal},
               {"back", back},
               {"bound", mebibytes(bound)},
               {"besides", mebibytes(besides)},
               {"peak", mebibytes(run.peak)},
               {"lost", static_cast<double>(run.lost)},
               {"doubled", static_cast<double>(run.doubled)}},
              run);
  return verdict.kept() ? 0 : 1;
}

// --- soak ---

/// All that lasts: a receive log, journal and snapshots, states, a window.
Run kept(std::vector<Phase> phases) {
  const support::TemporaryDirectory directory;
  return under(
      std::move(phases), true, 1s,
      [&](StreamingContext& stream, std::uint16_t port, std::atomic<std::int64_t>& origin,
          Run& run) {
        stream.checkpoint(directory.path() + "/checkpoint");
        const auto lines =
            stream
                .resumableSocketTextStream(
                    "127.0.0.1", port,
                    {.onEnd = EndOfStream::Finish, .logBytes = std::uint64_t{256} << 20})
                .named("lines")
            | map([](std::string_view text) {
                const auto [due, tally] = work(text);
                return std::pair{tally.numbers % 10'000, std::pair{due, tally}};
              })
            | reduceByKey([](const auto& one, const auto& other) {
                return std::pair{std::min(one.first, other.first), one.second + other.second};
              });
        lines | foreachRDD([&](const auto& batch) {
          const std::int64_t now = Steady::now().time_since_epoch().count();
          batch.foreach ([&](const auto& entry) {
            const auto& [due, tally] = entry.second;
            std::int64_t from = origin.load(std::memory_order_relaxed);
            if (from == 0 || due < from) origin.store(from = due, std::memory_order_relaxed);
            run.seen = run.seen + tally;
            run.took = static_cast<double>(now - from) * 1e-9;
          });
        });
        const auto totals =
            lines
            | mapWithState(StateSpec::function<Tally>([](std::uint64_t key, const auto& value,
                                                         State<Tally>& state) {
                state.update(state.getOption().value_or(Tally{}) + value->second);
                return std::pair{key, state.get().lines};
              })).named("totals");
        totals | reduceByKeyAndWindow(max, 10s, 1s).named("window")
            | foreachRDD([](const auto& batch) { static_cast<void>(batch.count()); });
      });
}

/// What it sustains, found out by a process of its own: what its memory was is no business of the
/// soak's.
double sustainable() {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("pipe failed");
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {
    try {
      const Run push = kept({{2s}});
      const double rate = push.lost == 0 && push.doubled == 0 ? push.bytesPerSecond() : 0;
      std::printf("push: %.1f MB/s, %.2f cores\n", rate * 1e-6, push.cores);
      std::fflush(stdout);
      ::_exit(::write(ends[1], &rate, sizeof rate) == sizeof rate ? 0 : 1);
    } catch (const std::exception& error) {
      std::cerr << error.what() << '\n';
      ::_exit(1);
    }
  }
  ::close(ends[1]);
  double rate = 0;
  const bool told = ::read(ends[0], &rate, sizeof rate) == sizeof rate;
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  if (!told || rate <= 0) throw std::runtime_error("what the job sustains could not be found out");
  return rate;
}

int soak(double minutes, double share, const std::string& json) {
  Verdict verdict;
  const double rate = share * sustainable();
  const auto length = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(minutes * 60));
  const Run run = kept({{length, rate}});
  verdict.nothingLost(run);
  verdict.require(run.mostHeld <= bound,
                  "bytes held stay within the bound: " + std::to_string(run.mostHeld));

  const double warm = std::min(180.0, minutes * 60 / 4);
  std::vector<std::pair<double, double>> points;  // 10 minutes, MiB
  for (std::size_t i = static_cast<std::size_t>(warm); i < static_cast<std::size_t>(minutes * 60);
       ++i)
    if (run.seconds[i].resident != 0)
      points.emplace_back(static_cast<double>(i) / 600, run.seconds[i].resident);
  const load::Slope slope = load::slopeOf(points);
  std::printf(
      "soak: %.0f min at %.0f %% load (%.1f MB/s, %.2f cores): %zu samples after %.0f s, resident "
      "%.1f to %.1f MiB, slope %+.3f +- %.3f MiB per 10 min, lost=%ld doubled=%ld\n",
      minutes, share * 100, rate * 1e-6, run.cores, points.size(), warm,
      points.empty() ? 0 : points.front().second, points.empty() ? 0 : points.back().second,
      slope.value, slope.error, run.lost, run.doubled);
  verdict.require(sanitized || slope.value < 1,
                  "resident memory grows by less than 1 MiB in 10 minutes");
  if (!json.empty())
    writeJson(json,
              std::to_string(static_cast<int>(minutes)) + " minutes at "
                  + std::to_string(static_cast<int>(share * 100)) + " % load",
              {{"slope", slope.value},
               {"error", slope.error},
               {"warm", warm},
               {"cores", run.cores},
               {"rate", rate * 1e-6}},
              run);
  return verdict.kept() ? 0 : 1;
}

}  // namespace

int main(int argc, char* argv[]) try {
  static constexpr const char* usage =
      "load --overload SECONDS [--untimed] | --soak MINUTES [--load SHARE] | --keys N; [--json FILE]";
  std::optional<double> seconds;
  std::optional<double> minutes;
  std::optional<std::size_t> keys;
  double share = 0.8;
  bool timed = true;
  std::string json;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--untimed") {
      timed = false;
      continue;
    }
    if (++i == argc) throw std::invalid_argument(usage);
    if (option == "--overload")
      seconds = std::stod(argv[i]);
    else if (option == "--soak")
      minutes = std::stod(argv[i]);
    else if (option == "--keys")
      keys = std::stoul(argv[i]);
    else if (option == "--load")
      share = std::stod(argv[i]);
    else if (option == "--json")
      json = argv[i];
    else
      throw std::invalid_argument(usage);
  }
  if (keys && *keys < 1'000'000)
    throw std::invalid_argument("--keys: at least 1000000, so that a thousandth of them fits the bound");
  if (keys) return load::manyKeys(*keys) ? 0 : 1;
  if (seconds.has_value() == minutes.has_value() || seconds.value_or(1) <= 0
      || minutes.value_or(1) <= 0 || share <= 0)
    throw std::invalid_argument(usage);
  return seconds ? overload(*seconds, timed, json) : soak(*minutes, share, json);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
