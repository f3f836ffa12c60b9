// SPDX-License-Identifier: BSL-1.0
#pragma once
// Files: what the runtime asks of a file system. The world hands it out: a real one, and one in memory for tests.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/pointers.hpp>

namespace dstream::inline v0 {

/// **meaning** why a file operation failed; what() names the operation, the path and the reason.
class FileError : public std::runtime_error {
 public:
  enum class Why { NotFound, Exists, Denied, NoSpace, Locked, Other };

  FileError(Why why, const std::string& operation, const std::string& path, const std::string& reason)
      : std::runtime_error("dstream: " + operation + " " + path + ": " + reason), why_(why) {}

  [[nodiscard]] Why why() const { return why_; }

 private:
  Why why_;
};

/// **meaning** what a path leads to, links followed. None: nothing is there. Other: a pipe, socket or device.
struct FileInfo {
  enum class Kind { None, Regular, Directory, Other };

  Kind kind = Kind::None;
  std::uint64_t bytes = 0;
  /// **units** nanoseconds of the wall clock.
  std::int64_t modified = 0;
};

/// **meaning** an open file; closed when destroyed. **threads** one at a time. **errors** FileError, from every call.
class File {
 public:
  virtual ~File() = default;

  [[nodiscard]] virtual FileInfo info() = 0;
  /// Whether the path leads to this very file: nobody has removed or moved it, or put another in its place. What cannot tell says true.
  [[nodiscard]] virtual bool isAt(const std::string& /*path*/) { return true; }
  /// Bytes from `offset` on, as many as fit and are there; 0 only at the end.
  virtual std::size_t read(std::uint64_t offset, char* into, std::size_t capacity) = 0;
  /// All of them, or an error, after which the end of the file is unknown.
  virtual void append(std::string_view bytes) = 0;
  /// What was appended may set out for the disk: the next `sync` has less to wait for. Promises nothing.
  virtual void startSync() {}
  /// When it returns the content outlives a crash. An error is final: what was written before it may be lost, whatever a second call says.
  virtual void sync() = 0;
};

/// **meaning** a file system. Names are UTF-8 or not, and may hold anything but '/' and NUL.
/// **threads** any. Calls block as long as the disk does: not for Lane::Io. **errors** FileError.
class Files {
 public:
  enum class Mode {
    Read,    // never waits for a pipe's other end
    Create,  // for append; the file must not exist, a dangling link included
    ReadPrivate,    // Denied unless a regular file, no link, of this user (or root), that nobody else may write to
    CreatePrivate,  // as Create; nobody else may read or write it
  };

  virtual ~Files() = default;

  virtual std::unique_ptr<File> open(const std::string& path, Mode mode) = 0;
  [[nodiscard]] virtual FileInfo info(const std::string& path) = 0;
  /// Names without "." and "..", in any order.
  [[nodiscard]] virtual std::vector<std::string> list(const std::string& directory) = 0;
  /// Its parent must exist, and nothing by its name.
  virtual void makeDirectory(const std::string& path) = 0;
  /// A directory that nobody else may read or write; its parent must exist. Is one there, it stays, or is Denied: a link, another user's, or
  /// one that others may write to.
  virtual void makePrivateDirectory(const std::string& path) = 0;
  /// The file is there (made private if need be, refused as by ReadPrivate) and held against every other `lock`, of this process too, until the result
  /// is destroyed or the process ends. Somebody has it: Locked, at once. The file stays when it is let go.
  [[nodiscard]] virtual std::unique_ptr<File> lock(const std::string& path) = 0;
  /// In one step. Nothing may be there by the new name.
  virtual void rename(const std::string& from, const std::string& to) = 0;
  /// A file, a link, or an empty directory.
  virtual void remove(const std::string& path) = 0;
  /// When it returns, what was created, renamed or removed in it outlives a crash.
  virtual void syncDirectory(const std::string& path) = 0;
  /// By how much the stamp of a file that is written now may lie behind the wall clock. **units** nanoseconds.
  [[nodiscard]] virtual std::int64_t stampLag() const = 0;
};

}  // namespace dstream::inline v0
