// SPDX-License-Identifier: BSL-1.0
// text_server: a TCP server for the examples. --file serves a file to whoever connects, with
// --resumable from the byte on that the client asks for; --console sends each line typed to the
// client that waits, without a line end, and closes its connection.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "options.hpp"

namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// The system call again until no signal interrupts it.
template <class Call>
auto untilDone(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  bool isOpen() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// --- sockets
// --------------------------------------------------------------------------------------

Descriptor listenOn(std::uint16_t port) {
  Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!listener.isOpen()) fail("cannot make a socket");
  const int on = 1;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(listener.get(), generic, size) != 0 || ::listen(listener.get(), SOMAXCONN) != 0)
    fail("cannot listen on 127.0.0.1:" + std::to_string(port));
  if (::getsockname(listener.get(), generic, &size) != 0) fail("cannot tell the port");
  std::cout << "listening on 127.0.0.1:" << ntohs(address.sin_port) << std::endl;
  return listener;
}

/// The next client that is still there.
Descriptor acceptOn(const Descriptor& listener) {
  while (true) {
    Descriptor client(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (client.isOpen()) {
      const int on = 1;
      ::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return client;
    }
    if (errno != EINTR && errno != ECONNABORTED) fail("cannot accept a client");
  }
}

/// False when the client is gone.
bool sendAll(const Descriptor& client, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent =
        untilDone([&] { return ::send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); });
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// Reads and forgets what the client says; false when it has closed. With MSG_DONTWAIT only what is
/// there.
bool isThere(const Descriptor& client, int flags = MSG_DONTWAIT) {
  std::array<char, 4096> ignored;
  ssize_t got = 0;
  do {
    got = untilDone([&] { return ::recv(client.get(), ignored.data(), ignored.size(), flags); });
  } while (got > 0);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

/// Ends what is sent and waits for the client to close. Who closes with bytes unread resets the
/// connection, and what is still on its way may be lost.
void closeInOrder(Descriptor client) {
  if (::shutdown(client.get(), SHUT_WR) == 0) isThere(client, 0);
}

// --- a file to whoever connects
// -------------------------------------------------------------------

struct Serving {
  std::string path;
  std::uint64_t bytesPerSecond = 0;  // 0: as fast as the client takes them
  std::uint64_t repeat = 1;
  std::optional<std::uint64_t> chunkSeed;
  bool resumable = false;
};

/// How many bytes the next send takes: all there are, a fiftieth of a second's, or a random number,
/// small ones as likely as large ones.
class Pieces {
 public:
  explicit Pieces(const Serving& how)
      : most_(how.bytesPerSecond == 0 ? std::numeric_limits<std::uint64_t>::max()
                                      : std::max<std::uint64_t>(how.bytesPerSecond / 50, 1)) {
    if (how.chunkSeed) random_.emplace(*how.chunkSeed);
  }
  std::size_t next(std::size_t available) {
    std::uint64_t piece = std::min<std::uint64_t>(available, most_);
    if (random_) {
      const std::uint64_t upTo = std::uint64_t{1} << (*random_)() % 14;
      piece = std::min(piece, 1 + (*random_)() % upTo);
    }
    return static_cast<std::size_t>(piece);
  }

 private:
  std::uint64_t most_;
  std::optional<std::mt19937_64> random_;
};

std::uint64_t sizeOf(const Descriptor& file) {
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) fail("cannot tell the size of the file");
  return static_cast<std::uint64_t>(info.st_size);
}

/// The client says at which byte to go on, and is answered with the same line; none when it says
/// nothing of the kind or is gone. What it says later, which bytes it needs no more, is ignored:
/// the file stays.
std::optional<std::uint64_t> begin(const Descriptor& client, std::uint64_t size) {
  std::string line;
  for (char byte = 0; byte != '\n' && line.size() < 21; line += byte)
    if (untilDone([&] { return ::recv(client.get(), &byte, 1, 0); }) <= 0) return std::nullopt;
  std::uint64_t from = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), from);
  if (error != std::errc{} || *end != '\n' || from > size) {
    std::cerr << "a client asks for a byte that there is not" << std::endl;
    return std::nullopt;
  }
  if (!sendAll(client, line)) return std::nullopt;
  return from;
}

bool sendFile(const Descriptor& file, const Descriptor& client, const Serving& how) {
  const std::uint64_t size = sizeOf(file);
  const auto from = how.resumable ? begin(client, size * how.repeat) : 0;
  if (!from) return true;
  const auto began = std::chrono::steady_clock::now();
  std::array<char, 65536> buffer;
  Pieces pieces(how);
  std::uint64_t sent = 0;
  for (std::uint64_t round = size == 0 ? 0 : *from / size; round < how.repeat; ++round) {
    for (off_t offset = sent == 0 && size != 0 ? static_cast<off_t>(*from % size) : 0;;) {
      const ssize_t got =
          untilDone([&] { return ::pread(file.get(), buffer.data(), buffer.size(), offset); });
      if (got < 0) fail("cannot read " + how.path);
      if (got == 0) break;
      offset += got;
      std::string_view rest(buffer.data(), static_cast<std::size_t>(got));
      while (!rest.empty()) {
        const std::size_t piece = pieces.next(rest.size());
        if (how.bytesPerSecond != 0) {
          const std::chrono::duration<double> due(static_cast<double>(sent)
                                                  / static_cast<double>(how.bytesPerSecond));
          std::this_thread::sleep_until(
              began + std::chrono::duration_cast<std::chrono::nanoseconds>(due));
        }
        if (!sendAll(client, rest.substr(0, piece))) return false;
        rest.remove_prefix(piece);
        sent += piece;
      }
    }
  }
  return true;
}

void serve(const Descriptor& file, Descriptor client, const Serving& how) {
  try {
    if (sendFile(file, client, how)) closeInOrder(std::move(client));
  } catch (const std::exception& error) {
    examples::complain(error);
  }
}

int serveFile(const Serving& how, std::uint16_t port, bool once) {
  const auto file =
      std::make_shared<const Descriptor>(::open(how.path.c_str(), O_RDONLY | O_CLOEXEC));
  char byte = 0;
  if (!file->isOpen() || ::pread(file->get(), &byte, 1, 0) < 0) fail("cannot read " + how.path);
  const Descriptor listener = listenOn(port);
  while (!once) {
    std::thread([file, how, client = acceptOn(listener)]() mutable {
      serve(*file, std::move(client), how);
    }).detach();
  }
  serve(*file, acceptOn(listener), how);
  return 0;
}

// --- a console
// ------------------------------------------------------------------------------------

/// Lines typed on stdin, as they come. Not std::cin: what that has read ahead poll does not see.
class Typed {
 public:
  /// The next line without its end; at the end of the input also an unterminated one.
  std::optional<std::string> line() {
    const std::size_t feed = text_.find('\n');
    if (feed == std::string::npos && (!ended_ || text_.empty())) return std::nullopt;
    std::string line = text_.substr(0, feed);
    text_.erase(0, feed == std::string::npos ? feed : feed + 1);
    return line;
  }
  void read() {
    std::array<char, 4096> bytes;
    const ssize_t got = untilDone([&] { return ::read(STDIN_FILENO, bytes.data(), bytes.size()); });
    if (got < 0) fail("cannot read stdin");
    ended_ = got == 0;
    text_.append(bytes.data(), static_cast<std::size_t>(got));
  }
  bool ended() const { return ended_; }

 private:
  std::string text_;
  bool ended_ = false;
};

int serveConsole(std::uint16_t port) {
  const Descriptor listener = listenOn(port);
  Typed typed;
  Descriptor client;
  std::optional<std::string> message;
  while (true) {
    if (!message) message = typed.line();
    if (!message && typed.ended()) return 0;
    if (client.isOpen() && !isThere(client)) client = Descriptor();
    if (message && client.isOpen()) {
      if (sendAll(client, *message)) message.reset();
      std::thread(closeInOrder, std::exchange(client, Descriptor())).detach();
      continue;
    }
    std::array<pollfd, 2> waits{{{message ? -1 : STDIN_FILENO, POLLIN, 0},
                                 {client.isOpen() ? client.get() : listener.get(), POLLIN, 0}}};
    if (untilDone([&] { return ::poll(waits.data(), waits.size(), -1); }) < 0) fail("poll");
    if (waits[0].revents != 0) typed.read();
    if (waits[1].revents != 0 && !client.isOpen()) client = acceptOn(listener);
  }
}

}  // namespace

int main(int argc, char* argv[]) try {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  const examples::Options options(
      argc, argv,
      "--port P --file F --rate BYTES_PER_S --repeat N --once --chunk-seed S --resumable --console");
  const auto port = options.number<std::uint16_t>("--port", 9999, 0, 65535);
  if (options.has("--console") == options.has("--file"))
    throw std::invalid_argument("either --file F or --console says what to send");
  if (options.has("--console")) return serveConsole(port);

  Serving how{.path = options.text("--file", ""),
              .bytesPerSecond = options.number<std::uint64_t>("--rate", 0, 1, most),
              .repeat = options.number<std::uint64_t>("--repeat", 1, 1, most),
              .chunkSeed = {},
              .resumable = options.has("--resumable")};
  if (options.has("--chunk-seed"))
    how.chunkSeed = options.number<std::uint64_t>("--chunk-seed", 0, 0, most);
  return serveFile(how, port, options.has("--once"));
} catch (const std::exception& error) {
  return examples::complain(error);
}
