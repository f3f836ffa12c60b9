// SPDX-License-Identifier: BSL-1.0
#pragma once
// testing::Files: a file system in memory, stamped by the test's clock.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/function.hpp>
#include <dstream/runtime/files.hpp>
#include <dstream/testing/disk.hpp>
#include <dstream/testing/file_faults.hpp>

namespace dstream::inline v0::testing {

/// **meaning** directories and files by absolute path; "/" is there from the start. What is durable, and what is not yet, is told apart: see
/// testing/disk.hpp.
/// ```
/// world.files().stopAt({.call = n});          // some call from now on is the process's last
/// …                                           // drive the stream until world.files().stopped()
/// …                                           // destroy it: whatever it asks of the disk fails
/// world.files().restart();                    // a new process finds what the old one left
/// ```
/// **threads** one.
class Files final : public dstream::Files, public FileFaults {
  using Node = detail::DiskNode;
  using NodeRef = detail::DiskNodeRef;

 public:
  explicit Files(Function<std::int64_t()> now) : now_(std::move(now)) {}

  // --- for tests, as what FileFaults has; none of these is a call that fails or counts ---

  /// A regular file with this content, modified at the given time or now; what was there is replaced, directories above are made. All of it is durable.
  void put(const std::string& path, std::string content) { put(path, std::move(content), now_()); }
  void put(const std::string& path, std::string content, std::int64_t modified) {
    const NodeRef node = putNode(path, FileInfo::Kind::Regular);
    node->durable = content;
    node->content = std::move(content);
    node->modified = modified;
  }
  /// A pipe, socket or device.
  void putSpecial(const std::string& path) { putNode(path, FileInfo::Kind::Other); }
  /// From now on it is another user's.
  void giveAway(const std::string& path) { find("examine", path)->foreign = true; }
  [[nodiscard]] std::string content(const std::string& path) const { return find("read", path)->content; }
  [[nodiscard]] bool exists(const std::string& path) const { return disk_.find(path) != nullptr; }
  /// It and all below it outlive a crash of the machine, as they are now.
  [[nodiscard]] bool durable(const std::string& path) const { return disk_.isDurable(path); }
  /// **units** bytes written that no sync has reached.
  [[nodiscard]] std::size_t unsynced(const std::string& path) const {
    std::size_t bytes = 0;
    for (const auto& write : find("read", path)->unsynced) bytes += write.bytes.size();
    return bytes;
  }
  /// Files that are open, in all processes.
  [[nodiscard]] std::size_t openFiles() const { return open_; }
  /// The disk forgets one bit of what it had kept.
  void damage(const std::string& path, std::size_t byte) {
    const NodeRef node = find("damage", path);
    for (std::string* content : {&node->content, &node->durable})
      if (byte < content->size()) (*content)[byte] = static_cast<char>((*content)[byte] ^ 1);
  }
  /// The names in a directory, in order; none where there is no directory.
  [[nodiscard]] std::vector<std::string> names(const std::string& directory) const {
    std::vector<std::string> all;
    if (const NodeRef found = disk_.find(directory); found != nullptr)
      for (const auto& [name, node] : found->entries) all.push_back(name);
    return all;
  }
  /// Every path, in order.
  [[nodiscard]] std::vector<std::string> paths() const {
    std::vector<std::string> all{"/"};
    collect(*disk_.find("/"), "/", all);
    std::sort(all.begin(), all.end());
    return all;
  }

  /// From now on so many more bytes can be written; then the disk is full.
  void setFreeBytes(std::uint64_t bytes) { free_ = bytes; }

  /// **meaning** a file that is written anywhere, as databases do; see testing/sqlite_disk.hpp.
  class RandomFile {
   public:
    virtual ~RandomFile() = default;
    [[nodiscard]] virtual std::uint64_t size() = 0;
    virtual std::size_t read(std::uint64_t offset, char* into, std::size_t capacity) = 0;
    virtual void write(std::uint64_t offset, std::string_view bytes) = 0;
    virtual void truncate(std::uint64_t size) = 0;
    virtual void sync() = 0;
  };
  /// Makes it, if asked to and it is not there. **errors** FileError.
  std::unique_ptr<RandomFile> openAnywhere(const std::string& path, bool create) {
    return call(create ? "create" : "open", path, [&](const char* operation) -> std::unique_ptr<RandomFile> {
      NodeRef node = disk_.find(path);
      if (node == nullptr) node = create ? this->create(operation, path, FileInfo::Kind::Regular) : find(operation, path);
      return std::make_unique<Anywhere>(*this, std::move(node), path);
    });
  }

  // --- Files ---

  std::unique_ptr<File> open(const std::string& path, Mode mode) override {
    const bool reads = mode == Mode::Read || mode == Mode::ReadPrivate;
    return call(reads ? "open" : "create", path, [&](const char* operation) -> std::unique_ptr<File> {
      if (!reads) return std::make_unique<Opened>(*this, create(operation, path, FileInfo::Kind::Regular), path);
      const NodeRef found = find(operation, path);
      if (mode == Mode::ReadPrivate) requirePrivate(*found, FileInfo::Kind::Regular, operation, path);
      return std::make_unique<Opened>(*this, found, path);
    });
  }
  [[nodiscard]] FileInfo info(const std::string& path) override {
    return call("examine", path, [&](const char*) {
      const NodeRef found = disk_.find(path);
      return found == nullptr ? FileInfo{} : infoOf(*found);
    });
  }
  [[nodiscard]] std::vector<std::string> list(const std::string& directory) override {
    return call("list", directory, [&](const char* operation) {
      const NodeRef found = find(operation, directory);
      if (found->kind != FileInfo::Kind::Directory) throw FileError(FileError::Why::Other, operation, directory, "not a directory");
      std::vector<std::string> names;
      for (const auto& [name, node] : found->entries) names.push_back(name);
      return names;
    });
  }
  void makeDirectory(const std::string& path) override {
    call("make directory", path, [&](const char* operation) { create(operation, path, FileInfo::Kind::Directory); });
  }
  void makePrivateDirectory(const std::string& path) override {
    call("make directory", path, [&](const char* operation) {
      const NodeRef there = disk_.find(path);
      if (there != nullptr) return requirePrivate(*there, FileInfo::Kind::Directory, "use", path);
      create(operation, path, FileInfo::Kind::Directory);
    });
  }
  [[nodiscard]] std::unique_ptr<File> lock(const std::string& path) override {
    return call("lock", path, [&](const char* operation) -> std::unique_ptr<File> {
      NodeRef node = disk_.find(path);
      if (node == nullptr) node = create(operation, path, FileInfo::Kind::Regular);
      requirePrivate(*node, FileInfo::Kind::Regular, operation, path);
      if (node->lockedBy == process_) throw FileError(FileError::Why::Locked, operation, path, "it is held by another process, or twice by this one");
      return std::make_unique<Held>(*this, std::move(node), path);
    });
  }
  void rename(const std::string& from, const std::string& to) override {
    const auto move = [&](const char* operation) {
      const auto fail = [&](FileError::Why why, const char* reason) { throw FileError(why, operation, from + " to " + to, reason); };
      if (disk_.find(from) == nullptr) fail(FileError::Why::NotFound, "no such file or directory");
      if (to.starts_with(from + "/")) fail(FileError::Why::Other, "invalid argument");
      disk_.move(disk_.place(from), freePlace(operation, to, from + " to "));
    };
    call("rename", from, move, [&] { move("rename"); }, to);
  }
  void remove(const std::string& path) override {
    call("remove", path, [&](const char* operation) {
      if (!find(operation, path)->entries.empty()) throw FileError(FileError::Why::Exists, operation, path, "directory not empty");
      disk_.unlink(disk_.place(path));
    });
  }
  void syncDirectory(const std::string& path) override {
    call("sync directory", path, [&](const char* operation) { disk_.syncDirectory(find(operation, path)); });
  }
  [[nodiscard]] std::int64_t stampLag() const override { return 0; }

 private:
  /// A file that is open: what its calls have in common.
  class Handle {
   public:
    Handle(Files& files, NodeRef node, std::string path) : files_(files), process_(files.process_), node_(std::move(node)), path_(std::move(path)) { ++files_.open_; }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { --files_.open_; }

    [[nodiscard]] Node& node() const { return *node_; }
    [[nodiscard]] std::uint64_t process() const { return process_; }
    [[nodiscard]] bool cutOff() const { return process_ != files_.process_; }

    std::size_t read(std::uint64_t offset, char* into, std::size_t capacity) {
      return call("read", [&]() -> std::size_t {
        if (offset >= node_->content.size()) return 0;
        return node_->content.copy(into, capacity, static_cast<std::size_t>(offset));
      });
    }
    [[nodiscard]] bool isAt(const std::string& path) {
      return call("examine", [&] { return files_.disk_.find(path) == node_; });
    }
    void write(std::size_t offset, std::string_view bytes) {
      const auto some = [&] { put(offset, bytes.substr(0, bytes.size() / 2)); };
      try {
        call("write", [&] { put(offset, bytes); }, some);
      } catch (const Failed& failed) {
        some();
        throw failed;
      }
    }
    void truncate(std::size_t size) {
      call("truncate", [&] { files_.disk_.truncate(node_, size); });
    }
    void sync() {
      try {
        call("sync", [&] { files_.disk_.sync(node_); });
      } catch (const Failed& failed) {
        detail::Disk::failSync(*node_);
        throw failed;
      }
    }

   private:
    template <class Do>
    std::invoke_result_t<Do&> call(const char* operation, Do act) {
      return call(operation, act, [&] { static_cast<void>(act()); });
    }
    template <class Do, class Half>
    std::invoke_result_t<Do&> call(const char* operation, Do act, Half half) {
      if (cutOff()) throw FileError(FileError::Why::Other, operation, path_, "its process has ended");
      return files_.call(operation, path_, [&](const char*) { return act(); }, half);
    }
    void put(std::size_t offset, std::string_view bytes) {
      const auto fits = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), files_.free_));
      if (fits != 0) files_.disk_.write(node_, offset, bytes.substr(0, fits));
      node_->modified = files_.now_();
      files_.free_ -= fits;
      if (fits < bytes.size()) throw FileError(FileError::Why::NoSpace, "write", path_, "no space left on device");
    }

    Files& files_;
    const std::uint64_t process_;
    const NodeRef node_;  // stays after remove, as an open file does
    const std::string path_;
  };

  class Opened : public File {
   public:
    Opened(Files& files, NodeRef node, std::string path) : handle_(files, std::move(node), std::move(path)) {}

    [[nodiscard]] FileInfo info() override { return infoOf(handle_.node()); }
    [[nodiscard]] bool isAt(const std::string& path) override { return handle_.isAt(path); }
    std::size_t read(std::uint64_t offset, char* into, std::size_t capacity) override { return handle_.read(offset, into, capacity); }
    void append(std::string_view bytes) override { handle_.write(handle_.node().content.size(), bytes); }
    void sync() override { handle_.sync(); }

   protected:
    Handle handle_;
  };

  class Anywhere final : public RandomFile {
   public:
    Anywhere(Files& files, NodeRef node, std::string path) : handle_(files, std::move(node), std::move(path)) {}

    [[nodiscard]] std::uint64_t size() override { return handle_.node().content.size(); }
    std::size_t read(std::uint64_t offset, char* into, std::size_t capacity) override { return handle_.read(offset, into, capacity); }
    void write(std::uint64_t offset, std::string_view bytes) override { handle_.write(static_cast<std::size_t>(offset), bytes); }
    void truncate(std::uint64_t size) override { handle_.truncate(static_cast<std::size_t>(size)); }
    void sync() override { handle_.sync(); }

   private:
    Handle handle_;
  };

  class Held final : public Opened {
   public:
    Held(Files& files, NodeRef node, std::string path) : Opened(files, std::move(node), std::move(path)) { handle_.node().lockedBy = handle_.process(); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() override {
      if (!handle_.cutOff()) handle_.node().lockedBy = 0;
    }
  };

  [[nodiscard]] static FileInfo infoOf(const Node& node) { return {node.kind, node.content.size(), node.modified}; }
  [[nodiscard]] NodeRef make(FileInfo::Kind kind) const {
    auto node = std::make_shared<Node>();
    node->kind = kind;
    node->modified = now_();
    return node;
  }
  NodeRef putNode(const std::string& path, FileInfo::Kind kind) {
    for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
      if (const std::string above = path.substr(0, slash); !exists(above)) putNode(above, FileInfo::Kind::Directory);
    const auto [directory, name] = disk_.place(path);
    return directory->durableEntries[name] = directory->entries[name] = make(kind);
  }
  NodeRef create(const char* operation, const std::string& path, FileInfo::Kind kind) {
    const detail::Disk::Place place = freePlace(operation, path);
    NodeRef node = make(kind);
    disk_.link(place, node);
    return node;
  }
  [[nodiscard]] NodeRef find(const char* operation, const std::string& path) const {
    NodeRef found = disk_.find(path);
    if (found == nullptr) throw FileError(FileError::Why::NotFound, operation, path, "no such file or directory");
    return found;
  }
  /// Its name is free, and the directory above is there.
  [[nodiscard]] detail::Disk::Place freePlace(const char* operation, const std::string& path, const std::string& said = "") const {
    const auto fail = [&](FileError::Why why, const char* reason) { throw FileError(why, operation, said + path, reason); };
    if (exists(path)) fail(FileError::Why::Exists, "file exists");
    detail::Disk::Place place = disk_.place(path);
    if (place.directory == nullptr) fail(FileError::Why::NotFound, "no such file or directory");
    if (place.directory->kind != FileInfo::Kind::Directory) fail(FileError::Why::Other, "not a directory");
    return place;
  }
  static void requirePrivate(const Node& node, FileInfo::Kind kind, const char* operation, const std::string& path) {
    const auto deny = [&](const char* reason) { throw FileError(FileError::Why::Denied, operation, path, reason); };
    if (node.kind != kind) deny(kind == FileInfo::Kind::Directory ? "it is not a directory" : "it is not a regular file");
    if (node.foreign) deny("it belongs to another user");
  }
  static void collect(const Node& directory, const std::string& above, std::vector<std::string>& all) {
    for (const auto& [name, node] : directory.entries) {
      all.push_back(above + name);
      collect(*node, above + name + "/", all);
    }
  }

  Function<std::int64_t()> now_;
  std::size_t open_ = 0;
  std::uint64_t free_ = ~std::uint64_t{0};
};

}  // namespace dstream::inline v0::testing
