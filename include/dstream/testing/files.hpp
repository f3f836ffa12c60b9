// SPDX-License-Identifier: BSL-1.0
#pragma once
// testing::Files: a file system in memory, stamped by the test's clock, that can be made to fail.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/function.hpp>
#include <dstream/runtime/files.hpp>

namespace dstream::inline v0::testing {

/// **meaning** directories and files by absolute path; "/" is there from the start. **threads** one.
class Files final : public dstream::Files {
 public:
  explicit Files(Function<std::int64_t()> now) : now_(std::move(now)) { nodes_["/"] = make(FileInfo::Kind::Directory); }

  // --- for tests ---

  /// A regular file with this content, modified at the given time or now; what was there is replaced, directories above are made.
  void put(const std::string& path, std::string content) { put(path, std::move(content), now_()); }
  void put(const std::string& path, std::string content, std::int64_t modified) {
    for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
      if (auto& above = nodes_[path.substr(0, slash)]; above == nullptr) above = make(FileInfo::Kind::Directory);
    nodes_[path] = make(FileInfo::Kind::Regular);
    nodes_[path]->content = std::move(content);
    nodes_[path]->modified = modified;
  }
  /// A pipe, socket or device.
  void putSpecial(const std::string& path) { nodes_[path] = make(FileInfo::Kind::Other); }
  /// From now on it is another user's.
  void giveAway(const std::string& path) { nodes_.at(path)->foreign = true; }
  [[nodiscard]] std::string content(const std::string& path) const { return find("read", path).content; }
  [[nodiscard]] bool exists(const std::string& path) const { return nodes_.contains(path); }
  /// Every path, in order.
  [[nodiscard]] std::vector<std::string> paths() const {
    std::vector<std::string> all;
    for (const auto& [path, node] : nodes_) all.push_back(path);
    return all;
  }
  /// The next call of this operation ("open", "create", "list", "read", "write", "sync", …) on this path fails.
  void failNext(const std::string& operation, const std::string& path, FileError::Why why = FileError::Why::Other, std::string reason = "input/output error") {
    failures_[{operation, path}] = {why, std::move(reason)};
  }
  /// From now on so many more bytes can be written; then the disk is full.
  void setFreeBytes(std::uint64_t bytes) { free_ = bytes; }

  // --- Files ---

  std::unique_ptr<File> open(const std::string& path, Mode mode) override {
    if (mode == Mode::Read || mode == Mode::ReadPrivate) {
      perhapsFail("open", path);
      const Node& found = find("open", path);
      if (mode == Mode::ReadPrivate) requirePrivate(found, FileInfo::Kind::Regular, "open", path);
    } else {
      perhapsFail("create", path);
      requireFree("create", path);
      nodes_[path] = make(FileInfo::Kind::Regular);
    }
    return std::make_unique<Opened>(*this, nodes_.at(path), path);
  }
  [[nodiscard]] FileInfo info(const std::string& path) override {
    perhapsFail("examine", path);
    const auto found = nodes_.find(path);
    return found == nodes_.end() ? FileInfo{} : found->second->info();
  }
  [[nodiscard]] std::vector<std::string> list(const std::string& directory) override {
    perhapsFail("list", directory);
    if (find("list", directory).kind != FileInfo::Kind::Directory) throw FileError(FileError::Why::Other, "list", directory, "not a directory");
    const std::string above = directory == "/" ? directory : directory + "/";
    std::vector<std::string> names;
    for (const auto& [path, node] : nodes_)
      if (path.size() > above.size() && path.starts_with(above) && path.find('/', above.size()) == std::string::npos) names.push_back(path.substr(above.size()));
    return names;
  }
  void makeDirectory(const std::string& path) override {
    perhapsFail("make directory", path);
    requireFree("make directory", path);
    nodes_[path] = make(FileInfo::Kind::Directory);
  }
  void makePrivateDirectory(const std::string& path) override {
    if (const auto there = nodes_.find(path); there != nodes_.end()) return requirePrivate(*there->second, FileInfo::Kind::Directory, "use", path);
    makeDirectory(path);
  }
  [[nodiscard]] std::unique_ptr<File> lock(const std::string& path) override {
    perhapsFail("lock", path);
    if (!nodes_.contains(path)) {
      requireFree("lock", path);
      nodes_[path] = make(FileInfo::Kind::Regular);
    }
    const std::shared_ptr<Node> node = nodes_.at(path);
    requirePrivate(*node, FileInfo::Kind::Regular, "lock", path);
    if (node->locked) throw FileError(FileError::Why::Locked, "lock", path, "it is held by another process, or twice by this one");
    return std::make_unique<Held>(*this, node, path);
  }
  void rename(const std::string& from, const std::string& to) override {
    perhapsFail("rename", from);
    const std::string both = from + " to " + to;
    if (!nodes_.contains(from)) throw FileError(FileError::Why::NotFound, "rename", both, "no such file or directory");
    if (nodes_.contains(to)) throw FileError(FileError::Why::Exists, "rename", both, "file exists");
    requireFree("rename", to);
    std::vector<std::pair<std::string, std::shared_ptr<Node>>> moved;
    for (const auto& [path, node] : nodes_)
      if (path == from || path.starts_with(from + "/")) moved.emplace_back(path, node);
    for (auto& [path, node] : moved) {
      nodes_.erase(path);
      nodes_[to + path.substr(from.size())] = std::move(node);
    }
  }
  void remove(const std::string& path) override {
    perhapsFail("remove", path);
    const Node& gone = find("remove", path);
    if (gone.kind == FileInfo::Kind::Directory && !list(path).empty()) throw FileError(FileError::Why::Exists, "remove", path, "directory not empty");
    nodes_.erase(path);
  }
  void syncDirectory(const std::string& path) override {
    perhapsFail("sync directory", path);
    static_cast<void>(find("sync directory", path));
  }
  [[nodiscard]] std::int64_t stampLag() const override { return 0; }

 private:
  struct Node {
    FileInfo::Kind kind = FileInfo::Kind::Regular;
    std::string content;
    std::int64_t modified = 0;
    bool foreign = false;
    bool locked = false;
    [[nodiscard]] FileInfo info() const { return {kind, content.size(), modified}; }
  };

  class Opened : public File {
   public:
    Opened(Files& files, std::shared_ptr<Node> node, std::string path) : files_(files), node_(std::move(node)), path_(std::move(path)) {}

    [[nodiscard]] FileInfo info() override { return node_->info(); }
    std::size_t read(std::uint64_t offset, char* into, std::size_t capacity) override {
      files_.perhapsFail("read", path_);
      if (offset >= node_->content.size()) return 0;
      return node_->content.copy(into, capacity, static_cast<std::size_t>(offset));
    }
    void append(std::string_view bytes) override {
      files_.perhapsFail("write", path_);
      const auto fits = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), files_.free_));
      node_->content.append(bytes.substr(0, fits));
      node_->modified = files_.now_();
      files_.free_ -= fits;
      if (fits < bytes.size()) throw FileError(FileError::Why::NoSpace, "write", path_, "no space left on device");
    }
    void sync() override { files_.perhapsFail("sync", path_); }

   private:
    Files& files_;
    const std::shared_ptr<Node> node_;  // stays after remove, as an open file does
    const std::string path_;
  };

  class Held final : public Opened {
   public:
    Held(Files& files, std::shared_ptr<Node> node, std::string path) : Opened(files, node, std::move(path)), held_(std::move(node)) { held_->locked = true; }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() override { held_->locked = false; }

   private:
    const std::shared_ptr<Node> held_;
  };

  struct Failure {
    FileError::Why why;
    std::string reason;
  };

  [[nodiscard]] std::shared_ptr<Node> make(FileInfo::Kind kind) const {
    auto node = std::make_shared<Node>();
    node->kind = kind;
    node->modified = now_();
    return node;
  }
  [[nodiscard]] const Node& find(const char* operation, const std::string& path) const {
    const auto found = nodes_.find(path);
    if (found == nodes_.end()) throw FileError(FileError::Why::NotFound, operation, path, "no such file or directory");
    return *found->second;
  }
  static void requirePrivate(const Node& node, FileInfo::Kind kind, const char* operation, const std::string& path) {
    const auto deny = [&](const char* reason) { throw FileError(FileError::Why::Denied, operation, path, reason); };
    if (node.kind != kind) deny(kind == FileInfo::Kind::Directory ? "it is not a directory" : "it is not a regular file");
    if (node.foreign) deny("it belongs to another user");
  }
  /// The name is free, and the directory above is there.
  void requireFree(const char* operation, const std::string& path) const {
    if (nodes_.contains(path)) throw FileError(FileError::Why::Exists, operation, path, "file exists");
    const std::size_t slash = path.rfind('/');
    const auto above = nodes_.find(slash == 0 ? "/" : path.substr(0, slash));
    if (above == nodes_.end()) throw FileError(FileError::Why::NotFound, operation, path, "no such file or directory");
    if (above->second->kind != FileInfo::Kind::Directory) throw FileError(FileError::Why::Other, operation, path, "not a directory");
  }
  void perhapsFail(const char* operation, const std::string& path) {
    const auto found = failures_.find({operation, path});
    if (found == failures_.end()) return;
    const Failure failure = found->second;
    failures_.erase(found);
    throw FileError(failure.why, operation, path, failure.reason);
  }

  Function<std::int64_t()> now_;
  std::map<std::string, std::shared_ptr<Node>> nodes_;
  std::map<std::pair<std::string, std::string>, Failure> failures_;
  std::uint64_t free_ = ~std::uint64_t{0};
};

}  // namespace dstream::inline v0::testing
