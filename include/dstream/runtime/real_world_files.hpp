// SPDX-License-Identifier: BSL-1.0
#pragma once
// RealWorld's files. Part of real_world.hpp.

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/runtime/files.hpp>
#include <dstream/runtime/real_world_descriptor.hpp>
#include <dstream/runtime/system_error.hpp>

namespace dstream::inline v0::detail {

inline FileError::Why whyOf(int error) {
  switch (error) {
    case ENOENT: return FileError::Why::NotFound;
    case EEXIST:
    case ENOTEMPTY: return FileError::Why::Exists;
    case EACCES:
    case EPERM:
    case EROFS: return FileError::Why::Denied;
    case ENOSPC:
    case EDQUOT: return FileError::Why::NoSpace;
    default: return FileError::Why::Other;
  }
}

[[noreturn]] inline void failFile(const char* operation, const std::string& path, int error) {
  throw FileError(whyOf(error), operation, path, reasonOf(error));
}

/// Beyond the years 1677 and 2262, which a file may be stamped with, the last moment that there is.
inline std::int64_t nanosecondsOf(const timespec& stamp) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  if (stamp.tv_sec >= most / 1'000'000'000) return most;
  if (stamp.tv_sec < -(most / 1'000'000'000)) return std::numeric_limits<std::int64_t>::min();
  return std::int64_t{stamp.tv_sec} * 1'000'000'000 + stamp.tv_nsec;
}

inline FileInfo infoOf(const struct stat& found) {
  FileInfo info;
  info.kind = S_ISREG(found.st_mode) ? FileInfo::Kind::Regular : S_ISDIR(found.st_mode) ? FileInfo::Kind::Directory : FileInfo::Kind::Other;
  info.bytes = static_cast<std::uint64_t>(found.st_size);
  info.modified = nanosecondsOf(found.st_mtim);
  return info;
}

/// What others could have put there, or could change behind our back.
inline void requirePrivate(const struct stat& found, const char* operation, const std::string& path) {
  const auto deny = [&](const char* reason) { throw FileError(FileError::Why::Denied, operation, path, reason); };
  if (found.st_uid != ::geteuid() && found.st_uid != 0) deny("it belongs to another user");
  if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0) deny("other users may write to it");
}

/// Repeats what a signal interrupted.
template <class Call>
auto uninterrupted(Call call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

template <class Use = OnUse>
class BasicRealFile final : public File {
 public:
  BasicRealFile(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  [[nodiscard]] FileInfo info() override {
    struct stat found {};
    if (::fstat(fd_.get(), &found) != 0) failFile("examine", path_, errno);
    return infoOf(found);
  }
  [[nodiscard]] bool isAt(const std::string& path) override {
    struct stat own {};
    struct stat there {};
    if (::fstat(fd_.get(), &own) != 0) failFile("examine", path_, errno);
    if (::stat(path.c_str(), &there) == 0) return own.st_dev == there.st_dev && own.st_ino == there.st_ino;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    failFile("examine", path, errno);
  }
  std::size_t read(std::uint64_t offset, char* into, std::size_t capacity) override {
    const ssize_t got = uninterrupted([&] { return ::pread(fd_.get(), into, capacity, static_cast<off_t>(offset)); });
    if (got < 0) failFile("read", path_, errno);
    return static_cast<std::size_t>(got);
  }
  void append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = uninterrupted([&] { return ::write(fd_.get(), bytes.data(), bytes.size()); });
      if (put < 0) failFile("write", path_, errno);
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
  }
  /// Whatever goes wrong with it, the sync tells.
  void startSync() override { static_cast<void>(::sync_file_range(fd_.get(), 0, 0, SYNC_FILE_RANGE_WRITE)); }
  void sync() override {
    if (::fdatasync(fd_.get()) != 0) failFile("sync", path_, errno);
  }

 private:
  Descriptor fd_;
  const std::string path_;
};
using RealFile = BasicRealFile<>;

/// **errors** FileError. Directories and files are made with the process's umask over 0777 and 0666.
template <class Use = OnUse>
class BasicRealFiles final : public Files {
 public:
  Deferred<std::unique_ptr<File>, Use> open(const std::string& path, Mode mode) override {
    constexpr int create = O_WRONLY | O_APPEND | O_CREAT | O_EXCL;
    Descriptor fd = mode == Mode::Read          ? opened("open", path, O_RDONLY | O_NONBLOCK)
                    : mode == Mode::ReadPrivate ? openedPrivate("open", path, O_RDONLY)
                                                : opened("create", path, create, mode == Mode::Create ? 0666 : 0600);
    return std::make_unique<BasicRealFile<Use>>(std::move(fd), path);
  }

  [[nodiscard]] FileInfo info(const std::string& path) override {
    struct stat found {};
    if (::stat(path.c_str(), &found) == 0) return infoOf(found);
    if (errno == ENOENT || errno == ENOTDIR) return {};
    failFile("examine", path, errno);
  }

  [[nodiscard]] Deferred<std::vector<std::string>, Use> list(const std::string& directory) override {
    struct Opened {
      explicit Opened(DIR* from) : dir(from) {}
      Opened(const Opened&) = delete;
      Opened& operator=(const Opened&) = delete;
      ~Opened() { ::closedir(dir); }
      DIR* dir;
    };
    DIR* const found = ::opendir(directory.c_str());
    if (found == nullptr) failFile("list", directory, errno);
    const Opened opened(found);
    Deferred<std::vector<std::string>, Use> names;
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(opened.dir);
      if (entry == nullptr && errno != 0) failFile("list", directory, errno);
      if (entry == nullptr) return names;
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
  }

  void makeDirectory(const std::string& path) override {
    if (::mkdir(path.c_str(), 0777) != 0) failFile("make directory", path, errno);
  }
  void makePrivateDirectory(const std::string& path) override {
    if (::mkdir(path.c_str(), 0700) == 0) return;
    if (errno != EEXIST) failFile("make directory", path, errno);
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) failFile("examine", path, errno);
    if (!S_ISDIR(found.st_mode)) throw FileError(FileError::Why::Denied, "use", path, "it is not a directory");
    requirePrivate(found, "use", path);
  }
  [[nodiscard]] Deferred<std::unique_ptr<File>, Use> lock(const std::string& path) override {
    Descriptor held = openedPrivate("lock", path, O_RDWR | O_CREAT);
    if (uninterrupted([&] { return ::flock(held.get(), LOCK_EX | LOCK_NB); }) != 0) {
      if (errno != EWOULDBLOCK) failFile("lock", path, errno);
      throw FileError(FileError::Why::Locked, "lock", path, "it is held by another process, or twice by this one");
    }
    return std::make_unique<BasicRealFile<Use>>(std::move(held), path);
  }
  void rename(const std::string& from, const std::string& to) override {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0) failFile("rename", from + " to " + to, errno);
  }
  void remove(const std::string& path) override {
    if (::remove(path.c_str()) != 0) failFile("remove", path, errno);
  }
  void syncDirectory(const std::string& path) override {
    const Descriptor directory(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (directory.get() < 0 || ::fsync(directory.get()) != 0) failFile("sync directory", path, errno);
  }
  /// Linux stamps files with a clock that moves by ticks of at most 10 ms.
  [[nodiscard]] std::int64_t stampLag() const override { return 10'000'000; }

 private:
  static Descriptor opened(const char* operation, const std::string& path, int flags, mode_t mode = 0) {
    Descriptor fd(uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, mode); }));
    if (fd.get() < 0) failFile(operation, path, errno);
    return fd;
  }
  static Descriptor openedPrivate(const char* operation, const std::string& path, int flags) {
    const auto requireFile = [&](const struct stat& found) {
      if (!S_ISREG(found.st_mode)) throw FileError(FileError::Why::Denied, operation, path, "it is not a regular file");
    };
    struct stat found {};
    if (::lstat(path.c_str(), &found) == 0) requireFile(found);
    Descriptor fd = opened(operation, path, flags | O_NOFOLLOW | O_NONBLOCK, 0600);  // it may have become another since
    if (::fstat(fd.get(), &found) != 0) failFile("examine", path, errno);
    requireFile(found);
    requirePrivate(found, operation, path);
    return fd;
  }
};
using RealFiles = BasicRealFiles<>;

}  // namespace dstream::inline v0::detail
