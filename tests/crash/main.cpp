// SPDX-License-Identifier: BSL-1.0
// crash WORD_COUNTS --kills N [--seed S]: feeds word_counts with files, kills it N times (SIGKILL) at random moments and counts what was lost and what was doubled.
// A killed process leaves its writes in the page cache: this shows that every order of writes is right, and nothing of syncs, which tests/simulate does.

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/temporary_directory.hpp"

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Counts = std::map<std::string, long>;

class Child {
 public:
  Child(const std::string& program, const std::string& directory, const std::string& sink) {
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("fork failed");
    if (pid_ != 0) return;
    ::execl(program.c_str(), program.c_str(), directory.c_str(), sink.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { static_cast<void>(end(SIGKILL)); }

  /// Waits until the signal is a request, no longer an end, or the process has ended.
  void untilItHandles(int signal) const {
    for (std::ifstream status;; std::this_thread::sleep_for(10ms)) {
      status = std::ifstream("/proc/" + std::to_string(pid_) + "/status");
      std::string line;
      while (std::getline(status, line) && !line.starts_with("SigCgt:"))
        if (line.starts_with("State:") && line.find('Z') != std::string::npos) return;
      if (line.empty() || (std::stoull(line.substr(7), nullptr, 16) >> (signal - 1) & 1) != 0) return;
    }
  }

  /// Whether it had lived until then.
  bool end(int signal) {
    if (pid_ <= 0) return true;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = 0;
      std::cerr << "word_counts ended by itself: " << (WIFEXITED(status) ? "status " : "signal ") << (WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status)) << '\n';
      return false;
    }
    ::kill(pid_, signal);
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return signal == SIGKILL || (WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }

 private:
  pid_t pid_ = 0;
};

/// Lines of "(word,count)".
Counts ofFiles(const fs::path& out, const std::string& prefix, bool last) {
  std::map<std::string, Counts> batches;  // by time: names are of one length
  if (!fs::exists(out)) return {};
  for (const auto& directory : fs::directory_iterator(out)) {
    const std::string name = directory.path().filename();
    if (!name.starts_with(prefix)) continue;
    for (const auto& part : fs::directory_iterator(directory.path())) {
      if (!part.path().filename().string().starts_with("part-")) continue;
      std::ifstream file(part.path());
      for (std::string line; std::getline(file, line);) batches[name][line.substr(1, line.rfind(',') - 1)] += std::stol(line.substr(line.rfind(',') + 1));
    }
  }
  Counts counts;
  for (const auto& [name, batch] : batches)
    for (const auto& [word, n] : batch) last ? counts[word] = n : counts[word] += n;
  return counts;
}
Counts ofDatabase(const fs::path& path, const std::string& table) {
  Counts counts;
  sqlite3* database = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK) {
    sqlite3_busy_timeout(database, 5000);
    const std::string query = "SELECT word, sum(n) FROM " + table + " GROUP BY word";
    if (sqlite3_prepare_v2(database, query.c_str(), -1, &statement, nullptr) == SQLITE_OK)
      while (sqlite3_step(statement) == SQLITE_ROW) counts[reinterpret_cast<const char*>(sqlite3_column_text(statement, 0))] = sqlite3_column_int64(statement, 1);
  }
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return counts;
}

struct Result {
  long lost = 0;
  long doubled = 0;
  bool died = false;
};

Result compare(const Counts& fed, const Counts& found) {
  Result result;
  Counts difference = fed;
  for (const auto& [word, n] : found) difference[word] -= n;
  for (const auto& [word, n] : difference) n > 0 ? result.lost += n : result.doubled -= n;
  return result;
}

class Job {
 public:
  Job(std::string program, std::string sink, std::uint64_t seed) : program_(std::move(program)), sink_(std::move(sink)), random_(seed) { fs::create_directories(directory_ / "in"); }

  Result run(long kills) {
    for (long killed = 0; killed < kills; ++killed) {
      Child child(program_, directory_, sink_);
      if (killed == 0) waitFor([&] { return fs::exists(directory_ / "checkpoint" / "journal-1-1.log"); });  // files older than the job are none of its
      const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(below(killed % 4 == 3 ? 15'000 : 90'000));
      while (std::chrono::steady_clock::now() < until) {
        feed();
        std::this_thread::sleep_for(std::chrono::microseconds(below(8'000)));
      }
      if (!child.end(SIGKILL)) return {0, 0, true};
    }
    Child last(program_, directory_, sink_);
    waitFor([&] { return found(false) == fed_ && found(true) == fed_; });
    Result result = compare(fed_, found(false));
    const Result sums = compare(fed_, found(true));
    result.lost += sums.lost;
    result.doubled += sums.doubled;
    last.untilItHandles(SIGTERM);
    result.died = !last.end(SIGTERM);
    return result;
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  template <class Condition>
  static void waitFor(const Condition& condition) {
    for (int i = 0; i < 1000 && !condition(); ++i) std::this_thread::sleep_for(10ms);
  }
  void feed() {
    const std::string name = std::to_string(++files_);
    {
      std::ofstream file(directory_ / "in" / ("." + name));
      for (std::uint64_t left = 1 + below(20); left != 0; --left) {
        const std::string word = "w" + std::to_string(below(50));
        file << word << '\n';
        ++fed_[word];
      }
    }
    fs::rename(directory_ / "in" / ("." + name), directory_ / "in" / name);
  }
  [[nodiscard]] Counts found(bool sums) const {
    const std::string name = sums ? "sums" : "words";
    return sink_ == "files" ? ofFiles(directory_ / "out", name + "-", sums) : ofDatabase(directory_ / "db", name);
  }

  const support::TemporaryDirectory temporary_;
  const fs::path directory_ = temporary_.path();
  const std::string program_;
  const std::string sink_;
  std::mt19937_64 random_;
  long files_ = 0;
  Counts fed_;
};

}  // namespace

int main(int argc, char* argv[]) try {
  long kills = 100;
  std::uint64_t seed = std::random_device()();
  for (int i = 2; i + 1 < argc; i += 2) {
    const std::string_view option = argv[i];
    if (option == "--kills") {
      kills = std::stol(argv[i + 1]);
    } else if (option == "--seed") {
      seed = std::stoull(argv[i + 1]);
    } else {
      throw std::invalid_argument("crash WORD_COUNTS --kills N [--seed S]");
    }
  }
  if (argc < 2) throw std::invalid_argument("crash WORD_COUNTS --kills N [--seed S]");
  std::cout << "seed=" << seed << '\n';
  long lost = 0;
  long doubled = 0;
  bool died = false;
  for (const char* sink : {"files", "sqlite"}) {
    const long share = std::string_view(sink) == "files" ? kills / 2 : kills - kills / 2;
    const Result result = Job(argv[1], sink, seed).run(share);
    std::cout << sink << ": kills=" << share << " lost=" << result.lost << " doubled=" << result.doubled << (result.died ? " and a process that failed" : "") << '\n';
    lost += result.lost;
    doubled += result.doubled;
    died = died || result.died;
  }
  std::cout << "kills=" << kills << " lost=" << lost << " doubled=" << doubled << '\n';
  return lost == 0 && doubled == 0 && !died ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
