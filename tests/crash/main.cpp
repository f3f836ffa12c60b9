// SPDX-License-Identifier: BSL-1.0
// crash WORD_COUNTS [--kills N] [--server-kills N] [--cuts N] [--seed S]: feeds word_counts, by files or as a resumable sender whose connections break, and counts what
// was lost and what was doubled, while it is killed (SIGKILL) N times at random moments, its output files, SQLite or PostgreSQL; while the PostgreSQL server is killed;
// and while the connection to it is cut around COMMIT.
// A killed process leaves its writes in the page cache: this shows that every order of writes is right, and nothing of syncs, which tests/simulate does.

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "crash/sender.hpp"
#include "support/postgres_proxy.hpp"
#include "support/postgres_server.hpp"
#include "support/temporary_directory.hpp"

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Counts = std::map<std::string, long>;

class Child {
 public:
  Child(const std::string& program, const std::string& directory, const std::string& source, const std::string& sink) {
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("fork failed");
    if (pid_ != 0) return;
    ::execl(program.c_str(), program.c_str(), directory.c_str(), source.c_str(), sink.c_str(), static_cast<char*>(nullptr));
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

Counts ofServer(const support::PostgresServer& server, const std::string& database, const std::string& table) {
  Counts counts;
  for (const std::string& row : server.rows("SELECT word || ' ' || sum(n) FROM " + table + " GROUP BY word", database)) counts[row.substr(0, row.find(' '))] = std::stol(row.substr(row.find(' ')));
  return counts;
}

struct Result {
  long lost = 0;
  long doubled = 0;
  std::string trouble;  // besides
};

Result compare(const Counts& fed, const Counts& found) {
  Result result;
  Counts difference = fed;
  for (const auto& [word, n] : found) difference[word] -= n;
  for (const auto& [word, n] : difference) n > 0 ? result.lost += n : result.doubled -= n;
  return result;
}

/// How words come to word_counts.
class Source {
 public:
  virtual ~Source() = default;
  [[nodiscard]] virtual std::string argument() const = 0;
  virtual void feed(const std::string& lines) = 0;
  /// What the program did, or did not do, that is no loss.
  [[nodiscard]] virtual std::string trouble() { return {}; }
};

class Files final : public Source {
 public:
  explicit Files(fs::path in) : in_(std::move(in)) { fs::create_directories(in_); }
  [[nodiscard]] std::string argument() const override { return "files"; }
  void feed(const std::string& lines) override {
    const std::string name = std::to_string(++count_);
    std::ofstream(in_ / ("." + name)) << lines;
    fs::rename(in_ / ("." + name), in_ / name);
  }

 private:
  const fs::path in_;
  long count_ = 0;
};

/// A resumable sender that breaks its connection once in a while. `kind`: with or without a receive log.
class Socket final : public Source {
 public:
  Socket(std::string kind, std::uint64_t seed) : kind_(std::move(kind)), random_(seed), sender_(seed) {}
  [[nodiscard]] std::string argument() const override { return kind_ + ":" + std::to_string(sender_.port()); }
  void feed(const std::string& lines) override {
    sender_.add(lines);
    if (random_() % 16 == 0) sender_.reset();
  }
  [[nodiscard]] std::string trouble() override {
    for (int i = 0; i < 1500 && sender_.kept() != 0; ++i) std::this_thread::sleep_for(10ms);
    if (sender_.kept() != 0 && sender_.complaint().empty()) return "the sender was not told that it may forget its last " + std::to_string(sender_.kept()) + " bytes";
    return sender_.complaint();
  }

 private:
  const std::string kind_;
  std::mt19937_64 random_;
  crash::Sender sender_;
};

/// Where word_counts writes, and what is found there: of the words as they came, or of the sums so far.
struct Sink {
  std::string argument;
  std::function<Counts(const fs::path& directory, bool sums)> found;
};

class Job {
 public:
  Job(std::string program, const std::string& source, Sink sink, std::uint64_t seed) : program_(std::move(program)), sink_(std::move(sink)), random_(seed) {
    if (source == "files") source_ = std::make_unique<Files>(directory_ / "in");
    else source_ = std::make_unique<Socket>(source, seed);
  }

  /// Killed so many times.
  Result kill(long kills) {
    for (long killed = 0; killed < kills; ++killed) {
      Child child = start();
      if (killed == 0) untilBegun();
      feedFor(std::chrono::microseconds(below(killed % 4 == 3 ? 15'000 : 90'000)));
      if (!child.end(SIGKILL)) return {0, 0, "the program failed"};
    }
    Child last = start();
    return conclude(last);
  }
  /// It lives on, while `trouble()` comes between, until that says false.
  Result live(const std::function<bool()>& trouble) {
    Child child = start();
    untilBegun();
    do feedFor(std::chrono::microseconds(below(40'000)));
    while (trouble());
    return conclude(child);
  }
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

 private:
  [[nodiscard]] Child start() const { return {program_, directory_, source_->argument(), sink_.argument}; }
  template <class Condition>
  static void waitFor(const Condition& condition) {
    for (int i = 0; i < 1500 && !condition(); ++i) std::this_thread::sleep_for(10ms);
  }
  /// Files older than the job are none of its.
  void untilBegun() const {
    waitFor([&] { return fs::exists(directory_ / "checkpoint" / "journal-1-1.log"); });
  }
  void feedFor(std::chrono::microseconds time) {
    const auto until = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < until) {
      feed();
      std::this_thread::sleep_for(std::chrono::microseconds(below(8'000)));
    }
  }
  void feed() {
    std::string lines;
    for (std::uint64_t left = 1 + below(20); left != 0; --left) {
      const std::string word = "w" + std::to_string(below(50));
      lines += word + '\n';
      ++fed_[word];
    }
    source_->feed(lines);
  }
  Result conclude(Child& child) {
    // As long as more appears it is only late.
    Counts words = sink_.found(directory_, false);
    for (int still = 0; still < 300 && (words != fed_ || sink_.found(directory_, true) != fed_); ++still) {
      std::this_thread::sleep_for(50ms);
      Counts now = sink_.found(directory_, false);
      if (now != words) still = 0;
      words = std::move(now);
    }
    Result result = compare(fed_, words);
    const Result sums = compare(fed_, sink_.found(directory_, true));
    result.lost += sums.lost;
    result.doubled += sums.doubled;
    result.trouble = source_->trouble();
    child.untilItHandles(SIGTERM);
    if (!child.end(SIGTERM)) result.trouble = "the program failed";
    return result;
  }

  const support::TemporaryDirectory temporary_;
  const fs::path directory_ = temporary_.path();
  const std::string program_;
  const Sink sink_;
  std::unique_ptr<Source> source_;
  std::mt19937_64 random_;
  Counts fed_;
};

/// All that was asked for, one after another.
class Crashes {
 public:
  Crashes(std::string program, std::uint64_t seed) : program_(std::move(program)), seed_(seed) {}

  void kills(long kills) {
    const auto name = [](bool sums) { return std::string(sums ? "sums" : "words"); };
    const std::function<Sink()> sinks[] = {[=] { return Sink{"files", [=](const fs::path& directory, bool sums) { return ofFiles(directory / "out", name(sums) + "-", sums); }}; },
                                           [=] { return Sink{"sqlite", [=](const fs::path& directory, bool sums) { return ofDatabase(directory / "db", name(sums)); }}; },
                                           [this] { return postgres(); }};
    static constexpr const char* into[] = {"files", "sqlite", "postgres"};
    shared(kills, 9, [&](long i, long share) {
      const std::string source = std::array{"files", "socket", "log"}[static_cast<std::size_t>(i / 3)];
      tell(source + " into " + into[i % 3], "kills", share, Job(program_, source, sinks[i % 3](), seed_).kill(share));
    });
  }
  void serverKills(long kills) {
    shared(kills, 2, [&](long i, long share) {
      const std::string source = i == 0 ? "files" : "socket";
      Job job(program_, source, postgres(), seed_);
      tell(source + " into postgres", "server-kills", share, job.live([&, left = share]() mutable {
        if (left-- <= 0) return false;
        server().kill();
        std::this_thread::sleep_for(std::chrono::microseconds(job.below(60'000)));
        server().start();
        return true;
      }));
    });
  }
  void cuts(long cuts) {
    static constexpr support::Cut all[] = {support::Cut::Before, support::Cut::InCommit, support::Cut::Behind, support::Cut::BeforeReply,
                                           support::Cut::InReply, support::Cut::LateCommit, support::Cut::LateCut};
    shared(cuts, 2, [&](long i, long share) {
      std::mt19937_64 random(seed_);
      const std::string source = i == 0 ? "files" : "socket";
      const std::string database = newDatabase();
      // The first COMMIT is the claim's; and after the last cut the job is left alone.
      support::PostgresProxy proxy(server().socket(), [&, made = 0L](long n) mutable {
        const std::uint64_t drawn = random();
        return n < 2 || made >= share || drawn % 4 == 0 ? support::Cut::None : (++made, all[drawn / 4 % 7]);
      });
      Job job(program_, source, postgres(database, proxy.address(database)), seed_);
      tell(source + " into postgres", "cuts", share, job.live([&] { return proxy.cuts() < share; }));
    });
  }

  [[nodiscard]] const Result& total() const { return total_; }

 private:
  support::PostgresServer& server() {
    if (!server_) server_.emplace();
    return *server_;
  }
  std::string newDatabase() {
    const std::string database = server().newDatabase();
    static_cast<void>(server().rows("CREATE TABLE sums(word text PRIMARY KEY, n bigint); CREATE TABLE words(word text, n bigint)", database));
    return database;
  }
  Sink postgres() {
    const std::string database = newDatabase();
    return postgres(database, server().address(database));
  }
  Sink postgres(const std::string& database, const std::string& address) {
    return {address, [this, database](const fs::path&, bool sums) { return ofServer(server(), database, sums ? "sums" : "words"); }};
  }
  void tell(const std::string& pair, const std::string& what, long count, const Result& result) {
    std::cout << pair << ": " << what << '=' << count << " lost=" << result.lost << " doubled=" << result.doubled << (result.trouble.empty() ? "" : ", and ") << result.trouble << std::endl;
    total_.lost += result.lost;
    total_.doubled += result.doubled;
    total_.trouble += result.trouble;
  }
  /// `count` evenly among `many`.
  static void shared(long count, long many, const std::function<void(long i, long share)>& each) {
    for (long i = 0; i < many; ++i)
      if (const long share = count * (i + 1) / many - count * i / many; share != 0) each(i, share);
  }

  const std::string program_;
  const std::uint64_t seed_;
  std::optional<support::PostgresServer> server_;
  Result total_;
};

}  // namespace

int main(int argc, char* argv[]) try {
  static constexpr const char* usage = "crash WORD_COUNTS [--kills N] [--server-kills N] [--cuts N] [--seed S]";
  std::optional<long> kills;
  long serverKills = 0;
  long cuts = 0;
  std::uint64_t seed = std::random_device()();
  if (argc < 2 || argc % 2 != 0) throw std::invalid_argument(usage);
  for (int i = 2; i < argc; i += 2) {
    const std::string_view option = argv[i];
    if (option == "--kills") {
      kills = std::stol(argv[i + 1]);
    } else if (option == "--server-kills") {
      serverKills = std::stol(argv[i + 1]);
    } else if (option == "--cuts") {
      cuts = std::stol(argv[i + 1]);
    } else if (option == "--seed") {
      seed = std::stoull(argv[i + 1]);
    } else {
      throw std::invalid_argument(usage);
    }
  }
  if (!kills) kills = serverKills == 0 && cuts == 0 ? 200 : 0;
  std::cout << "seed=" << seed << std::endl;
  Crashes crashes(argv[1], seed);
  if (*kills != 0) crashes.kills(*kills);
  if (serverKills != 0) crashes.serverKills(serverKills);
  if (cuts != 0) crashes.cuts(cuts);
  const Result& total = crashes.total();
  std::cout << "kills=" << *kills + serverKills << " lost=" << total.lost << " doubled=" << total.doubled << '\n';
  return total.lost == 0 && total.doubled == 0 && total.trouble.empty() ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
