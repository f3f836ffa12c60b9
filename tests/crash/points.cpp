// SPDX-License-Identifier: BSL-1.0
// points [--every N] [--first N]: the jobs of tests/simulate as real processes on real files, each
// of which is killed (SIGKILL) once at each of its calls: before it, half-way and after it;
// and lives through the failure of each, or says why it ends. A second process goes on from what it
// left; an oracle says whether all is there, once, and right.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core/codec.hpp>
#include <dstream/dstream.hpp>
#include <dstream/testing/sqlite_disk.hpp>
#include <dstream/testing/world.hpp>

#include "crash/dying_process.hpp"
#include "simulate/job.hpp"
#include "simulate/ledger.hpp"
#include "support/temporary_directory.hpp"

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using crash::DyingProcess;
using crash::Point;
using crash::When;
using simulate::Effect;
using simulate::Job;

constexpr dstream::Nanos beginning = 1'800'000'000'000'000'000;
constexpr int arrivals = 5;

// The lines that come in a second of the job's life.
std::vector<std::string> linesOf(int second) {
  std::vector<std::string> lines;
  for (int i = 0; i < 3; ++i) {
    const int id = 3 * second + i + 1;
    lines.push_back(std::string(1, static_cast<char>('a' + id * id % 5)) + " "
                    + std::to_string(id));
  }
  return lines;
}

// Whole, stamped with the job's clock; what an earlier process was given stays.
void arrive(const std::string& root, int second, dstream::Nanos now) {
  const std::string name = root + "/in/" + std::to_string(second);
  if (fs::exists(name)) return;
  {
    std::ofstream file(root + "/coming");
    for (const std::string& line : linesOf(second)) file << line << '\n';
  }
  const timespec stamp{now / 1'000'000'000, now % 1'000'000'000};
  const timespec both[] = {stamp, stamp};
  if (::utimensat(AT_FDCWD, (root + "/coming").c_str(), both, 0) != 0)
    throw std::runtime_error("cannot stamp a file");
  fs::rename(root + "/coming", name);
}

// At the end of a file, in one write, which a process that is killed leaves whole.
void note(const std::string& path, const Effect& effect) {
  std::string bytes;
  dstream::Codec<Effect>::encode(effect, bytes);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const bool whole =
      file >= 0 && ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  if (file >= 0) ::close(file);
  if (!whole) throw std::runtime_error("cannot write " + path);
}

// One life of the job. Gives how many calls it made, unless it ends at one of them.
std::uint64_t live(const std::string& root, const Job& job, int life, Point point) {
  DyingProcess process(root, beginning + life * 20'000'000'000, point);
  dstream::Context context("local[2]", "points", {.stopOnSignals = false, .defaultListener = false},
                           process);
  dstream::StreamingContext stream(context, 1s);
  stream.checkpoint("/job", {.repeats = 0, .snapshotEvery = 200});
  simulate::build(
      stream, job, [&](const Effect& effect) { note(root + "/effects", effect); },
      [](std::uint64_t) { return false; });
  // What comes while nobody lives belongs to no batch that was planned before.
  if (life > 0)
    for (int second = 0; second < arrivals; ++second)
      arrive(root, second, process.now(dstream::Clock::Wall));
  stream.start();
  for (int second = 0; second < arrivals + 3; ++second) {
    if (second < arrivals) arrive(root, second, process.now(dstream::Clock::Wall));
    process.advance(1s);
    static_cast<void>(stream.awaitTerminationOrTimeout(0ns));
  }
  const bool graceful = stream.stop(false, true).graceful;
  static_cast<void>(stream.awaitTerminationOrTimeout(0ns));  // throws what it ended for
  if (!graceful) throw std::runtime_error("it did not stop in order");
  return process.calls();
}

enum class End { Killed, Lived, Failed, Untouched };

// The same in a process of its own.
End process(const std::string& root, const Job& job, int life, Point point) {
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {
    int status = 0;
    try {
      if (live(root, job, life, point) < point.call) status = 2;
    } catch (const std::exception& error) {
      const std::string_view text = error.what();
      const auto says = [&](std::string_view what) {
        return text.find(what) != std::string_view::npos;
      };
      const bool known =
          says(crash::Calls::failure) || says("disk I/O error") || says("did not commit batch");
      if (!known) std::cerr << text << std::endl;
      status = point.when == When::Fails && known ? 3 : 1;
    }
    ::_exit(status);
  }
  int status = 0;
  if (::waitpid(child, &status, 0) != child) throw std::runtime_error("waitpid failed");
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return End::Killed;
  if (!WIFEXITED(status)) return End::Failed;
  switch (WEXITSTATUS(status)) {
    case 0:
      return End::Lived;
    case 2:
      return End::Untouched;
    case 3:
      return End::Killed;  // of what failed, and said so
    default:
      return End::Failed;
  }
}

std::string contentOf(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What is wrong with what there is in the end.
std::vector<std::string> judge(const std::string& root, const Job& job) {
  dstream::testing::World world;
  auto& files = world.files();
  const dstream::testing::SqliteDisk sqlite(files);
  simulate::Ledger ledger(job);
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const std::string path = entry.path().string().substr(root.size());
    if (entry.is_directory()) {
      if (path.starts_with("/out/.") && path.find('/', 6) != std::string::npos)
        ledger.violated("(11) a stage is left: " + path);
      if (path.starts_with("/out/") && path[5] != '.') files.makeDirectory(path);
      if (path == "/out" || path == "/db") files.makeDirectory(path);
      continue;
    }
    if (path.ends_with(".tmp")) ledger.violated("(11) a temporary file is left: " + path);
    if (path.starts_with("/out/") || path.starts_with("/db/")) files.put(path, contentOf(entry));
  }
  for (int second = 0; second < arrivals; ++second)
    for (std::string& line : linesOf(second)) ledger.arrived(std::move(line));
  const std::string effects = contentOf(root + "/effects");
  for (std::string_view in = effects; !in.empty();) ledger.did(dstream::Codec<Effect>::decode(in));
  ledger.close(files);
  return ledger.violations;
}

struct Place {
  Place() {
    for (const char* directory : {"/in", "/out", "/db"}) fs::create_directory(root + directory);
  }
  const support::TemporaryDirectory temporary;
  const std::string root = temporary.path();
};

struct Options {
  std::uint64_t every = 1;
  std::uint64_t first = 1;
};

int run(const Options& options) {
  constexpr const char* whenNames[] = {"killed before", "killed half-way", "killed after",
                                       "failure of"};
  std::uint64_t points = 0;
  std::uint64_t wrong = 0;
  const auto complain = [&](const std::string& where, const std::string& what) {
    ++wrong;
    std::cout << where << ": " << what << std::endl;
  };
  for (const simulate::Kind kind : {simulate::Kind::Stateless, simulate::Kind::Window,
                                    simulate::Kind::State, simulate::Kind::Database}) {
    const Job job{.kind = kind, .hasEffect = true};
    const std::string name = simulate::kindNames[static_cast<std::size_t>(kind)];
    std::uint64_t ofJob = 0;
    for (const When when : {When::Before, When::Halfway, When::After, When::Fails})
      for (std::uint64_t call = options.first;; call += options.every) {
        const Place place;
        const std::string where = name + ", " + whenNames[static_cast<std::size_t>(when)] + " call "
                                  + std::to_string(call);
        const End end = process(place.root, job, 0, {call, when});
        if (end == End::Failed) complain(where, "it failed before");
        if (end != End::Untouched && process(place.root, job, 1, {}) != End::Lived)
          complain(where, "the process after it failed");
        for (const std::string& violation : judge(place.root, job)) complain(where, violation);
        if (end == End::Untouched) break;  // it makes fewer calls
        ++ofJob;
      }
    std::cout << name << ": points=" << ofJob << std::endl;
    points += ofJob;
  }
  std::cout << "points=" << points << " violations=" << wrong << std::endl;
  return wrong == 0 && points != 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char* argv[]) try {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view option = argv[i];
    if (i + 1 == argc || (option != "--every" && option != "--first"))
      throw std::invalid_argument("points [--every N] [--first N]");
    (option == "--every" ? options.every : options.first) = std::stoull(argv[i + 1]);
  }
  if (options.every == 0 || options.first == 0)
    throw std::invalid_argument("points: numbers from 1 on");
  return run(options);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
