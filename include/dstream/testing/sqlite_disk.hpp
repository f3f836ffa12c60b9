// SPDX-License-Identifier: BSL-1.0
#pragma once
// SqliteDisk: SQLite on the disk of a testing::World, which crashes. Included by name: it needs
// sqlite3.h.

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/runtime/files.hpp>
#include <dstream/testing/files.hpp>
#include <dstream/testing/random.hpp>

namespace dstream::inline v0::testing {

/// **meaning** while it lives, databases are opened on these files: it is SQLite's default file
/// system, and one named "testing". The disk may promise SQLite what an ordinary one does, and no
/// more: sectors of 512 bytes, no atomic or ordered writes. One process has a database at a time,
/// so locks are granted to all who ask. **threads** one. **errors** those of the disk as SQLite's;
/// a directory that cannot be synced too, which SQLite on Unix passes over.
class SqliteDisk {
 public:
  explicit SqliteDisk(Files& files) : files_(files), before_(sqlite3_vfs_find(nullptr)) {
    vfs_.iVersion = 2;
    vfs_.szOsFile = sizeof(OpenFile);
    vfs_.mxPathname = 1024;
    vfs_.zName = "testing";
    vfs_.pAppData = this;
    vfs_.xOpen = open;
    vfs_.xDelete = remove;
    vfs_.xAccess = access;
    vfs_.xFullPathname = fullPathname;
    vfs_.xRandomness = randomness;
    vfs_.xSleep = [](sqlite3_vfs*, int microseconds) { return microseconds; };
    vfs_.xCurrentTime = [](sqlite3_vfs*, double* days) {
      *days = 2'460'000.5;
      return SQLITE_OK;
    };
    vfs_.xCurrentTimeInt64 = [](sqlite3_vfs*, sqlite3_int64* milliseconds) {
      *milliseconds = 212'544'043'200'000;
      return SQLITE_OK;
    };
    vfs_.xGetLastError = [](sqlite3_vfs*, int, char*) { return 0; };
    sqlite3_vfs_register(&vfs_, 1);
  }
  SqliteDisk(const SqliteDisk&) = delete;
  SqliteDisk& operator=(const SqliteDisk&) = delete;
  /// After the last database was closed.
  ~SqliteDisk() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(before_, 1);
  }

 private:
  /// What the connections of one process share of a database in WAL mode.
  using Shared = std::vector<std::unique_ptr<char[]>>;

  struct OpenFile {
    sqlite3_file base;
    Files::RandomFile* file;
    SqliteDisk* disk;
    std::string* path;
    std::shared_ptr<Shared>* shared;
    bool deleteOnClose;
    bool syncDirectory;
  };
  static OpenFile& of(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }
  static SqliteDisk& of(sqlite3_vfs* vfs) { return *static_cast<SqliteDisk*>(vfs->pAppData); }

  template <class Call>
  static int guarded(int otherwise, Call call) {
    try {
      call();
      return SQLITE_OK;
    } catch (const FileError& error) {
      return error.why() == FileError::Why::NoSpace ? SQLITE_FULL : otherwise;
    } catch (const std::bad_alloc&) {
      return SQLITE_NOMEM;
    }
  }
  static std::string directoryOf(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
  }

  // --- the file system ---

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* given) {
    auto& disk = of(vfs);
    auto& opened = of(file);
    opened = {};
    const int result = guarded(SQLITE_CANTOPEN, [&] {
      const std::string path =
          name != nullptr ? name : "/temporary-" + std::to_string(++disk.temporary_);
      auto made = disk.files_.openAnywhere(path, (flags & SQLITE_OPEN_CREATE) != 0);
      constexpr int journals =
          SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL;
      opened.path = new std::string(path);
      opened.file = made.release();
      opened.disk = &disk;
      opened.deleteOnClose = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
      // As on Unix: with the first sync, whether the file is new or was left by a killed process.
      // The database's own name comes with its journal's.
      opened.syncDirectory = (flags & SQLITE_OPEN_CREATE) != 0 && (flags & journals) != 0;
    });
    if (result == SQLITE_OK) opened.base.pMethods = &methods();
    if (given != nullptr) *given = flags;
    return result;
  }
  static int remove(sqlite3_vfs* vfs, const char* name, int syncDirectory) {
    auto& files = of(vfs).files_;
    if (!files.exists(name)) return SQLITE_IOERR_DELETE_NOENT;
    return guarded(SQLITE_IOERR_DELETE, [&] {
      files.remove(name);
      if (syncDirectory != 0) files.syncDirectory(directoryOf(name));
    });
  }
  static int access(sqlite3_vfs* vfs, const char* name, int, int* result) {
    return guarded(SQLITE_IOERR_ACCESS, [&] {
      const FileInfo info = of(vfs).files_.info(name);
      *result = info.kind != FileInfo::Kind::None ? 1 : 0;
    });
  }
  static int fullPathname(sqlite3_vfs*, const char* name, int bytes, char* out) {
    if (std::strlen(name) >= static_cast<std::size_t>(bytes)) return SQLITE_CANTOPEN;
    std::memcpy(out, name, std::strlen(name) + 1);
    return SQLITE_OK;
  }
  static int randomness(sqlite3_vfs* vfs, int bytes, char* out) {
    for (int i = 0; i < bytes; ++i) out[i] = static_cast<char>(of(vfs).random_());
    return bytes;
  }

  // --- a file ---

  static const sqlite3_io_methods& methods() {
    static const sqlite3_io_methods all = [] {
      sqlite3_io_methods made{};
      made.iVersion = 2;
      made.xClose = close;
      made.xRead = read;
      made.xWrite = [](sqlite3_file* file, const void* from, int bytes, sqlite3_int64 offset) {
        return guarded(SQLITE_IOERR_WRITE, [&] {
          of(file).file->write(
              static_cast<std::uint64_t>(offset),
              std::string_view(static_cast<const char*>(from), static_cast<std::size_t>(bytes)));
        });
      };
      made.xTruncate = [](sqlite3_file* file, sqlite3_int64 size) {
        return guarded(SQLITE_IOERR_TRUNCATE,
                       [&] { of(file).file->truncate(static_cast<std::uint64_t>(size)); });
      };
      made.xSync = sync;
      made.xFileSize = [](sqlite3_file* file, sqlite3_int64* size) {
        *size = static_cast<sqlite3_int64>(of(file).file->size());
        return SQLITE_OK;
      };
      made.xLock = [](sqlite3_file*, int) { return SQLITE_OK; };
      made.xUnlock = [](sqlite3_file*, int) { return SQLITE_OK; };
      made.xCheckReservedLock = [](sqlite3_file*, int* held) {
        *held = 0;
        return SQLITE_OK;
      };
      made.xFileControl = [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; };
      made.xSectorSize = [](sqlite3_file*) { return static_cast<int>(detail::Disk::sector); };
      made.xDeviceCharacteristics = [](sqlite3_file*) { return 0; };
      made.xShmMap = mapShared;
      made.xShmLock = [](sqlite3_file*, int, int, int) { return SQLITE_OK; };
      made.xShmBarrier = [](sqlite3_file*) {};
      made.xShmUnmap = unmapShared;
      return made;
    }();
    return all;
  }
  static int close(sqlite3_file* file) {
    auto& opened = of(file);
    const std::unique_ptr<Files::RandomFile> closed(opened.file);
    const std::unique_ptr<std::string> path(opened.path);
    static_cast<void>(unmapShared(file, 0));
    if (!opened.deleteOnClose) return SQLITE_OK;
    return guarded(SQLITE_IOERR_CLOSE, [&] { opened.disk->files_.remove(*path); });
  }
  static int read(sqlite3_file* file, void* into, int bytes, sqlite3_int64 offset) {
    const auto wanted = static_cast<std::size_t>(bytes);
    std::size_t got = 0;
    const int result = guarded(SQLITE_IOERR_READ, [&] {
      got =
          of(file).file->read(static_cast<std::uint64_t>(offset), static_cast<char*>(into), wanted);
    });
    if (result != SQLITE_OK || got == wanted) return result;
    std::memset(static_cast<char*>(into) + got, 0, wanted - got);
    return SQLITE_IOERR_SHORT_READ;
  }
  static int sync(sqlite3_file* file, int) {
    auto& opened = of(file);
    return guarded(SQLITE_IOERR_FSYNC, [&] {
      opened.file->sync();
      if (opened.syncDirectory) opened.disk->files_.syncDirectory(directoryOf(*opened.path));
      opened.syncDirectory = false;
    });
  }
  static int mapShared(sqlite3_file* file, int index, int bytes, int extend, void volatile** out) {
    *out = nullptr;
    return guarded(SQLITE_IOERR_SHMMAP, [&] {
      auto& opened = of(file);
      if (opened.shared == nullptr) {
        std::weak_ptr<Shared>& known = opened.disk->shared_[*opened.path];
        opened.shared = new std::shared_ptr<Shared>(known.lock());
        if (*opened.shared == nullptr) known = *opened.shared = std::make_shared<Shared>();
      }
      Shared& regions = **opened.shared;
      const auto at = static_cast<std::size_t>(index);
      if (at >= regions.size() && extend == 0) return;
      while (at >= regions.size())
        regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(bytes)));
      *out = regions[at].get();
    });
  }

  /// The last who has them lets them go.
  static int unmapShared(sqlite3_file* file, int) {
    delete std::exchange(of(file).shared, nullptr);
    return SQLITE_OK;
  }

  Files& files_;
  sqlite3_vfs* const before_;
  sqlite3_vfs vfs_{};
  std::map<std::string, std::weak_ptr<Shared>> shared_;
  Random random_{1};
  std::uint64_t temporary_ = 0;
};

}  // namespace dstream::inline v0::testing
