// SPDX-License-Identifier: BSL-1.0
#pragma once
// PostgresProxy: a TCP port before a PostgreSQL server, that knows a COMMIT when it comes by and
// cuts the connection around it.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace support {

/// Where a COMMIT's connection is cut. Late: the client is cut off, the server has not been told
/// yet; it hears COMMIT, or the cut, `lateMilliseconds` later.
enum class Cut { None, Before, InCommit, Behind, BeforeReply, InReply, LateCommit, LateCut };

class PostgresProxy {
 public:
  static constexpr int lateMilliseconds = 30;

  /// `plan(n)`: where to cut at the n-th COMMIT, from 1 on.
  PostgresProxy(std::string server, std::function<Cut(long)> plan)
      : server_(std::move(server)), plan_(std::move(plan)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof own;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&own), sizeof own) != 0
        || ::listen(listener_, 64) != 0
        || ::getsockname(listener_, reinterpret_cast<sockaddr*>(&own), &size) != 0)
      throw std::runtime_error("the proxy cannot listen");
    port_ = ntohs(own.sin_port);
    end_ = ::eventfd(0, EFD_CLOEXEC);
    thread_ = std::thread([this] { run(); });
  }
  PostgresProxy(const PostgresProxy&) = delete;
  PostgresProxy& operator=(const PostgresProxy&) = delete;
  ~PostgresProxy() {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(end_, &one, sizeof one));
    thread_.join();
    ::close(end_);
    ::close(listener_);
  }

  [[nodiscard]] std::string address(const std::string& database) const {
    return "host=127.0.0.1 port=" + std::to_string(port_)
           + " user=postgres sslmode=disable gssencmode=disable dbname=" + database;
  }
  /// From now on nobody gets through: any thread, the plan too.
  void refuse(bool all) { refuses_.store(all); }
  [[nodiscard]] long commits() const { return commits_.load(); }
  [[nodiscard]] long cuts() const { return cuts_.load(); }

 private:
  struct Pair {
    int client;
    int server;
    bool begun = false;        // the message without a type has gone by
    std::string pending = {};  // of the client, not yet a whole message
    Cut cut = Cut::None;       // of the COMMIT whose reply is due
    int late = 0;              // milliseconds until the server hears of it
  };

  void run() {
    for (bool ended = false; !ended;) {
      std::vector<pollfd> asked{{end_, POLLIN, 0}, {listener_, POLLIN, 0}};
      bool waits = false;
      for (const Pair& pair : pairs_) {
        asked.push_back({pair.client, POLLIN, 0});  // -1 is passed over
        asked.push_back({pair.server, POLLIN, 0});
        waits = waits || pair.late > 0;
      }
      ::poll(asked.data(), asked.size(), waits ? 5 : -1);
      ended = asked[0].revents != 0;
      std::size_t at = 2;
      for (auto pair = pairs_.begin(); pair != pairs_.end(); at += 2) {
        const bool stays = pair->late > 0
                               ? wait(*pair)
                               : (asked[at].revents == 0 || fromClient(*pair))
                                     && (asked[at + 1].revents == 0 || fromServer(*pair));
        if (!stays) close(*pair);
        pair = stays ? std::next(pair) : pairs_.erase(pair);
      }
      if (asked[1].revents != 0) take();
    }
    for (Pair& pair : pairs_) close(pair);
  }
  static void close(Pair& pair) {
    if (pair.client >= 0) ::close(pair.client);
    if (pair.server >= 0) ::close(pair.server);
  }
  void take() {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    if (refuses_.load()) {
      ::close(client);
      return;
    }
    const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un there{};
    there.sun_family = AF_UNIX;
    std::strncpy(there.sun_path, server_.c_str(), sizeof there.sun_path - 1);
    if (::connect(server, reinterpret_cast<sockaddr*>(&there), sizeof there) != 0) {
      ::close(server);
      ::close(client);
      return;
    }
    pairs_.push_back({client, server});
  }

  static bool send(int to, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  bool fromClient(Pair& pair) {
    char some[65536];
    const ssize_t got = ::recv(pair.client, some, sizeof some, 0);
    if (got <= 0) return false;
    pair.pending.append(some, static_cast<std::size_t>(got));
    for (;;) {
      const std::size_t head = pair.begun ? 5 : 4;
      if (pair.pending.size() < head) return true;
      std::uint32_t length = 0;
      std::memcpy(&length, pair.pending.data() + head - 4, 4);
      const std::size_t whole = ntohl(length) + head - 4;
      if (pair.pending.size() < whole) return true;
      const std::string message = pair.pending.substr(0, whole);
      pair.pending.erase(0, whole);
      if (pair.begun && message[0] == 'Q' && std::string_view(message).substr(5, 6) == "COMMIT") {
        if (!onCommit(pair, message)) return false;
        if (pair.late > 0) return true;
      } else if (!send(pair.server, message)) {
        return false;
      }
      pair.begun = true;
    }
  }
  bool onCommit(Pair& pair, const std::string& message) {
    pair.cut = plan_(++commits_);
    if (pair.cut != Cut::None) ++cuts_;
    switch (pair.cut) {
      case Cut::Before:
        return false;
      case Cut::InCommit:
        send(pair.server, message.substr(0, message.size() / 2));
        return false;
      case Cut::Behind:
        send(pair.server, message);
        return false;
      case Cut::LateCommit:
      case Cut::LateCut:
        ::close(std::exchange(pair.client, -1));
        pair.pending = message;
        pair.late = lateMilliseconds;
        return true;
      default:
        return send(pair.server, message);
    }
  }
  bool fromServer(Pair& pair) {
    char some[65536];
    const ssize_t got = ::recv(pair.server, some, sizeof some, 0);
    if (got <= 0) return false;
    if (pair.cut == Cut::BeforeReply) return false;
    if (pair.cut == Cut::InReply) {
      send(pair.client, {some, static_cast<std::size_t>(got) / 2});
      return false;
    }
    return send(pair.client, {some, static_cast<std::size_t>(got)});
  }
  static bool wait(Pair& pair) {
    pair.late -= 5;
    if (pair.late > 0) return true;
    if (pair.cut == Cut::LateCommit) send(pair.server, pair.pending);
    return false;
  }

  const std::string server_;
  const std::function<Cut(long)> plan_;
  int listener_ = -1;
  int end_ = -1;
  int port_ = 0;
  std::list<Pair> pairs_;
  std::atomic<long> commits_{0};
  std::atomic<long> cuts_{0};
  std::atomic<bool> refuses_{false};
  std::thread thread_;
};

}  // namespace support
