// SPDX-License-Identifier: BSL-1.0
#pragma once
// Sender: over TCP, with one text that grows; it goes on where it is told, and keeps no byte that
// it was allowed to forget.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace crash {

/// Serves one receiver at a time, the one that connected last, in pieces of random lengths.
/// **threads** any.
class Sender {
 public:
  explicit Sender(std::uint64_t seed, in_addr_t address = INADDR_LOOPBACK, std::uint16_t port = 0)
      : random_(seed) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(address);
    own.sin_port = htons(port);
    socklen_t size = sizeof own;
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&own), sizeof own) != 0
        || ::listen(listener_, 64) != 0
        || ::getsockname(listener_, reinterpret_cast<sockaddr*>(&own), &size) != 0)
      throw std::runtime_error("the sender cannot listen");
    port_ = ntohs(own.sin_port);
    wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    thread_ = std::thread([this] { run(); });
  }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  ~Sender() {
    {
      const std::lock_guard lock(mutex_);
      ends_ = true;
    }
    wake();
    thread_.join();
    hangUp();
    ::close(wake_);
    ::close(listener_);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  void add(std::string_view bytes) {
    {
      const std::lock_guard lock(mutex_);
      kept_ += bytes;
    }
    wake();
  }
  /// Breaks the connection, if there is one, with a reset: what is under way is lost.
  void reset() {
    {
      const std::lock_guard lock(mutex_);
      resets_ = true;
    }
    wake();
  }
  /// Bytes that it may not forget yet.
  [[nodiscard]] std::size_t kept() {
    const std::lock_guard lock(mutex_);
    return kept_.size();
  }
  /// What it was asked for that no receiver may ask: the first time. Empty: nothing.
  [[nodiscard]] std::string complaint() {
    const std::lock_guard lock(mutex_);
    return complaint_;
  }

 private:
  void wake() const {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(wake_, &one, sizeof one));
  }

  void run() {
    for (;;) {
      const bool more = connection_ >= 0 && greeted_ && sendSome();
      pollfd asked[] = {{wake_, POLLIN, 0},
                        {listener_, POLLIN, 0},
                        {connection_, static_cast<short>(POLLIN | (more ? POLLOUT : 0)), 0}};
      ::poll(asked, 3, -1);
      if (asked[0].revents != 0) {
        std::uint64_t count = 0;
        static_cast<void>(!::read(wake_, &count, sizeof count));
        const std::lock_guard lock(mutex_);
        if (ends_) return;
        if (std::exchange(resets_, false)) hangUp();
      }
      if (connection_ >= 0 && (asked[2].revents & ~POLLOUT) != 0 && !listen()) hangUp();
      if (asked[1].revents != 0) take();
    }
  }
  void take() {
    const int fresh = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fresh < 0) return;
    hangUp();
    connection_ = fresh;
    greeted_ = false;
    said_.clear();
  }
  void hangUp() {
    if (connection_ < 0) return;
    const linger atOnce{1, 0};
    ::setsockopt(connection_, SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
    ::close(std::exchange(connection_, -1));
  }

  /// To the numbers of the receiver: the first is where to go on, each later one what may be
  /// forgotten. False: hang up.
  bool listen() {
    char some[4096];
    const ssize_t got = ::recv(connection_, some, sizeof some, 0);
    if (got <= 0) return false;
    said_.append(some, static_cast<std::size_t>(got));
    for (std::size_t end = 0; (end = said_.find('\n')) != std::string::npos;
         said_.erase(0, end + 1)) {
      const std::uint64_t number = std::stoull(said_.substr(0, end));
      const std::lock_guard lock(mutex_);
      if (number > forgotten_ + kept_.size())
        return complain("byte " + std::to_string(number) + ", and it has sent no more than "
                        + std::to_string(forgotten_ + kept_.size()));
      if (!greeted_) {
        if (number < forgotten_)
          return complain("byte " + std::to_string(number) + ", and it was allowed to forget up to "
                          + std::to_string(forgotten_));
        const std::string answer = said_.substr(0, end + 1);
        if (::send(connection_, answer.data(), answer.size(), MSG_NOSIGNAL)
            != static_cast<ssize_t>(answer.size()))
          return false;
        greeted_ = true;
        at_ = number;
      } else if (number > forgotten_) {
        kept_.erase(0, number - forgotten_);
        forgotten_ = number;
      }
    }
    return true;
  }
  bool complain(const std::string& what) {
    if (complaint_.empty()) complaint_ = "the sender was asked for " + what;
    return false;
  }
  /// Until the kernel takes no more. Whether there is more.
  bool sendSome() {
    const std::lock_guard lock(mutex_);
    while (at_ < forgotten_ + kept_.size()) {
      const std::size_t from = at_ - forgotten_;
      const std::size_t piece = std::min<std::size_t>(
          kept_.size() - from, 1 + random_() % (std::uint64_t{1} << random_() % 14));
      const ssize_t sent = ::send(connection_, kept_.data() + from, piece, MSG_NOSIGNAL);
      if (sent <= 0) return true;
      at_ += static_cast<std::uint64_t>(sent);
    }
    return false;
  }

  int listener_ = -1;
  int wake_ = -1;
  std::uint16_t port_ = 0;

  // the thread's
  std::mt19937_64 random_;
  int connection_ = -1;
  bool greeted_ = false;
  std::uint64_t at_ = 0;
  std::string said_;

  std::mutex mutex_;
  std::string kept_;
  std::uint64_t forgotten_ = 0;
  std::string complaint_;
  bool resets_ = false;
  bool ends_ = false;

  std::thread thread_;
};

}  // namespace crash
