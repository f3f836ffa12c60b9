// SPDX-License-Identifier: BSL-1.0
// How long a line is on its way from send to the program that reads it: blocking recv, and an actor that the runtime wakes, as each receiver is one.

#include <netinet/tcp.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/runtime/real_world.hpp>

#include "socket/loopback.hpp"
#include "support/bench.hpp"

namespace {

using dstream::Nanos;

Nanos now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

constexpr std::size_t lineBytes = 32;  // when it was sent, blanks, a line end

/// Sends so many lines, one each `gap`. It does not sleep in between, so that only the reader is woken.
void tick(int connection, int lines, Nanos gap) {
  const int on = 1;
  ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Nanos due = now();
  for (int line = 0; line < lines; ++line) {
    due += gap;
    while (now() < due) {
    }
    char text[lineBytes];
    std::fill(text, text + lineBytes, ' ');
    std::to_chars(text, text + lineBytes, now());
    text[lineBytes - 1] = '\n';
    if (::send(connection, text, lineBytes, MSG_NOSIGNAL) != static_cast<ssize_t>(lineBytes)) return;
  }
}

/// What has come, and how long each line took.
class Arrivals {
 public:
  void came(std::string_view bytes) {
    const Nanos time = now();
    text_ += bytes;
    std::size_t at = 0;
    for (; text_.size() - at >= lineBytes; at += lineBytes) {
      Nanos sent = 0;
      std::from_chars(text_.data() + at, text_.data() + at + lineBytes, sent);
      delays_.push_back(static_cast<double>(time - sent) / 1000);
    }
    text_.erase(0, at);
  }
  [[nodiscard]] std::size_t lines() const { return delays_.size(); }
  /// **units** µs.
  [[nodiscard]] double at(double share) {
    const auto place = delays_.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(delays_.size() - 1));
    std::nth_element(delays_.begin(), place, delays_.end());
    return *place;
  }

 private:
  std::string text_;
  std::vector<double> delays_;
};

Arrivals blocking(std::uint16_t port) {
  const bench::Descriptor connection(::socket(AF_INET, SOCK_STREAM, 0), "socket");
  bench::connectTo(port, connection);
  Arrivals arrivals;
  char buffer[4096];
  for (ssize_t bytes = 0; (bytes = ::recv(connection.get(), buffer, sizeof buffer, 0)) > 0;)
    arrivals.came({buffer, static_cast<std::size_t>(bytes)});
  return arrivals;
}

class Reader final : public dstream::Actor {
 public:
  explicit Reader(std::uint16_t port) : port_(port) {}

  dstream::Step step(dstream::World& world) override {
    if (!connection_) connection_ = world.connect({"127.0.0.1", port_}, *this);
    while (true) {
      char buffer[4096];
      const dstream::Transfer got = connection_->read(buffer, sizeof buffer);
      if (got.status != dstream::Transfer::Status::Bytes) {
        ended_ = got.status == dstream::Transfer::Status::Fin || got.status == dstream::Transfer::Status::Error;
        if (ended_) world.notify();
        return dstream::Step::idle();
      }
      arrivals.came({buffer, got.bytes});
    }
  }
  [[nodiscard]] bool ended() const { return ended_; }

  Arrivals arrivals;

 private:
  std::uint16_t port_;
  std::unique_ptr<dstream::Connection> connection_;
  std::atomic<bool> ended_{false};
};

Arrivals byActor(dstream::World& world, std::uint16_t port) {
  Reader reader(port);
  world.spawn(reader, dstream::Lane::Io);
  world.await([&] { return reader.ended(); }, dstream::never);
  world.retire(reader);
  return std::move(reader.arrivals);
}

}  // namespace

int main() {
  dstream::RealWorld world;
  bench::Claims claims("one_way");
  double worst = 0;
  for (const Nanos gap : {50'000, 500'000}) {
    const int lines = bench::quick() ? 1'000 : 4'000;
    const bench::Server ticker([lines, gap](int connection) { tick(connection, lines, gap); });
    std::vector<double> medians[2];
    std::vector<double> tails[2];
    for (int round = 0; round < (bench::quick() ? 3 : 7); ++round)
      for (int contender = 0; contender < 2; ++contender) {
        Arrivals arrivals = contender == 0 ? blocking(ticker.port()) : byActor(world, ticker.port());
        if (arrivals.lines() != static_cast<std::size_t>(lines)) {
          std::puts("lines were lost");
          return 1;
        }
        medians[contender].push_back(arrivals.at(0.5));
        tails[contender].push_back(arrivals.at(0.99));
      }
    const std::string title = "a line each " + std::to_string(gap / 1000) + " us, from send to the reader, p50";
    std::printf("%s\n  %s\n  median of rounds in turn, us\n%38s %9s %9s %9s\n", title.c_str(), bench::buildLine().c_str(), "p50", "least", "most", "p99");
    bench::Series series(title, "us");
    for (int contender = 0; contender < 2; ++contender) {
      const char* const name = contender == 0 ? "recv that blocks" : "dstream, an actor on the io lane";
      const bench::Timing p50 = bench::timingOf(medians[contender]);
      std::printf("  %-34s %9.1f %9.1f %9.1f %9.1f\n", name, p50.median, p50.least, p50.most, bench::timingOf(tails[contender]).median);
      series.add(name, p50.median, p50.least, p50.most);
    }
    series.write();
    worst = std::max(worst, bench::timingOf(medians[1]).median / bench::timingOf(medians[0]).median);
  }
  claims.add("a line's way from send to the reader, p50: time / blocking recv", worst, bench::atMost(1.1));
  claims.write();
}
