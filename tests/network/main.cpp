// SPDX-License-Identifier: BSL-1.0
// network [--delay MS] [--loss PER_MILLE] [--seed S]: a resumable stream from a sender in another
// network namespace, over a wire with delay and loss whose cable is pulled at either end, and whose
// sender dies meanwhile. What the receiver says of it is compared, and every line must come once,
// in order. See run --help.

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <iostream>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <dstream/dstream.hpp>

#include "crash/sender.hpp"
#include "network/wire.hpp"
#include "support/temporary_directory.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;

constexpr const char* readerAddress = "10.9.0.1";
constexpr const char* senderAddress = "10.9.0.2";
constexpr std::uint16_t port = 9999;
constexpr long allLines = 25'000;
/// Longer than TCP needs for some retransmissions in a row.
constexpr auto idleTimeout = 1s;

std::string lineOf(long number) {
  return std::to_string(number) + " a line of some length, as lines are wont to be, no more\n";
}

/// The sender's machine, as a process: serves the lines, some in each ms, and does what it is told.
class Far {
 public:
  Far() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
      throw std::runtime_error("no pair of sockets");
    process_ = ::fork();
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::close(ends[0]);
      try {
        const network::Machine machine(senderAddress);
        network::give(ends[1], machine.wire());
        live(machine, ends[1]);
      } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
      }
      ::_exit(1);
    }
    ::close(ends[1]);
    channel_ = ends[0];
    wire_ = network::taken(channel_);
    if (process_ < 0 || wire_ < 0) throw network::NotAllowed("a second machine");
  }
  Far(const Far&) = delete;
  Far& operator=(const Far&) = delete;
  ~Far() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    ::close(channel_);
    ::close(wire_);
  }

  [[nodiscard]] int wire() const { return wire_; }
  void link(bool up) const { tell(up ? 'u' : 'd'); }
  /// Its sender is killed, and another one, with all lines at once, takes its place.
  void replaceSender() const { tell('r'); }

 private:
  /// It has done it when this returns.
  void tell(char what) const {
    char answer = 0;
    if (::send(channel_, &what, 1, MSG_NOSIGNAL) != 1 || ::recv(channel_, &answer, 1, 0) != 1)
      throw std::runtime_error("the sender's machine is gone");
  }
  static void live(const network::Machine& machine, int channel) {
    pid_t sender = serve(2ms);
    for (char what = 0; ::recv(channel, &what, 1, 0) == 1;) {
      if (what == 'r') {
        ::kill(sender, SIGKILL);
        ::waitpid(sender, nullptr, 0);
        sender = serve(0ms);
      } else {
        machine.link(what == 'u');
      }
      static_cast<void>(::send(channel, &what, 1, MSG_NOSIGNAL));
    }
  }
  static pid_t serve(std::chrono::milliseconds pace) {
    const pid_t process = ::fork();
    if (process != 0) return process;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    crash::Sender sender(7, INADDR_ANY, port);
    for (long line = 0; line < allLines; ++line) {
      sender.add(lineOf(line));
      if (line % 16 == 0) std::this_thread::sleep_for(pace);
    }
    for (;;) ::pause();
  }

  pid_t process_ = -1;
  int channel_ = -1;
  int wire_ = -1;
};

/// What the stream says and gives, for one who waits for it.
class Watched {
 public:
  void told(const Event& event) {
    if (event.is<DataDropped>()) problem("a DataDropped");
    const auto* const changed = event.as<ReceiverChanged>();
    if (changed == nullptr) return;
    const std::lock_guard lock(mutex_);
    const ReceiverInfo& info = changed->info;
    static constexpr const char* names[] = {"stopped",     "connecting", "up",
                                            "backing off", "failed",     "finished"};
    said_.push_back(std::string(names[static_cast<int>(info.state)])
                    + (info.state == ReceiverState::BackingOff ? ": " + info.lastError : ""));
    // One connect after another that fails is told once.
    if (said_.size() < 3 || said_.back() != said_[said_.size() - 3])
      std::cout << "  line " << next_ << ": " << said_.back() << std::endl;
    changed_.notify_all();
  }
  void line(std::string_view line) {
    const std::lock_guard lock(mutex_);
    const long number = std::stol(std::string(line.substr(0, line.find(' '))));
    if (number > next_) lost += number - next_;
    if (number < next_) ++doubled;
    next_ = number + 1;
    if (std::string(line) + "\n" != lineOf(number))
      problem_ = "a line that nobody sent: " + std::string(line);
    changed_.notify_all();
  }
  void problem(const std::string& what) {
    const std::lock_guard lock(mutex_);
    problem_ = what;
  }
  [[nodiscard]] std::string problem() {
    const std::lock_guard lock(mutex_);
    return problem_;
  }

  void awaitLine(long number) {
    await("line " + std::to_string(number), [&] { return next_ >= number; });
  }
  /// From what is said from now on the first that begins so, and the words in it.
  void expectFrom(std::size_t& mark, const std::string& begin, const std::string& part = {}) {
    await("\"" + begin + (part.empty() ? "" : "…" + part) + "\"", [&] {
      for (; mark < said_.size(); ++mark)
        if (said_[mark].starts_with(begin) && said_[mark].find(part) != std::string::npos)
          return ++mark, true;
      return false;
    });
  }
  [[nodiscard]] std::size_t mark() {
    const std::lock_guard lock(mutex_);
    return said_.size();
  }

  // Once the stream has ended:
  long lost = 0;
  long doubled = 0;

 private:
  template <class Condition>
  void await(const std::string& what, Condition condition) {
    std::unique_lock lock(mutex_);
    // Nothing is asserted on time but that it ends.
    if (!changed_.wait_for(lock, 100s, condition))
      throw std::runtime_error("waited in vain for " + what);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> said_;
  long next_ = 0;
  std::string problem_;
};

int run(std::chrono::microseconds delay, unsigned loss, std::uint64_t seed) {
  const network::Machine machine(readerAddress);
  const Far far;
  const network::Wire wire(machine.wire(), far.wire(), delay, loss, seed);
  const support::TemporaryDirectory directory;
  Watched watched;
  std::uint64_t connections = 0;
  {
    Context context("local[2]", "reader", {.stopOnSignals = false, .defaultListener = false});
    StreamingContext stream(context, 20ms);
    stream.addStreamingListener([&](const Event& event) { watched.told(event); });
    stream.checkpoint(directory.path() + "/checkpoint");
    stream.resumableSocketTextStream(
              senderAddress, port,
              {.firstRetry = 20ms, .lastRetry = 100ms, .connectTimeout = 1s, .idleTimeout = idleTimeout})
            .named("in")
        | foreachRDD([&](const auto& batch) {
            for (const std::string& line : batch.collect()) watched.line(line);  // in order, which two workers' tasks are not
          });
    stream.start();
    std::size_t mark = 0;
    const auto step = [](const char* what) { std::cout << what << std::endl; };

    step("over a wire with delay and loss");
    watched.expectFrom(mark, "up");
    watched.awaitLine(allLines / 5);

    step("the sender's cable is pulled: silence, then connects that nobody answers");
    mark = watched.mark();
    far.link(false);
    watched.expectFrom(mark, "backing off", "nothing came for 1000 ms");
    watched.expectFrom(mark, "backing off", "timed out");
    far.link(true);
    watched.expectFrom(mark, "up");
    watched.awaitLine(2 * allLines / 5);

    step("the reader's own cable is pulled: silence, then a network that is unreachable");
    mark = watched.mark();
    machine.link(false);
    watched.expectFrom(mark, "backing off", "nothing came for 1000 ms");
    watched.expectFrom(mark, "backing off", "unreachable");
    machine.link(true);
    watched.expectFrom(mark, "up");
    watched.awaitLine(3 * allLines / 5);

    step("the sender dies behind a pulled cable: a connection that only the reader has");
    mark = watched.mark();
    far.link(false);
    far.replaceSender();
    far.link(true);
    watched.expectFrom(mark, "backing off");
    watched.expectFrom(mark, "up");
    watched.awaitLine(allLines);

    connections = stream.receivers().at(0).connections;
    stream.stop(false, false);
  }
  std::cout << "network: " << allLines << " lines over " << connections << " connections, "
            << wire.carried() << " packets carried and " << wire.lost() << " lost, "
            << static_cast<double>(delay.count()) / 1000 << " ms each way: lost=" << watched.lost
            << " doubled=" << watched.doubled << '\n';
  if (const std::string problem = watched.problem(); !problem.empty())
    throw std::runtime_error(problem);
  return watched.lost == 0 && watched.doubled == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char* argv[]) try {
  static constexpr const char* usage = "network [--delay MS] [--loss PER_MILLE] [--seed S]";
  double delay = 5;
  unsigned loss = 20;
  std::uint64_t seed = std::random_device()();
  if (argc % 2 != 1) throw std::invalid_argument(usage);
  for (int i = 1; i < argc; i += 2) {
    const std::string_view option = argv[i];
    if (option == "--delay")
      delay = std::stod(argv[i + 1]);
    else if (option == "--loss")
      loss = static_cast<unsigned>(std::stoul(argv[i + 1]));
    else if (option == "--seed")
      seed = std::stoull(argv[i + 1]);
    else
      throw std::invalid_argument(usage);
  }
  std::cout << "seed=" << seed << std::endl;
  network::becomeRoot();
  return run(std::chrono::microseconds(static_cast<std::int64_t>(delay * 1000)), loss, seed);
} catch (const network::NotAllowed& error) {
  std::cout << "SKIPPED, NOTHING WAS TESTED: this machine does not allow " << error.what() << '\n';
  return 77;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
