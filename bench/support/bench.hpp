// SPDX-License-Identifier: BSL-1.0
#pragma once
// What the benches share: contenders that give equal results, timed in turn, a table, and the
// claims as JSON.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

namespace bench {

inline bool quick() { return std::getenv("DSTREAM_BENCH_QUICK") != nullptr; }

[[noreturn]] inline void fail(const std::string& message) {
  std::cerr << message << '\n';
  std::exit(1);
}

inline std::string cpuName() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name")) return line.substr(line.find(": ") + 2);
  return "unknown CPU";
}

inline std::string compilerName() {
#if defined(__clang__)
  return "clang " __clang_version__;
#else
  return "g++ " __VERSION__;
#endif
}

/// The instruction set the flags allow: the one flag that moves these figures by factors.
inline std::string targetName() {
#if defined(__AVX512F__)
  return "AVX-512";
#elif defined(__AVX2__)
  return "AVX2";
#elif defined(__SSE2__)
  return "SSE2 (no -march)";
#else
  return "no vectors";
#endif
}

inline std::string buildLine() {
  std::string line = compilerName();
#if !defined(__OPTIMIZE__)
  line += ", NOT OPTIMISED";
#endif
#if !defined(NDEBUG)
  line += ", WITH ASSERTIONS";
#endif
  return line + ", " + targetName() + ", " + cpuName();
}

/// A bound such as "<= 1.05" or ">= 0.9".
struct Goal {
  enum class Side { AtMost, AtLeast } side;
  double bound;

  [[nodiscard]] bool holds(double figure) const {
    return side == Side::AtMost ? figure <= bound : figure >= bound;
  }
  [[nodiscard]] std::string text() const {
    std::ostringstream out;
    out << (side == Side::AtMost ? "<= " : ">= ") << bound;
    return out.str();
  }
};
inline Goal atMost(double bound) { return {Goal::Side::AtMost, bound}; }
inline Goal atLeast(double bound) { return {Goal::Side::AtLeast, bound}; }

/// Under DSTREAM_BENCH_OUT, or here.
inline std::filesystem::path outputFolder(const char* name) {
  const char* out = std::getenv("DSTREAM_BENCH_OUT");
  const std::filesystem::path folder = std::filesystem::path(out == nullptr ? "." : out) / name;
  std::filesystem::create_directories(folder);
  return folder;
}

/// Medians and ranges of what ran in turn, for a chart: contests/<title>.json.
class Series {
 public:
  Series(std::string title, std::string unit) : title_(std::move(title)), unit_(std::move(unit)) {}

  void add(const std::string& name, double median, double least, double most) {
    std::ostringstream out;
    out << "{\"name\": \"" << name << "\", \"median\": " << median << ", \"least\": " << least
        << ", \"most\": " << most << "}";
    rows_ += (rows_.empty() ? "\n    " : ",\n    ") + out.str();
  }
  void write() const {
    std::string file;
    for (const char c : title_)
      if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
        file += c;
      else if (!file.empty() && file.back() != '_')
        file += '_';
    std::ofstream(outputFolder("contests") / (file + ".json"))
        << "{\n  \"title\": \"" << title_ << "\",\n  \"quick\": " << (quick() ? "true" : "false")
        << ",\n  \"unit\": \"" << unit_ << "\",\n  \"build\": \"" << buildLine() << "\",\n  \"contenders\": [" << rows_ << "]\n}\n";
  }

 private:
  std::string title_;
  std::string unit_;
  std::string rows_;
};

/// Written to claims/<file>.json.
class Claims {
 public:
  explicit Claims(std::string file) : file_(std::move(file)) {}

  void add(const std::string& claim, double figure, Goal goal) {
    char rounded[32];
    std::snprintf(rounded, sizeof rounded, "%.3f", figure);
    const bool holds = goal.holds(std::strtod(rounded, nullptr));
    std::printf("  %-58s %8s  %-8s %s\n", claim.c_str(), rounded, goal.text().c_str(),
                holds ? "holds" : "DOES NOT HOLD");
    json_ += std::string(json_.empty() ? "" : ",\n") + "  {\"claim\": \"" + claim
             + "\", \"figure\": " + rounded + ", \"goal\": \"" + goal.text()
             + "\", \"holds\": " + (holds ? "true" : "false") + "}";
  }

  void write() const {
    std::ofstream(outputFolder("claims") / (file_ + ".json")) << "[\n" << json_ << "\n]\n";
  }

 private:
  std::string file_;
  std::string json_;
};

enum class Clock { Thread, Wall };

struct Timing {
  double median = 0;
  double least = 0;
  double most = 0;
};

inline Timing timingOf(std::vector<double> rounds) {
  std::sort(rounds.begin(), rounds.end());
  return {rounds[rounds.size() / 2], rounds.front(), rounds.back()};
}

namespace detail {

/// Takes Google Benchmark's measurement instead of printing it.
class Capture : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    const Run& run = runs.front();
    if (run.error_occurred) fail(run.benchmark_name() + ": " + run.error_message);
    const auto iterations = static_cast<double>(run.iterations);
    thread = run.cpu_accumulated_time / iterations;
    wall = run.real_accumulated_time / iterations;
    count = run.iterations;
  }
  double thread = 0;
  double wall = 0;
  benchmark::IterationCount count = 0;
};

}  // namespace detail

/// Functions without arguments that must give equal results; the first one is what the others are
/// compared with.
template <class Result>
class Contest {
 public:
  /// `items`: how many things one call works through, each `item`.
  Contest(std::string title, double items, std::string item)
      : title_(std::move(title)), items_(items), item_(std::move(item)) {}

  void add(std::string name, std::function<Result()> call, Clock clock = Clock::Thread) {
    contenders_.push_back({std::move(name), std::move(call), clock, {}, {}, 0});
  }
  void addUnlessBroken(std::string name, std::function<Result()> call, bool compiles,
                       Clock clock = Clock::Thread) {
    add(std::move(name), compiles ? std::move(call) : std::function<Result()>{}, clock);
  }

  /// Equal results first, then `rounds` times all contenders in turn, then the table.
  void run(std::size_t rounds = quick() ? 7 : 15, double secondsPerRun = quick() ? 0.02 : 0.1) {
    verify();
    for (Contender& contender : contenders_)
      contender.iterations = calibrate(contender, secondsPerRun);
    // Google Benchmark's own random interleaving shuffles all repetitions at once, so one contender
    // may run several times in a row; run round by round, A B C A B C, slow drift of the machine
    // falls on all alike, and medians stay comparable.
    for (std::size_t round = 0; round < rounds; ++round)
      for (Contender& contender : contenders_)
        if (contender.call)
          contender.rounds.push_back(measure(contender, contender.iterations, 0).seconds);
    print(rounds);
  }

  [[nodiscard]] const Timing& timing(std::string_view name) const {
    for (const Contender& contender : contenders_)
      if (contender.name == name) return contender.timing;
    fail("no contender " + std::string(name));
  }
  /// Time of one over the time of another.
  [[nodiscard]] double ratio(std::string_view name, std::string_view to) const {
    return timing(name).median / timing(to).median;
  }

 private:
  struct Contender {
    std::string name;
    std::function<Result()> call;  // none: does not compile
    Clock clock;
    std::vector<double> rounds;
    Timing timing;
    benchmark::IterationCount iterations;
  };
  struct Measured {
    double seconds;
    benchmark::IterationCount count;
  };

  void verify() const {
    const Result expected = contenders_.front().call();
    for (const Contender& contender : contenders_)
      if (contender.call && !(contender.call() == expected))
        fail(title_ + ": " + contender.name + " gives another result than "
             + contenders_.front().name);
  }

  static benchmark::IterationCount calibrate(const Contender& contender, double seconds) {
    return contender.call ? measure(contender, 0, seconds).count : 0;
  }

  /// One run by Google Benchmark: a fixed number of iterations, or as many as `seconds` need.
  static Measured measure(const Contender& contender, benchmark::IterationCount iterations,
                          double seconds) {
    benchmark::ClearRegisteredBenchmarks();
    auto* registered =
        benchmark::RegisterBenchmark(contender.name.c_str(), [&contender](benchmark::State& state) {
          for (auto _ : state) benchmark::DoNotOptimize(contender.call());
        });
    if (contender.clock == Clock::Wall) registered->UseRealTime();
    if (iterations != 0) {
      registered->Iterations(iterations);
    } else {
      registered->MinTime(seconds);
    }
    detail::Capture capture;
    benchmark::RunSpecifiedBenchmarks(&capture);
    return {contender.clock == Clock::Wall ? capture.wall : capture.thread, capture.count};
  }

  void print(std::size_t rounds) {
    std::printf(
        "%s\n  %s\n  median of %zu rounds in turn, ns per %s; processor time of the thread (+: "
        "wall clock)\n",
        title_.c_str(), buildLine().c_str(), rounds, item_.c_str());
    std::printf("  %-34s %9s %9s %9s %8s\n", "", "median", "least", "most", "ratio");
    Series series(title_, "ns per " + item_);
    for (Contender& contender : contenders_) {
      if (!contender.call) {
        std::printf("  %-34s does not compile\n", contender.name.c_str());
        continue;
      }
      const double scale = 1e9 / items_;
      contender.timing = timingOf(contender.rounds);
      series.add(contender.name, contender.timing.median * scale, contender.timing.least * scale,
                 contender.timing.most * scale);
      std::printf("  %-34s %9.3f %9.3f %9.3f %8.3f%s\n", contender.name.c_str(),
                  contender.timing.median * scale, contender.timing.least * scale,
                  contender.timing.most * scale,
                  contender.timing.median / contenders_.front().timing.median,
                  contender.clock == Clock::Wall ? " +" : "");
    }
    series.write();
    std::fflush(stdout);
  }

  std::string title_;
  double items_;
  std::string item_;
  std::vector<Contender> contenders_;
};

}  // namespace bench
