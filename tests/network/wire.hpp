// SPDX-License-Identifier: BSL-1.0
#pragma once
// Wire: between two network namespaces, with delay and loss. A TUN device at each end and a thread
// between them: no rights are needed but those of a user namespace, and nothing of the kernel but
// TUN.

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>
#include <fstream>
#include <random>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace network {

/// What this machine does not allow.
struct NotAllowed : std::system_error {
  explicit NotAllowed(const char* what) : std::system_error(errno, std::generic_category(), what) {}
};

/// This process, which has one thread, becomes root of a user namespace of its own.
inline void becomeRoot() {
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  if (::unshare(CLONE_NEWUSER) != 0) throw NotAllowed("a user namespace");
  std::ofstream("/proc/self/setgroups") << "deny";
  std::ofstream("/proc/self/uid_map") << "0 " << user << " 1";
  std::ofstream("/proc/self/gid_map") << "0 " << group << " 1";
}

/// A network of its own for this process, with one device, and the cable's end in it.
class Machine {
 public:
  explicit Machine(const char* address) {
    if (::unshare(CLONE_NEWNET) != 0) throw NotAllowed("a network namespace");
    control_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    wire_ = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (control_ < 0 || wire_ < 0) throw NotAllowed("/dev/net/tun");
    ifreq request = named();
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (::ioctl(wire_, TUNSETIFF, &request) != 0) throw NotAllowed("a TUN device");
    sockaddr_in own{};
    own.sin_family = AF_INET;
    ::inet_pton(AF_INET, address, &own.sin_addr);
    request = named();
    std::memcpy(&request.ifr_addr, &own, sizeof own);
    if (::ioctl(control_, SIOCSIFADDR, &request) != 0) throw NotAllowed("an address");
    ::inet_pton(AF_INET, "255.255.255.0", &own.sin_addr);
    request = named();
    std::memcpy(&request.ifr_netmask, &own, sizeof own);
    if (::ioctl(control_, SIOCSIFNETMASK, &request) != 0) throw NotAllowed("a netmask");
    link(true);
  }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  ~Machine() {
    ::close(wire_);
    ::close(control_);
  }

  [[nodiscard]] int wire() const { return wire_; }
  /// As `ip link set … up` and `down`.
  void link(bool up) const {
    ifreq request = named();
    request.ifr_flags = static_cast<short>(up ? IFF_UP | IFF_RUNNING : 0);
    if (::ioctl(control_, SIOCSIFFLAGS, &request) != 0) throw NotAllowed("a link");
  }

 private:
  static ifreq named() {
    ifreq request{};
    std::strncpy(request.ifr_name, "cable", IFNAMSIZ - 1);
    return request;
  }

  int control_ = -1;
  int wire_ = -1;
};

/// Carries packets between two ends, in order, each `delay` later; of a thousand, `loss` never
/// arrive.
class Wire {
  using Steady = std::chrono::steady_clock;

 public:
  Wire(int one, int other, std::chrono::microseconds delay, unsigned loss, std::uint64_t seed)
      : ends_{one, other}, delay_(delay), loss_(loss), random_(seed) {
    end_ = ::eventfd(0, EFD_CLOEXEC);
    thread_ = std::thread([this] { run(); });
  }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  ~Wire() {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(end_, &one, sizeof one));
    thread_.join();
    ::close(end_);
  }

  // relaxed: numbers for whoever looks
  [[nodiscard]] long carried() const { return carried_.load(std::memory_order_relaxed); }
  [[nodiscard]] long lost() const { return lost_.load(std::memory_order_relaxed); }

 private:
  struct Packet {
    Steady::time_point due;
    int to;
    std::string bytes;
  };

  void run() {
    for (;;) {
      int wait = -1;
      if (!underWay_.empty()) {
        const auto left = underWay_.front().due - Steady::now();
        wait = static_cast<int>(
            std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::milliseconds>(left).count()));
      }
      pollfd asked[] = {{end_, POLLIN, 0}, {ends_[0], POLLIN, 0}, {ends_[1], POLLIN, 0}};
      ::poll(asked, 3, wait);
      if (asked[0].revents != 0) return;
      bool some = false;
      for (int i = 0; i < 2; ++i) some = take(i) || some;
      for (; !underWay_.empty() && underWay_.front().due <= Steady::now(); underWay_.pop_front()) {
        const Packet& packet = underWay_.front();
        // An end whose link is down takes none: that is what a pulled cable is.
        static_cast<void>(!::write(ends_[packet.to], packet.bytes.data(), packet.bytes.size()));
      }
      // A device that is down asks for attention all the time.
      if (!some && underWay_.empty()
          && ((asked[1].revents | asked[2].revents) & (POLLERR | POLLHUP)) != 0)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  bool take(int from) {
    bool some = false;
    char bytes[65536];
    for (ssize_t got = 0; (got = ::read(ends_[from], bytes, sizeof bytes)) > 0; some = true) {
      if (random_() % 1000 < loss_) {
        lost_.fetch_add(1, std::memory_order_relaxed);
        continue;
      }
      carried_.fetch_add(1, std::memory_order_relaxed);
      underWay_.push_back(
          {Steady::now() + delay_, 1 - from, std::string(bytes, static_cast<std::size_t>(got))});
    }
    return some;
  }

  const int ends_[2];
  const std::chrono::microseconds delay_;
  const unsigned loss_;
  std::mt19937_64 random_;
  std::deque<Packet> underWay_;
  std::atomic<long> carried_{0};
  std::atomic<long> lost_{0};
  int end_ = -1;
  std::thread thread_;
};

/// A descriptor for another process.
inline void give(int channel, int descriptor) {
  char byte = 0;
  iovec part{&byte, 1};
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = room;
  message.msg_controllen = sizeof room;
  cmsghdr* const head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(head), &descriptor, sizeof(int));
  if (::sendmsg(channel, &message, 0) != 1) throw NotAllowed("handing over a descriptor");
}
/// −1: the other end gave none.
inline int taken(int channel) {
  char byte = 0;
  iovec part{&byte, 1};
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = room;
  message.msg_controllen = sizeof room;
  if (::recvmsg(channel, &message, MSG_CMSG_CLOEXEC) != 1) return -1;
  const cmsghdr* const head = CMSG_FIRSTHDR(&message);
  if (head == nullptr) return -1;
  int descriptor = -1;
  std::memcpy(&descriptor, CMSG_DATA(head), sizeof(int));
  return descriptor;
}

}  // namespace network
