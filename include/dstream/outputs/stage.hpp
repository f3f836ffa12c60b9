// SPDX-License-Identifier: BSL-1.0
#pragma once
// Stage: where the files of batches that are not yet committed lie, each attempt in a directory of its own.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/crc32c.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/exec/mutex.hpp>
#include <dstream/runtime/files.hpp>
#include <dstream/stream/batch.hpp>

namespace dstream::inline v0::detail {

/// A name as part of one: what is no letter, digit or one of these signs as %XX.
inline std::string asFileName(std::string_view text, std::string_view signs = ".-_") {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string name;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || signs.find(c) != std::string_view::npos;
    if (plain) {
      name += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      name += '%';
      name += digits[byte >> 4];
      name += digits[byte & 15];
    }
  }
  return name;
}

/// Everything above and below one path. **errors** FileError.
template <class Use = OnUse>
struct BasicFileTree {
  Deferred<Files, Use>& files;

  /// Up to the last slash, that included.
  static std::string above(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }
  static std::string parent(const std::string& path) {
    const std::string up = above(path);
    return up.empty() ? "." : up.size() == 1 ? up : up.substr(0, up.size() - 1);
  }
  /// Without empty names, and those that are a dot alone.
  static std::string plain(std::string_view path) {
    std::string plain = path.starts_with('/') ? "/" : "";
    while (!path.empty()) {
      const std::string_view name = path.substr(0, path.find('/'));
      path.remove_prefix(name.size() == path.size() ? name.size() : name.size() + 1);
      if (name.empty() || name == ".") continue;
      if (!plain.empty() && plain.back() != '/') plain += '/';
      plain += name;
    }
    return plain;
  }
  [[nodiscard]] bool isDirectory(const std::string& path) const { return files.info(path).kind == FileInfo::Kind::Directory; }
  /// The directory and those above it; whose names outlive a crash when this returns.
  void makeDurably(const std::string& path) const {
    if (path.empty() || path == "." || isDirectory(path)) return;
    const std::string up = parent(path);
    makeDurably(up);
    try {
      files.makeDirectory(path);
    } catch (const FileError& error) {  // another output was quicker
      if (error.why() != FileError::Why::Exists) throw;
    }
    files.syncDirectory(up);
  }
  /// A directory of files.
  void clear(const std::string& directory) const {
    for (const std::string& name : files.list(directory)) files.remove(directory + "/" + name);
    files.remove(directory);
  }
};

/// A file that knows how long it is and what its crc32c is.
template <class Use = OnUse>
class BasicCheckedFile final : public File {
 public:
  explicit BasicCheckedFile(Deferred<std::unique_ptr<File>, Use> file) : file_(std::move(file)) {}

  [[nodiscard]] FileInfo info() override { return file_->info(); }
  std::size_t read(std::uint64_t offset, char* into, std::size_t capacity) override { return file_->read(offset, into, capacity); }
  void append(std::string_view bytes) override {
    file_->append(bytes);
    bytes_ += bytes.size();
    crc_ = crc32c(bytes, crc_);
  }
  void sync() override { file_->sync(); }
  [[nodiscard]] std::string line(const std::string& name) const { return name + " " + std::to_string(bytes_) + " " + std::to_string(crc_) + "\n"; }

 private:
  Deferred<std::unique_ptr<File>, Use> file_;
  std::uint64_t bytes_ = 0;
  std::uint32_t crc_ = 0;
};

/// **meaning** the stages of one output: `DIRECTORY/SEQ-EPOCH-ATTEMPT/`, each with `part-…` files and, when it is whole, a `_SUCCESS` that names the job and the batch, and
/// of each file its length and checksum. **errors** FileError.
template <class Use = OnUse>
class BasicStage {
  using Tree = BasicFileTree<Use>;

 public:
  BasicStage(Deferred<Files, Use>& files, std::string directory, std::string job) : tree_{files}, directory_(std::move(directory)), job_(std::move(job)) {}

  [[nodiscard]] std::string pathOf(const Batch& batch) const {
    return directory_ + "/" + std::to_string(batch.seq) + "-" + std::to_string(batch.epoch) + "-" + std::to_string(batch.attempt);
  }
  [[nodiscard]] bool has(const Batch& batch) const { return tree_.isDirectory(pathOf(batch)); }

  /// `write(path, note)` makes the files; `note(line)` of each, from any task. When this returns the stage outlives a crash.
  template <class Write>
  void fill(const Batch& batch, const Write& write) {
    const std::string path = pathOf(batch);
    if (tree_.isDirectory(path)) tree_.clear(path);
    tree_.makeDurably(path);
    if (!lasts_) tree_.files.syncDirectory(Tree::parent(directory_));  // an attempt may have made it, and failed to sync its name
    lasts_ = true;
    Mutex mutex;
    std::string lines;
    write(path, [&](const std::string& line) {
      const Lock lock(mutex);
      lines += line;
    });
    const auto success = tree_.files.open(path + "/_SUCCESS", Files::Mode::Create);
    success->append(head(batch) + lines);
    success->sync();
    tree_.files.syncDirectory(path);
  }
  void drop(const Batch& batch) {
    if (has(batch)) tree_.clear(pathOf(batch));
  }
  /// Every one. What is no directory is no stage, and stays.
  void clear() {
    if (!tree_.isDirectory(directory_)) return;
    for (const std::string& name : tree_.files.list(directory_))
      if (const std::string path = directory_ + "/" + name; tree_.isDirectory(path)) tree_.clear(path);
    tree_.files.syncDirectory(directory_);
    tree_.files.syncDirectory(Tree::parent(directory_));  // a process that was killed may have made it and no more
  }
  /// This job's stages in a directory that an earlier build gave another name, and shared between jobs.
  void adopt(const std::string& earlier) {
    if (earlier == directory_ || !tree_.isDirectory(earlier)) return;
    for (const std::string& name : tree_.files.list(earlier)) {
      if (!isOurs(earlier + "/" + name)) continue;
      tree_.makeDurably(directory_);
      tree_.files.rename(earlier + "/" + name, directory_ + "/" + name);
      tree_.files.syncDirectory(directory_);
    }
    tree_.files.syncDirectory(earlier);
  }
  void shown() { tree_.files.syncDirectory(directory_); }

  /// Whether the `_SUCCESS` in this directory is one of this job's.
  [[nodiscard]] bool isOurs(const std::string& published) const {
    const std::string path = published + "/_SUCCESS";
    if (tree_.files.info(path).kind != FileInfo::Kind::Regular) return false;
    const auto file = tree_.files.open(path, Files::Mode::Read);
    const std::string line = jobLine();
    std::string begin(line.size(), '\0');
    return file->read(0, begin.data(), begin.size()) == line.size() && begin == line;
  }

  /// What a `_SUCCESS` of this job's begins with.
  [[nodiscard]] std::string jobLine() const { return "job " + asFileName(job_) + "\n"; }

 private:
  [[nodiscard]] std::string head(const Batch& batch) const {
    return jobLine() + "seq " + std::to_string(batch.seq) + "\ntime " + std::to_string(batch.time.nanoseconds) + "\n";
  }

  Tree tree_;
  const std::string directory_;
  const std::string job_;
  bool lasts_ = false;  // the directory's name outlives a crash
};

}  // namespace dstream::inline v0::detail
