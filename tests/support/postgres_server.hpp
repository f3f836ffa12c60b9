// SPDX-License-Identifier: BSL-1.0
#pragma once
// PostgresServer: a PostgreSQL of this test's own, in a temporary directory, on a Unix socket; as
// root it runs as nobody. It ends with the test, whatever becomes of that, and can be killed with
// all its processes before.

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/temporary_directory.hpp"

namespace support {

class PostgresServer {
  using Arguments = std::vector<std::string>;

 public:
  /// Of the newest version that is installed; empty: none is.
  static std::string programs() {
    namespace fs = std::filesystem;
    std::string found;
    std::error_code none;
    for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", none)) {
      const std::string bin = (version.path() / "bin").string();
      if (fs::exists(bin + "/initdb") && fs::exists(bin + "/postgres")
          && (found.empty() || bin.size() > found.size()
              || (bin.size() == found.size() && bin > found)))
        found = bin;
    }
    const char* const path = std::getenv("PATH");
    std::string left = path != nullptr ? path : "";
    while (found.empty() && !left.empty()) {
      const std::string bin = left.substr(0, left.find(':'));
      left = bin.size() == left.size() ? "" : left.substr(bin.size() + 1);
      if (fs::exists(bin + "/initdb") && fs::exists(bin + "/postgres")) found = bin;
    }
    return found;
  }

  PostgresServer() {
    if (programs_.empty())
      throw std::runtime_error("no PostgreSQL server is installed (Debian: postgresql)");
    if (::geteuid() == 0 && ::chown(directory_.path().c_str(), nobody, nobody) != 0)
      throw std::runtime_error("cannot give a directory away");
    const pid_t made = spawn({programs_ + "/initdb", "-D", data(), "-U", "postgres", "-A", "trust",
                              "-E", "UTF8", "--no-locale", "--no-sync", "--no-instructions"},
                             -1);
    int status = 0;
    ::waitpid(made, &status, 0);
    if (status != 0) throw std::runtime_error("initdb failed");
    start();
  }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;
  ~PostgresServer() {
    if (process_ > 0) kill();
  }

  [[nodiscard]] const std::string& directory() const { return directory_.path(); }
  [[nodiscard]] std::string socket() const { return directory() + "/.s.PGSQL.5432"; }
  [[nodiscard]] std::string address(const std::string& database = "postgres") const {
    return "host=" + directory() + " port=5432 user=postgres dbname=" + database;
  }

  void start() {
    for (int attempt = 0; attempt < 200; ++attempt) {
      if (tryToStart()) return;
      std::this_thread::sleep_for(
          std::chrono::milliseconds(20));  // processes of the one before are still ending
    }
    throw std::runtime_error("the PostgreSQL server does not start");
  }
  /// SIGKILL to each of its processes.
  void kill() {
    if (process_ <= 0) throw std::logic_error("there is no server to be killed");
    std::vector<pid_t> all{process_};
    std::ifstream children("/proc/" + std::to_string(process_) + "/task/" + std::to_string(process_)
                           + "/children");
    for (pid_t child = 0; children >> child;) all.push_back(child);
    for (const pid_t one : all) ::kill(one, SIGKILL);
    ended();
  }

  /// The first column of what a query of the test's own gives, apart from all that is tested.
  [[nodiscard]] std::vector<std::string> rows(const std::string& query,
                                              const std::string& database = "postgres") const {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
        PQconnectdb(address(database).c_str()), &PQfinish);
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(connection.get(), query.c_str()), &PQclear);
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
      throw std::runtime_error(query + ": " + PQerrorMessage(connection.get()));
    std::vector<std::string> rows;
    for (int row = 0; row < PQntuples(result.get()); ++row)
      rows.emplace_back(PQgetvalue(result.get(), row, 0));
    return rows;
  }
  /// An empty database of its own for each who asks.
  std::string newDatabase() {
    const std::string name = "test" + std::to_string(++databases_);
    static_cast<void>(rows("CREATE DATABASE " + name));
    return name;
  }

 private:
  static constexpr unsigned nobody = 65534;

  [[nodiscard]] std::string data() const { return directory() + "/data"; }

  static pid_t spawn(const Arguments& arguments, int errors) {
    std::vector<char*> words;
    for (const std::string& argument : arguments)
      words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("fork failed");
    if (child != 0) return child;
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    ::dup2(null, STDIN_FILENO);
    ::dup2(null, STDOUT_FILENO);
    ::dup2(errors >= 0 ? errors : null, STDERR_FILENO);
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);  // locks and sockets of others
    if (::geteuid() == 0
        && (::setgroups(0, nullptr) != 0 || ::setgid(nobody) != 0 || ::setuid(nobody) != 0))
      ::_exit(126);
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // after setuid, which takes it back
    if (::getppid() != parent || ::chdir("/") != 0) ::_exit(126);
    ::execv(words[0], words.data());
    ::_exit(127);
  }
  bool tryToStart() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
    // fsync=off: what a killed server wrote is in the kernel, whose end is not tested here.
    process_ = spawn({programs_ + "/postgres",
                      "-D",
                      data(),
                      "-k",
                      directory(),
                      "-c",
                      "listen_addresses=",
                      "-c",
                      "fsync=off",
                      "-c",
                      "shared_buffers=16MB",
                      "-c",
                      "max_connections=40",
                      "-c",
                      "max_wal_senders=0",
                      "-c",
                      "wal_level=minimal",
                      "-c",
                      "autovacuum=off",
                      "-c",
                      "log_min_messages=log",
                      "-c",
                      "lc_messages=C"},
                     ends[1]);
    ::close(ends[1]);
    std::string log;
    char some[4096];
    ssize_t got = 0;
    while (log.find("ready to accept connections") == std::string::npos
           && (got = ::read(ends[0], some, sizeof some)) > 0)
      log.append(some, static_cast<std::size_t>(got));
    if (got <= 0) {
      ::close(ends[0]);
      ended();
      return false;
    }
    drain_ = std::thread([end = ends[0]] {
      char thrown[4096];
      while (::read(end, thrown, sizeof thrown) > 0) {
      }
      ::close(end);
    });
    return true;
  }
  void ended() {
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
    if (drain_.joinable()) drain_.join();
  }

  const TemporaryDirectory directory_;
  const std::string programs_ = programs();
  pid_t process_ = 0;
  std::thread drain_;
  int databases_ = 0;
};

}  // namespace support
