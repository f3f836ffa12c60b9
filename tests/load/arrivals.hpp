// SPDX-License-Identifier: BSL-1.0
#pragma once
// Arrivals: a process that sends lines to who connects, each line at a time of its own, whether or
// not the reader keeps up.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace load {

using Steady = std::chrono::steady_clock;

/// So long so many bytes a second are due; 0: as many as are taken.
struct Phase {
  std::chrono::nanoseconds length;
  double bytesPerSecond = 0;
};

/// A line: when it was due, on the steady clock, in ns; its number, from 0 on; dots.
struct Line {
  static constexpr std::size_t bytes = 100;
  std::int64_t due = 0;
  std::uint64_t number = 0;

  static Line of(std::string_view text) {
    Line line;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), line.due);
    if (error != std::errc{} || end == text.data() + text.size()
        || std::from_chars(end + 1, text.data() + text.size(), line.number).ec != std::errc{})
      throw std::runtime_error("no line of the sender's: " + std::string(text));
    return line;
  }
  void appendTo(std::string& text) const {
    const std::size_t begin = text.size();
    text.append(bytes, '.');
    char* const end = std::to_chars(text.data() + begin, text.data() + text.size(), due).ptr;
    *end = ' ';
    *std::to_chars(end + 1, text.data() + text.size(), number).ptr = ' ';
    text.back() = '\n';
  }
};

/// An open loop: a late line is sent late and counts from when it was due, so nothing is omitted. A
/// process of its own, so that neither its memory nor its time are the reader's; to be made while
/// this one has one thread. `resumable`: it answers who asks for byte 0.
class Arrivals {
 public:
  explicit Arrivals(std::vector<Phase> phases, bool resumable = false)
      : phases_(std::move(phases)), resumable_(resumable) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof own;
    int ends[2];
    if (::bind(listener, reinterpret_cast<sockaddr*>(&own), sizeof own) != 0
        || ::listen(listener, 1) != 0
        || ::getsockname(listener, reinterpret_cast<sockaddr*>(&own), &size) != 0
        || ::pipe(ends) != 0)
      throw std::runtime_error("the sender cannot listen");
    port_ = ntohs(own.sin_port);
    const pid_t parent = ::getpid();
    child_ = ::fork();
    if (child_ < 0) throw std::runtime_error("fork failed");
    if (child_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(1);
      const std::uint64_t lines = send(::accept(listener, nullptr, nullptr));
      ::_exit(::write(ends[1], &lines, sizeof lines) == sizeof lines ? 0 : 1);
    }
    ::close(listener);
    ::close(ends[1]);
    answer_ = ends[0];
  }
  Arrivals(const Arrivals&) = delete;
  Arrivals& operator=(const Arrivals&) = delete;
  ~Arrivals() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    ::close(answer_);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// How many lines it has sent: all of its phases, then it has closed the connection.
  [[nodiscard]] std::uint64_t lines() const {
    std::uint64_t lines = 0;
    if (::read(answer_, &lines, sizeof lines) != sizeof lines)
      throw std::runtime_error("the sender did not come to its end");
    return lines;
  }

 private:
  static constexpr std::chrono::nanoseconds slot = std::chrono::milliseconds(1);

  std::uint64_t send(int connection) const {
    if (resumable_ && !greet(connection)) ::_exit(1);
    std::uint64_t number = 0;
    std::string text;
    auto due = Steady::now();
    for (const Phase& phase : phases_) {
      const auto end = due + phase.length;
      double owed = 0;
      for (; due < end; due += slot) {
        const bool push = phase.bytesPerSecond == 0;
        owed += push ? 65'536 : phase.bytesPerSecond * std::chrono::duration<double>(slot).count();
        text.clear();
        for (; owed >= Line::bytes; owed -= Line::bytes) Line{ns(due), number++}.appendTo(text);
        if (!push) std::this_thread::sleep_until(due);
        if (!sendAll(connection, text)) ::_exit(1);
        if (push) due = Steady::now();
      }
    }
    ::shutdown(connection, SHUT_WR);
    char some[4096];
    while (::recv(connection, some, sizeof some, 0) > 0) {
    }
    return number;
  }
  static std::int64_t ns(Steady::time_point time) { return time.time_since_epoch().count(); }
  static bool greet(int connection) {
    char asked[2];
    return ::recv(connection, asked, 2, MSG_WAITALL) == 2 && asked[0] == '0' && asked[1] == '\n'
           && sendAll(connection, "0\n");
  }
  static bool sendAll(int connection, std::string_view bytes) {
    char settled[4096];
    while (::recv(connection, settled, sizeof settled, MSG_DONTWAIT) > 0) {
    }
    while (!bytes.empty()) {
      const ssize_t sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  const std::vector<Phase> phases_;
  const bool resumable_;
  std::uint16_t port_ = 0;
  pid_t child_ = 0;
  int answer_ = -1;
};

}  // namespace load
