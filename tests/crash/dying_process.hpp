// SPDX-License-Identifier: BSL-1.0
#pragma once
// DyingProcess: a process on real files, by a manual clock, that ends at a call of its choice: the
// n-th of the library or of SQLite to the file system, before it, half-way or after it. Or that
// call fails.

#include <signal.h>
#include <sqlite3.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/runtime/real_world_files.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/testing/world.hpp>

namespace crash {

enum class When { Before, Halfway, After, Fails };

// Call 0: none, the process lives on.
struct Point {
  std::uint64_t call = 0;
  When when = When::Before;
};

// Counts calls, and kills this process at the one, or throws.
class Calls {
 public:
  explicit Calls(Point point) : point_(point) {}

  template <class Call>
  auto operator()(Call call) {
    return (*this)(std::move(call), [] {});
  }
  // `half` does some of it; what has no half does all of it or nothing.
  template <class Call, class Half>
  auto operator()(Call call, Half half) {
    if (++count_ != point_.call) return call();
    if (point_.when == When::Fails)
      throw dstream::FileError(dstream::FileError::Why::Other, "call", std::to_string(count_),
                               failure);
    if (point_.when == When::Halfway) half();
    if (point_.when == When::After) static_cast<void>(call());
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
  }
  // For those whose callers are C.
  template <class... Calls>
  int code(Calls... calls) {
    try {
      return (*this)(std::move(calls)...);
    } catch (const dstream::FileError&) {
      return SQLITE_IOERR;
    }
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  static constexpr const char* failure = "failed on purpose";

 private:
  const Point point_;
  std::uint64_t count_ = 0;
};

// The file system below a directory, which is its "/".
class DyingFiles final : public dstream::Files {
 public:
  DyingFiles(std::string root, Calls& calls) : root_(std::move(root)), calls_(calls) {}

  std::unique_ptr<dstream::File> open(const std::string& path, Mode mode) override {
    return calls_([&] { return opened(real_.open(root_ + path, mode)); });
  }
  [[nodiscard]] dstream::FileInfo info(const std::string& path) override {
    return calls_([&] { return real_.info(root_ + path); });
  }
  [[nodiscard]] std::vector<std::string> list(const std::string& directory) override {
    return calls_([&] { return real_.list(root_ + directory); });
  }
  void makeDirectory(const std::string& path) override {
    calls_([&] { return real_.makeDirectory(root_ + path), 0; });
  }
  void makePrivateDirectory(const std::string& path) override {
    calls_([&] { return real_.makePrivateDirectory(root_ + path), 0; });
  }
  [[nodiscard]] std::unique_ptr<dstream::File> lock(const std::string& path) override {
    return calls_([&] { return opened(real_.lock(root_ + path)); });
  }
  void rename(const std::string& from, const std::string& to) override {
    calls_([&] { return real_.rename(root_ + from, root_ + to), 0; });
  }
  void remove(const std::string& path) override {
    calls_([&] { return real_.remove(root_ + path), 0; });
  }
  void syncDirectory(const std::string& path) override {
    calls_([&] { return real_.syncDirectory(root_ + path), 0; });
  }
  [[nodiscard]] std::int64_t stampLag() const override { return real_.stampLag(); }

 private:
  class Opened final : public dstream::File {
   public:
    Opened(std::unique_ptr<dstream::File> real, Calls& calls)
        : real_(std::move(real)), calls_(calls) {}
    [[nodiscard]] dstream::FileInfo info() override {
      return calls_([&] { return real_->info(); });
    }
    std::size_t read(std::uint64_t offset, char* into, std::size_t capacity) override {
      return calls_([&] { return real_->read(offset, into, capacity); });
    }
    void append(std::string_view bytes) override {
      calls_([&] { return real_->append(bytes), 0; },
             [&] { real_->append(bytes.substr(0, bytes.size() / 2)); });
    }
    void sync() override {
      calls_([&] { return real_->sync(), 0; });
    }

   private:
    const std::unique_ptr<dstream::File> real_;
    Calls& calls_;
  };
  std::unique_ptr<dstream::File> opened(std::unique_ptr<dstream::File> real) {
    return std::make_unique<Opened>(std::move(real), calls_);
  }

  dstream::detail::RealFiles real_;
  const std::string root_;
  Calls& calls_;
};

// While it lives SQLite's default file system is this one: the real one below a directory, with its
// writes, syncs, truncations and removals as calls.
class DyingSqlite {
 public:
  DyingSqlite(std::string root, Calls& calls)
      : root_(std::move(root)), calls_(calls), real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
    vfs_.zName = "dying";
    vfs_.szOsFile = static_cast<int>(sizeof(Opened)) + real_->szOsFile;
    vfs_.pAppData = this;
    vfs_.xOpen = open;
    vfs_.xDelete = [](sqlite3_vfs* vfs, const char* name, int sync) {
      auto& my = of(vfs);
      return my.calls_.code([&] { return my.real_->xDelete(my.real_, name, sync); });
    };
    vfs_.xFullPathname = [](sqlite3_vfs* vfs, const char* name, int bytes, char* out) {
      auto& my = of(vfs);
      return my.real_->xFullPathname(my.real_, (my.root_ + name).c_str(), bytes, out);
    };
    sqlite3_vfs_register(&vfs_, 1);
  }
  DyingSqlite(const DyingSqlite&) = delete;
  DyingSqlite& operator=(const DyingSqlite&) = delete;
  // After the last database was closed.
  ~DyingSqlite() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
  }

 private:
  // The real file lies behind it.
  struct Opened {
    sqlite3_file base;
    Calls* calls;
    sqlite3_file* real;
  };
  static Opened& of(sqlite3_file* file) { return *reinterpret_cast<Opened*>(file); }
  static DyingSqlite& of(sqlite3_vfs* vfs) { return *static_cast<DyingSqlite*>(vfs->pAppData); }
  // What the real file does with these arguments.
  template <auto method, class... Args>
  static auto forward(sqlite3_file* file, Args... args) {
    sqlite3_file* const real = of(file).real;
    return (real->pMethods->*method)(real, args...);
  }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* given) {
    auto& my = of(vfs);
    auto& opened = of(file);
    opened = {{nullptr}, &my.calls_, reinterpret_cast<sqlite3_file*>(&opened + 1)};
    std::memset(static_cast<void*>(opened.real), 0, static_cast<std::size_t>(my.real_->szOsFile));
    const int result =
        my.calls_.code([&] { return my.real_->xOpen(my.real_, name, opened.real, flags, given); });
    if (opened.real->pMethods != nullptr) opened.base.pMethods = &methods();
    return result;
  }

  static const sqlite3_io_methods& methods() {
    using Methods = sqlite3_io_methods;
    static const Methods all = [] {
      Methods made{};
      made.iVersion = 2;
      made.xClose = forward<&Methods::xClose>;
      made.xRead = forward<&Methods::xRead, void*, int, sqlite3_int64>;
      made.xWrite = [](sqlite3_file* file, const void* from, int bytes, sqlite3_int64 offset) {
        const auto write = [&](int some) {
          return forward<&Methods::xWrite>(file, from, some, offset);
        };
        return of(file).calls->code([&] { return write(bytes); }, [&] { write(bytes / 2); });
      };
      made.xTruncate = [](sqlite3_file* file, sqlite3_int64 size) {
        return of(file).calls->code([&] { return forward<&Methods::xTruncate>(file, size); });
      };
      made.xSync = [](sqlite3_file* file, int flags) {
        return of(file).calls->code([&] { return forward<&Methods::xSync>(file, flags); });
      };
      made.xFileSize = forward<&Methods::xFileSize, sqlite3_int64*>;
      made.xLock = forward<&Methods::xLock, int>;
      made.xUnlock = forward<&Methods::xUnlock, int>;
      made.xCheckReservedLock = forward<&Methods::xCheckReservedLock, int*>;
      made.xFileControl = forward<&Methods::xFileControl, int, void*>;
      made.xSectorSize = forward<&Methods::xSectorSize>;
      made.xDeviceCharacteristics = forward<&Methods::xDeviceCharacteristics>;
      made.xShmMap = forward<&Methods::xShmMap, int, int, int, void volatile**>;
      made.xShmLock = forward<&Methods::xShmLock, int, int, int>;
      made.xShmBarrier = forward<&Methods::xShmBarrier>;
      made.xShmUnmap = forward<&Methods::xShmUnmap, int>;
      return made;
    }();
    return all;
  }

  const std::string root_;
  Calls& calls_;
  sqlite3_vfs* const real_;
  sqlite3_vfs vfs_;
};

// A testing::World but for its files.
class DyingProcess final : public dstream::World {
 public:
  DyingProcess(const std::string& root, dstream::Nanos start, Point point)
      : calls_(point), inner_(start), files_(root, calls_), sqlite_(root, calls_) {}

  void advance(std::chrono::nanoseconds duration) { inner_.advance(duration); }
  [[nodiscard]] std::uint64_t calls() const { return calls_.count(); }

  [[nodiscard]] const void* process() const override { return this; }
  [[nodiscard]] dstream::Nanos now(dstream::Clock clock) const override {
    return inner_.now(clock);
  }
  std::uint64_t random() override { return inner_.random(); }
  [[nodiscard]] std::size_t cores() const override { return inner_.cores(); }
  std::unique_ptr<dstream::Workers> hire(std::size_t count) override { return inner_.hire(count); }
  void spawn(dstream::Actor& actor, dstream::Lane lane) override { inner_.spawn(actor, lane); }
  void retire(dstream::Actor& actor) override { inner_.retire(actor); }
  void wake(dstream::Actor& actor) override { inner_.wake(actor); }
  std::unique_ptr<dstream::Connection> connect(const dstream::Endpoint& endpoint,
                                               dstream::Actor& owner) override {
    return inner_.connect(endpoint, owner);
  }
  std::unique_ptr<dstream::Connection> standardInput(dstream::Actor& owner) override {
    return inner_.standardInput(owner);
  }
  [[nodiscard]] dstream::Files& files() override { return files_; }
  bool await(dstream::FunctionRef<bool()> done, dstream::Nanos deadline) override {
    return inner_.await(done, deadline);
  }
  void notify() override { inner_.notify(); }
  void watchSignals(bool watched) override { inner_.watchSignals(watched); }
  [[nodiscard]] bool interrupted() const override { return inner_.interrupted(); }
  void write(dstream::Console console, std::string_view text) override {
    inner_.write(console, text);
  }

 private:
  Calls calls_;
  dstream::testing::World inner_;
  DyingFiles files_;
  DyingSqlite sqlite_;
};

}  // namespace crash
