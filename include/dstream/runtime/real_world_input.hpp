// SPDX-License-Identifier: BSL-1.0
#pragma once
// RealWorld's standard input as a connection that never blocks. Part of real_world.hpp.

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/runtime/real_world_descriptor.hpp>
#include <dstream/runtime/real_world_loop.hpp>
#include <dstream/runtime/system_error.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0::detail {

/// It polls before each read instead of making the descriptor non-blocking, which others share: a shell, a parent.
template <class Use = OnUse>
class BasicRealInput final : public Connection {
 public:
  BasicRealInput(BasicLanes<Use>& lanes, Actor& owner) : lanes_(lanes), input_(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)), watch_(lanes.watch(owner)) {
    if (input_.get() < 0) error_ = "standard input: " + reasonOf(errno);
  }
  BasicRealInput(const BasicRealInput&) = delete;
  BasicRealInput& operator=(const BasicRealInput&) = delete;
  ~BasicRealInput() override { lanes_.unwatch(watch_); }

  Transfer read(char* into, std::size_t capacity) override {
    if (!error_.empty()) return {Transfer::Status::Error};
    pollfd asked{input_.get(), POLLIN, 0};
    if (::poll(&asked, 1, 0) <= 0) return wait();  // a signal may have come instead
    const ssize_t got = ::read(input_.get(), into, capacity);
    if (got > 0) return {Transfer::Status::Bytes, static_cast<std::size_t>(got)};
    if (got == 0) return {Transfer::Status::Fin};
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return wait();
    return fail(errno);
  }
  Transfer write(const char*, std::size_t) override {
    error_ = "standard input: cannot be written";
    return {Transfer::Status::Error};
  }
  [[nodiscard]] std::string error() const override { return error_; }

 private:
  Transfer wait() {
    try {
      lanes_.expect(*watch_, input_.get(), POLLIN);
      return {Transfer::Status::WouldBlock};
    } catch (const SystemError& error) {
      return fail(error.error());
    }
  }
  Transfer fail(int error) {
    error_ = "standard input: " + reasonOf(error);
    return {Transfer::Status::Error};
  }

  BasicLanes<Use>& lanes_;
  const Descriptor input_;  // a number of its own, since epoll takes each only once
  std::shared_ptr<Watch> watch_;
  std::string error_;
};
using RealInput = BasicRealInput<>;

}  // namespace dstream::inline v0::detail
