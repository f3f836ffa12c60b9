// SPDX-License-Identifier: BSL-1.0
// The receive log beside its two parts: the same connection without it, and a plain loop that appends as many bytes and syncs as often.

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/dstream.hpp>

#include "socket/loopback.hpp"
#include "support/bench.hpp"
#include "support/text.hpp"

namespace {

std::atomic<std::uint64_t> syncs{0};

}  // namespace

/// The library's syncs of its log, counted; those of its journal are not the log's.
extern "C" int fdatasync(int file) {
  char path[4096];
  const ssize_t size = ::readlink(("/proc/self/fd/" + std::to_string(file)).c_str(), path, sizeof path);
  if (size > 0 && std::string_view(path, static_cast<std::size_t>(size)).find("/received/") != std::string_view::npos) ++syncs;
  return static_cast<int>(::syscall(SYS_fdatasync, file));
}

namespace {

using namespace dstream;
using namespace std::chrono_literals;

constexpr std::size_t pieceBytes = std::size_t{256} << 10;

struct Directory {
  Directory() : path((std::filesystem::current_path() / "receive-log-XXXXXX").string()) {
    if (::mkdtemp(path.data()) == nullptr) bench::fail("cannot make " + path);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() { std::filesystem::remove_all(path); }
  std::string path;
};

double since(std::chrono::steady_clock::time_point begin) { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); }

/// Seconds until all lines were in batches. log: under a checkpoint, by way of a log.
double receive(std::uint16_t port, bool log, std::int64_t& lines) {
  const Directory directory;
  Context context{"local", "bench of the receive log"};
  StreamingContext stream{context, 20ms};
  if (log) stream.checkpoint(directory.path + "/checkpoint");
  lines = 0;
  const auto begin = std::chrono::steady_clock::now();
  {
    auto received = stream.socketTextStream("127.0.0.1", port, {.onEnd = EndOfStream::Finish, .logBytes = log ? std::uint64_t{1} << 30 : 0});
    if (log) received = received.named("in");
    received | foreachRDD([&lines](auto batch) { lines += (batch | count() | value()); });
  }
  stream.start();
  stream.awaitTermination();
  return since(begin);
}

/// Seconds for as many bytes in pieces of the library's, with as many syncs as the log had, in files of 16 MiB, of which all but the last two are removed, as the log
/// removes what is settled: blocks of a disk that are used again are quicker than new ones.
double append(std::uint64_t bytes, std::uint64_t times) {
  const Directory directory;
  const std::string piece(pieceBytes, 'x');
  const std::uint64_t every = std::max<std::uint64_t>(bytes / std::max<std::uint64_t>(times, 1), 1);
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::string> paths;
  int file = -1;
  std::uint64_t inFile = 0;
  std::uint64_t due = every;
  for (std::uint64_t done = 0; done < bytes;) {
    if (file < 0 || inFile >= std::uint64_t{16} << 20) {
      if (file >= 0) ::close(file);
      if (paths.size() >= 2) ::unlink(paths[paths.size() - 2].c_str());
      paths.push_back(directory.path + "/" + std::to_string(done));
      file = ::open(paths.back().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0600);
      inFile = 0;
    }
    if (::write(file, piece.data(), piece.size()) != static_cast<ssize_t>(piece.size())) bench::fail("cannot write");
    done += piece.size();
    inFile += piece.size();
    for (; due <= done; due += every) ::fdatasync(file);
  }
  ::close(file);
  return since(begin);
}

double median(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

}  // namespace

int main() {
  const std::string book = bench::book();
  const int copies = bench::quick() ? 40 : 300;
  const std::uint64_t bytes = book.size() * static_cast<std::uint64_t>(copies);
  const bench::Sender sender(book, copies);
  std::vector<double> alone, logged, bare;
  std::uint64_t times = 0;
  std::int64_t expected = 0;
  receive(sender.port(), false, expected);
  for (int round = 0; round < (bench::quick() ? 3 : 7); ++round) {
    std::int64_t lines = 0;
    alone.push_back(receive(sender.port(), false, lines));
    if (lines != expected) bench::fail("lines are lost");
    const std::uint64_t before = syncs;
    logged.push_back(receive(sender.port(), true, lines));
    times = syncs - before;
    if (lines != expected) bench::fail("lines are lost by way of the log");
    bare.push_back(append(bytes, times));
  }
  const double gigabytes = static_cast<double>(bytes) / 1e9;
  std::printf("receive log, %.0f MB over the loopback, batches of 20 ms, %llu syncs\n", gigabytes * 1000, static_cast<unsigned long long>(times));
  std::printf("  socket alone %.2f GB/s, append with as many syncs %.2f, socket with log %.2f\n", gigabytes / median(alone), gigabytes / median(bare), gigabytes / median(logged));
  bench::Claims claims("receive_log");
  claims.add("socket with a receive log: speed / the lower of the socket alone and a bare append with as many syncs", std::max(median(alone), median(bare)) / median(logged), bench::atLeast(0.75));
  claims.write();
}
