// SPDX-License-Identifier: BSL-1.0
// Random jobs in a simulated world; see run beside it. Exit status 0 without violations, 1 with, 2
// for wrong usage.
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "simulate/simulation.hpp"

namespace {

struct Options {
  std::uint64_t seeds = 0;  // 0: 100, or every allocation
  std::uint64_t first = 1;
  bool table = false;
  bool trace = false;           // tell all that happens
  bool calm = false;            // nothing fails: the jobs and the oracle against each other
  bool untilViolation = false;  // for the mutants: one is enough
  bool crashPoints = false;     // each call of each job is once the last
  bool failures = false;        // each call of each job fails once
  bool allocations = false;     // each allocation of each job fails once
  std::string_view job;         // a sort of jobs; empty: jobs over files
};

bool parse(int argc, char* argv[], Options& options) {
  const std::map<std::string_view, bool*> switches{{"--table", &options.table},
                                                   {"--trace", &options.trace},
                                                   {"--calm", &options.calm},
                                                   {"--until-violation", &options.untilViolation},
                                                   {"--crash-points", &options.crashPoints},
                                                   {"--failures", &options.failures},
                                                   {"--allocations", &options.allocations}};
  const std::map<std::string_view, std::uint64_t*> numbers{{"--seeds", &options.seeds},
                                                           {"--first", &options.first}};
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (const auto found = switches.find(name); found != switches.end()) {
      *found->second = true;
    } else if (const auto number = numbers.find(name); number != numbers.end() && i + 1 < argc) {
      const std::string_view value = argv[++i];
      const auto [end, error] =
          std::from_chars(value.data(), value.data() + value.size(), *number->second);
      if (error != std::errc{} || end != value.data() + value.size()) return false;
    } else if (name == "--job" && i + 1 < argc && simulate::isSort(argv[i + 1])) {
      options.job = argv[++i];
    } else {
      return false;
    }
  }
  return true;
}

void print(const simulate::Hits& hits) {
  std::printf("%-32s", "protocol step");
  for (const char* fault : simulate::faultNames) std::printf(" %14s", fault);
  std::printf("\n");
  for (std::size_t i = 0; i < hits.size(); ++i) {
    std::printf("%-32s", simulate::nameOf(simulate::steps[i]).c_str());
    for (const std::uint64_t count : hits[i])
      std::printf(" %14llu", static_cast<unsigned long long>(count));
    std::printf("\n");
  }
}

// What runs now, for whoever aborts the process.
std::string running;
void tellWhatRan(int) { static_cast<void>(std::fputs(running.c_str(), stderr)); }

std::uint64_t report(const std::string& what, const std::string& replay,
                     const std::vector<std::string>& found) {
  for (const std::string& violation : found)
    std::printf("%s: %s\n", what.c_str(), violation.c_str());
  if (!found.empty()) std::printf("replay: tests/simulate/run %s\n", replay.c_str());
  std::fflush(stdout);
  return found.size();
}

std::uint64_t runSeeds(const Options& options, simulate::Hits& hits) {
  std::uint64_t done = 0;
  std::uint64_t violations = 0;
  std::uint64_t batches = 0;
  const auto simulated = [&](std::uint64_t seed, simulate::Hits& met) {
    return options.job.empty() ? std::make_unique<simulate::Simulation>(seed, met) : std::make_unique<simulate::Simulation>(seed, options.job, met);
  };
  const std::string job = options.job.empty() ? "" : " --job " + std::string(options.job);
  std::uint64_t courses = 0;  // the sum of the traces: equal wherever the same seeds run
  for (std::uint64_t seed = options.first; done < (options.seeds == 0 ? 100 : options.seeds)
                                           && !(options.untilViolation && violations != 0);
       ++seed, ++done) {
    const auto run = [&](simulate::Simulation& simulation) {
      return options.calm ? simulation.runCalm() : simulation.run();
    };
    std::vector<std::string> found;
    running =
        "aborted; replay: tests/simulate/run --seeds 1 --first " + std::to_string(seed) + job + "\n";
    try {
      const auto one = simulated(seed, hits);
      simulate::Simulation& simulation = *one;
      if (options.trace) simulation.tellAll();
      found = run(simulation);
      batches += simulation.ticks();
      courses += simulation.trace() & 0xffffffff;
      if (seed % 100 == 0) {
        simulate::Hits again{};
        const auto twin = simulated(seed, again);
        run(*twin);
        if (twin->trace() != simulation.trace())
          found.push_back("(13) the same seed took another course the second time");
      }
    } catch (const std::exception& error) {
      found.push_back(std::string("the simulation itself failed: ") + error.what());
    }
    violations += report(
        "seed " + std::to_string(seed),
        "--seeds 1 --first " + std::to_string(seed) + job + (options.calm ? " --calm" : ""), found);
  }
  std::printf("batches=%llu courses=%llu\n", static_cast<unsigned long long>(batches), static_cast<unsigned long long>(courses & 0xffffffff));
  std::printf("seeds=%llu violations=%llu\n", static_cast<unsigned long long>(done),
              static_cast<unsigned long long>(violations));
  return violations;
}

struct ShortJob {
  const char* name;
  simulate::Job job;
};
std::vector<ShortJob> shortJobs() {
  using simulate::Kind;
  using simulate::Source;
  std::vector<ShortJob> jobs;
  for (const Kind kind : {Kind::Stateless, Kind::Window, Kind::State, Kind::Database, Kind::Server})
    jobs.push_back({simulate::kindNames[static_cast<std::size_t>(kind)], {.kind = kind, .hasEffect = true}});
  const dstream::SocketOptions logs{.logBytes = std::uint64_t{1} << 16};
  jobs.push_back({"log", {.hasEffect = true, .source = Source::Socket, .socket = logs}});
  jobs.push_back({"resumable", {.hasEffect = true, .source = Source::Resumable}});
  jobs.push_back({"resumable-log", {.hasEffect = true, .source = Source::Resumable, .socket = logs}});
  return jobs;
}

// For n = 1, 2, 3…: the n-th call of a short job meets the fault, until a run passes untouched.
std::uint64_t runPoints(const char* name, const std::vector<simulate::Fault>& faults,
                        simulate::Hits& hits) {
  std::uint64_t points = 0;
  std::uint64_t violations = 0;
  for (const auto& [jobName, job] : shortJobs())
    for (const simulate::Fault fault : faults)
      for (const std::uint64_t calls : {std::uint64_t{1}, std::uint64_t{4}}) {
        if (calls > 1 && static_cast<std::size_t>(fault) < simulate::stops) continue;
        for (std::uint64_t n = 1;; ++n) {
          simulate::Simulation simulation(job, hits);
          const auto found = simulation.runWith(fault, n, calls);
          if (!simulation.reached()) break;
          ++points;
          const std::string what = std::string(jobName) + ", " + simulate::faultNames[static_cast<std::size_t>(fault)]
                                   + " at call " + std::to_string(n);
          violations += report(what, std::string("--") + name, found);
        }
      }
  std::printf("%s=%llu violations=%llu\n", name, static_cast<unsigned long long>(points),
              static_cast<unsigned long long>(violations));
  return violations;
}

std::uint64_t runAllocations(const Options& options, simulate::Hits& hits) {
  std::uint64_t points = 0;
  std::uint64_t violations = 0;
  for (const simulate::Kind kind :
       {simulate::Kind::Stateless, simulate::Kind::Window, simulate::Kind::State})
    for (std::uint64_t n = options.first; options.seeds == 0 || n < options.first + options.seeds;
         ++n) {
      running = "aborted; replay: tests/simulate/run --allocations --seeds 1 --first "
                + std::to_string(n) + "\n";
      simulate::Simulation simulation(simulate::Job{.kind = kind, .hasEffect = true}, hits);
      if (options.trace) simulation.tellAll();
      const auto found = simulation.runShortOfMemory(n);
      if (!simulation.reached()) break;
      ++points;
      violations += report(std::string(simulate::kindNames[static_cast<std::size_t>(kind)])
                               + ", allocation " + std::to_string(n),
                           "--allocations --seeds 1 --first " + std::to_string(n), found);
    }
  std::printf("allocations=%llu violations=%llu\n", static_cast<unsigned long long>(points),
              static_cast<unsigned long long>(violations));
  return violations;
}

}  // namespace

int main(int argc, char* argv[]) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr,
                 "usage: %s [--seeds N] [--first S] [--table] [--trace] [--calm] "
                 "[--until-violation] [--crash-points] [--failures] [--allocations] [--job SORT]\n",
                 argv[0]);
    return 2;
  }
  using simulate::Fault;
  std::signal(SIGABRT, tellWhatRan);
  simulate::Hits hits{};
  std::uint64_t violations = 0;
  if (options.crashPoints)
    violations += runPoints("crash-points",
                            {Fault::PowerBefore, Fault::PowerHalfway, Fault::PowerAfter,
                             Fault::KillBefore, Fault::KillHalfway, Fault::KillAfter},
                            hits);
  if (options.failures)
    violations += runPoints("failures", {Fault::IoError, Fault::DiskFull}, hits);
  if (options.allocations) violations += runAllocations(options, hits);
  if (!options.crashPoints && !options.failures && !options.allocations)
    violations += runSeeds(options, hits);
  if (options.table) print(hits);
  return violations == 0 ? 0 : 1;
}
