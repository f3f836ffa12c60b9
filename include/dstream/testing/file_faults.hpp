// SPDX-License-Identifier: BSL-1.0
#pragma once
// testing::FileFaults: which calls to a disk in memory fail, which one is its process's last, and what a crash of the machine leaves.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/function.hpp>
#include <dstream/runtime/files.hpp>
#include <dstream/testing/disk.hpp>
#include <dstream/testing/random.hpp>

namespace dstream::inline v0::testing {

/// **meaning** one call of Files or File, before it is carried out: its number from 1 on, its name as in error messages, and its path; of a rename the new one too.
struct FileCall {
  std::uint64_t number;
  std::string_view operation;
  std::string_view path;
  std::string_view to = {};
};

/// **meaning** where a process ends: before its call of that number, after it, or half-way: of a write some bytes are there, of all else everything,
/// but the caller never knew.
/// Kill: the disk keeps what was done. PowerLoss: it keeps what was synced, and of the rest what `seed` says: nothing, all, or some of it in any
/// order, torn between sectors of 512 bytes.
struct StopPoint {
  enum class When { Before, Halfway, After };
  enum class How { Kill, PowerLoss };

  std::uint64_t call;
  When when = When::Before;
  How how = How::PowerLoss;
  std::uint64_t seed = 1;
};

/// **meaning** the disk of testing::Files, and the fate of the calls to it. **threads** one.
class FileFaults {
 public:
  /// The next call of this operation ("open", "create", "list", "read", "write", "sync", …) on this path fails.
  void failNext(const std::string& operation, const std::string& path, FileError::Why why = FileError::Why::Other, std::string reason = "input/output error") {
    failures_[{operation, path}] = {why, std::move(reason)};
  }
  /// The call of this number fails, and so many after it. Of a write that fails some bytes may be there; what a failed sync was asked to keep no later one
  /// keeps.
  void failAt(std::uint64_t call, std::uint64_t calls = 1, FileError::Why why = FileError::Why::Other, std::string reason = "input/output error") {
    failFrom_ = call;
    failUntil_ = call + calls;
    failure_ = {why, std::move(reason)};
  }

  /// Calls so far.
  [[nodiscard]] std::uint64_t calls() const { return calls_; }
  /// Is told of each call: for traces, and to choose which of them fails or is the last.
  void onCall(Function<void(const FileCall&)> told) { told_ = std::move(told); }

  void stopAt(const StopPoint& point) { stop_ = point; }
  /// As if at a call now.
  void stopNow(StopPoint::How how, std::uint64_t seed = 1) {
    if (!stopped_) stop({calls_, StopPoint::When::Before, how, seed});
  }
  /// True from then on; every call fails, and nothing reaches the disk.
  [[nodiscard]] bool stopped() const { return stopped_; }
  /// Another process begins; files that are still open are cut off for ever, locks are free.
  void restart() {
    ++process_;
    stopped_ = false;
    stop_.call = 0;
    failFrom_ = failUntil_ = 0;
  }

 protected:
  struct Failed : FileError {  // on purpose
    using FileError::FileError;
  };

  /// Every call goes through here.
  template <class Do, class Half>
  std::invoke_result_t<Do&, const char*> call(const char* operation, const std::string& path, Do act, Half half, std::string_view to = {}) {
    requireRunning(operation, path);
    ++calls_;
    if (told_) told_({calls_, operation, path, to});
    requireRunning(operation, path);  // it may have been told to stop
    perhapsFail(operation, path);
    if (calls_ == stop_.call) {
      try {
        if (stop_.when == StopPoint::When::Halfway) half();
        if (stop_.when == StopPoint::When::After) static_cast<void>(act(operation));
      } catch (const FileError&) {  // nobody is left to learn of it
      }
      stop(stop_);
      requireRunning(operation, path);
    }
    return act(operation);
  }
  template <class Do>
  std::invoke_result_t<Do&, const char*> call(const char* operation, const std::string& path, Do act) {
    return call(operation, path, act, [&] { static_cast<void>(act(operation)); });
  }

  detail::Disk disk_;
  std::uint64_t process_ = 1;

 private:
  struct Failure {
    FileError::Why why = FileError::Why::Other;
    std::string reason;
  };

  void requireRunning(const char* operation, const std::string& path) const {
    if (stopped_) throw FileError(FileError::Why::Other, operation, path, "the process has ended");
  }
  void stop(const StopPoint& point) {
    stopped_ = true;
    Random random(point.seed);
    if (point.how == StopPoint::How::PowerLoss) disk_.crash(random);
  }
  void perhapsFail(const char* operation, const std::string& path) {
    if (calls_ >= failFrom_ && calls_ < failUntil_) throw Failed(failure_.why, operation, path, failure_.reason);
    if (failures_.empty()) return;
    const auto found = failures_.find({operation, path});
    if (found == failures_.end()) return;
    const Failure failure = found->second;
    failures_.erase(found);
    throw Failed(failure.why, operation, path, failure.reason);
  }

  std::uint64_t calls_ = 0;
  Function<void(const FileCall&)> told_;
  StopPoint stop_{0};
  bool stopped_ = false;
  std::uint64_t failFrom_ = 0;
  std::uint64_t failUntil_ = 0;
  Failure failure_;
  std::map<std::pair<std::string, std::string>, Failure> failures_;
};

}  // namespace dstream::inline v0::testing
