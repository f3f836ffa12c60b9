// SPDX-License-Identifier: BSL-1.0
#pragma once
// Thread: a thread of the system with a name. Part of real_world.hpp.

#include <pthread.h>
#include <unistd.h>

#include <exception>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/runtime/system_error.hpp>

namespace dstream::inline v0::detail {

/// **meaning** runs `body()` on a thread of its own. Join or detach it before it is destroyed; an exception that leaves the body ends the process.
/// **errors** SystemError when the system gives no thread.
class Thread {
 public:
  Thread() = default;
  /// `name`: at most 15 characters, what the system's tools show.
  template <class Body>
  Thread(const char* name, Body body) {
    auto given = std::make_unique<Body>(std::move(body));
    const int error = ::pthread_create(&id_, nullptr, &Thread::run<Body>, given.get());
    if (error != 0) throw SystemError(error, "a thread could not be started");
    given.release();  // now the thread's
    process_ = ::getpid();
    exists_ = true;
    ::pthread_setname_np(id_, name);
  }
  Thread(Thread&& other) noexcept : id_(other.id_), process_(other.process_), exists_(std::exchange(other.exists_, false)) {}
  Thread& operator=(Thread&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(process_, other.process_);
    std::swap(exists_, other.exists_);
    return *this;
  }
  ~Thread() {
    if (exists_) std::terminate();
  }

  /// It was started, and neither joined nor detached.
  [[nodiscard]] bool exists() const { return exists_; }
  [[nodiscard]] bool isThis() const { return exists_ && ::pthread_equal(id_, ::pthread_self()) != 0; }
  void join() {
    if (::getpid() == process_) ::pthread_join(id_, nullptr);  // a fork does not take it along: its end would be waited for in vain
    exists_ = false;
  }
  void detach() {
    ::pthread_detach(id_);
    exists_ = false;
  }

 private:
  template <class Body>
  static void* run(void* given) noexcept {
    const std::unique_ptr<Body> body(static_cast<Body*>(given));
    (*body)();
    return nullptr;
  }

  pthread_t id_{};
  pid_t process_ = 0;  // that it belongs to
  bool exists_ = false;
};

}  // namespace dstream::inline v0::detail
