// SPDX-License-Identifier: BSL-1.0
// What a checkpoint costs: recovery of a million states, and the commit of a batch, piece by piece,
// beside the disk's own sync.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <dstream/checkpoint/journal.hpp>
#include <dstream/dstream.hpp>

#include "support/bench.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using Record = std::pair<std::string, std::string>;

struct Directory {
  Directory() : path((std::filesystem::current_path() / "checkpoint-XXXXXX").string()) {
    if (::mkdtemp(path.data()) == nullptr) bench::fail("cannot make " + path);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() { std::filesystem::remove_all(path); }
  std::string path;
};

double seconds(const std::function<void()>& body) {
  const auto begin = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}
double median(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

std::string keyOf(std::size_t i) { return "user-" + std::to_string(10'000'000 + i); }
const std::string value(86, 'v');

/// The last value of each key, in a checkpoint.
struct Job {
  explicit Job(const std::string& directory) : context("local[2]", "bench"), stream(context, 10ms) {
    stream.checkpoint(directory, {.snapshotEvery = 1});
    stream.queueStream(queue)
        | mapWithState(StateSpec::function<std::string>([](const std::string&, std::optional<std::string> given, State<std::string>& state) {
            state.update(*std::move(given));
            return 0;
          })).named("values")
        | foreachRDD([this](const auto& batch) {
            if (!batch.isEmpty()) ++batches;
          });
    stream.addStreamingListener([this](const Event& event) {
      if (const auto* written = event.as<SnapshotWritten>()) snapshotBytes = written->bytes;
    });
  }
  void give(std::size_t from, std::size_t to) {
    std::vector<Record> records;
    for (std::size_t i = from; i < to; ++i) records.emplace_back(keyOf(i), value);
    queue.push(std::move(records));
  }
  BatchQueue<Record> queue;
  std::atomic<int> batches{0};
  std::atomic<std::uint64_t> snapshotBytes{0};
  Context context;
  StreamingContext stream;
};

void wait(const std::function<bool()>& done) {
  for (int i = 0; i < 6000 && !done(); ++i) std::this_thread::sleep_for(10ms);
  if (!done()) bench::fail("the job does not get on");
}

/// A million keys of 13 bytes, each with 87.
double recoverySeconds(std::size_t keys, int rounds, double& megabytes) {
  const Directory directory;
  const std::string path = directory.path + "/c";
  {
    Job job(path);
    job.stream.start();
    job.give(0, keys);
    wait([&] { return job.batches == 1 && job.snapshotBytes > keys; });
    job.stream.stop();
  }
  megabytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(path))
    if (file.path().filename().string().starts_with("snapshot-")) megabytes = std::max(megabytes, static_cast<double>(file.file_size()) / 1e6);
  std::vector<double> times;
  for (int round = 0; round < rounds; ++round) {
    Job job(path);
    times.push_back(seconds([&] { job.stream.start(); }));
    job.stream.stop();
  }
  return median(times);
}

struct Commit {
  double append;
  double sync;
  double bare;
};

/// One BATCH record of so many bytes: put into the file, made durable; and beside it the same bytes by write and fdatasync alone.
Commit commitSeconds(std::size_t bytes, int rounds) {
  const Directory directory;
  Context context("local");
  Files& files = context.world().files();
  files.makePrivateDirectory(directory.path + "/c");
  dstream::detail::CheckpointDirectory listed(files, directory.path + "/c");
  dstream::detail::BasicJournalWriter<> journal(listed, {1, 1}, 7);
  journal.show();
  const auto file = files.open(directory.path + "/bare", Files::Mode::Create);
  const std::string payload(bytes, 'p');
  std::vector<double> append;
  std::vector<double> sync;
  std::vector<double> bare;
  for (int round = 0; round < rounds; ++round) {
    append.push_back(seconds([&] {
      journal.put(dstream::detail::RecordKind::Batch, static_cast<std::uint64_t>(round), payload);
      journal.flush();
    }));
    sync.push_back(seconds([&] { journal.sync(); }));
    bare.push_back(seconds([&] {
      file->append(payload);
      file->sync();
    }));
  }
  return {median(append), median(sync), median(bare)};
}

}  // namespace

int main() {
  std::printf("%s\n", bench::buildLine().c_str());
  bench::Claims claims("checkpoint");

  const std::size_t keys = 1'000'000;
  double megabytes = 0;
  const double recovery = recoverySeconds(keys, bench::quick() ? 3 : 5, megabytes);
  std::printf("  recovery of %zu states, a snapshot of %.0f MB, from the page cache: %.2f s\n", keys, megabytes, recovery);
  claims.add("recovery of 1,000,000 states (100 MB) from the page cache, in s", recovery, bench::atMost(1));

  std::printf("  commit of a batch, in us:  bytes   append    sync   both / bare write and fdatasync\n");
  double small = 0;
  for (const std::size_t bytes : {std::size_t{100}, std::size_t{10'000}, std::size_t{1'000'000}}) {
    const Commit commit = commitSeconds(bytes, bench::quick() ? 50 : 200);
    const double ratio = (commit.append + commit.sync) / commit.bare;
    std::printf("  %31zu %8.1f %8.1f   %.2f (%.1f)\n", bytes, 1e6 * commit.append, 1e6 * commit.sync, ratio, 1e6 * commit.bare);
    if (bytes == 10'000) small = ratio;
  }
  claims.add("commit of a batch that changes 10 kB: time / write and fdatasync of as much", small, bench::atMost(1.25));
  claims.write();
}
