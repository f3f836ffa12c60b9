// SPDX-License-Identifier: BSL-1.0
#pragma once
// BatchDirectory: the files of one batch, written out of sight and shown by one rename.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/durations.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/runtime/files.hpp>
#include <dstream/stream/batch.hpp>

namespace dstream::inline v0 {

struct SaveOptions {
  /// No directory for a batch without records. Spark makes one.
  bool skipEmpty = false;
  /// Longer than zero: the batches of each such stretch of time share a directory, `prefix-TIME` of its beginning, with files
  /// `part-TIME-00000` of each batch; it gets `_SUCCESS` with the first batch of a later stretch.
  std::chrono::nanoseconds rollEvery{0};
};

namespace detail {

/// Milliseconds, as in Spark; for batches that are not whole milliseconds apart micro- or nanoseconds, so that no two have one name.
inline std::string timeName(std::int64_t nanoseconds, std::int64_t slide) {
  const std::int64_t unit = slide % 1'000'000 == 0 ? 1'000'000 : slide % 1'000 == 0 ? 1'000 : 1;
  return std::to_string(nanoseconds / unit);
}

/// `prefix-TIME.suffix`; an empty prefix or suffix adds nothing, not even its sign.
inline std::string batchName(const std::string& prefix, const std::string& suffix, const std::string& time) {
  return (prefix.empty() ? "" : prefix + "-") + time + (suffix.empty() ? "" : "." + suffix);
}

/// **meaning** stages files in `.NAME.staged` beside the directory NAME; `publish` makes them durable and shows them; without it they go.
/// **errors** FileError.
template <class Use = OnUse>
class BasicBatchDirectory {
 public:
  BasicBatchDirectory(Files& files, std::string target) : files_(files), target_(std::move(target)), staged_(above(target_) + "." + target_.substr(above(target_).size()) + ".staged") {
    makeDirectories(parent());
    if (files_.info(staged_).kind == FileInfo::Kind::Directory) clear(staged_);  // of a process that died
    files_.makeDirectory(staged_);
  }
  BasicBatchDirectory(const BasicBatchDirectory&) = delete;
  BasicBatchDirectory& operator=(const BasicBatchDirectory&) = delete;
  ~BasicBatchDirectory() {
    if (published_) return;
    try {
      clear(staged_);
    } catch (const std::exception&) {  // the error that brought us here says more
    }
  }

  /// From several tasks at a time, each with its own name.
  Deferred<std::unique_ptr<File>, Use> create(const std::string& name) { return files_.open(staged_ + "/" + name, Files::Mode::Create); }

  /// All files at once, `_SUCCESS` among them. What an earlier attempt at this batch left there is replaced.
  void publish() {
    create("_SUCCESS")->sync();
    files_.syncDirectory(staged_);
    if (files_.info(target_).kind != FileInfo::Kind::None) {
      requireOurs(target_);
      clear(target_);
    }
    files_.rename(staged_, target_);
    published_ = true;
    files_.syncDirectory(parent());
  }

  /// One file after another, into a directory that other batches share.
  void publishInto(const std::string& shared) {
    if (files_.info(shared).kind == FileInfo::Kind::None) {
      files_.makeDirectory(shared);
      files_.syncDirectory(parent());
    }
    for (const std::string& name : files_.list(staged_)) {
      if (files_.info(shared + "/" + name).kind != FileInfo::Kind::None) files_.remove(shared + "/" + name);
      files_.rename(staged_ + "/" + name, shared + "/" + name);
    }
    files_.syncDirectory(shared);
  }

 private:
  /// Up to the last slash, that included.
  static std::string above(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }
  [[nodiscard]] std::string parent() const {
    const std::string up = above(target_);
    return up.empty() ? "." : up.size() == 1 ? up : up.substr(0, up.size() - 1);
  }

  void makeDirectories(const std::string& path) {
    if (path.empty() || files_.info(path).kind == FileInfo::Kind::Directory) return;
    const std::string up = above(path);
    if (up.size() > 1) makeDirectories(up.substr(0, up.size() - 1));
    try {
      files_.makeDirectory(path);
    } catch (const FileError& error) {  // another output was quicker
      if (error.why() != FileError::Why::Exists) throw;
    }
  }

  void requireOurs(const std::string& directory) {
    for (const std::string& name : files_.list(directory))
      if (name != "_SUCCESS" && !name.starts_with("part-"))
        throw FileError(FileError::Why::Exists, "replace", directory, "it holds " + name + ", which is none of a batch's files");
  }
  void clear(const std::string& directory) {
    for (const std::string& name : files_.list(directory)) files_.remove(directory + "/" + name);
    files_.remove(directory);
  }

  Deferred<Files, Use>& files_;
  const std::string target_;
  const std::string staged_;
  bool published_ = false;
};
using BatchDirectory = BasicBatchDirectory<>;

/// **meaning** an output that writes each partition of a batch as a file. `Writer(File&)` has `add(record)` and `finish()`.
template <class Writer>
class SaveBatches {
  using Directory = Deferred<BatchDirectory, Writer>;

 public:
  SaveBatches(Files& files, std::string prefix, std::string suffix, SaveOptions options, std::int64_t slide)
      : files_(&files), prefix_(std::move(prefix)), suffix_(std::move(suffix)), options_(options), slide_(slide) {}

  template <class BatchOf>
  void operator()(const BatchOf& batch) {
    const std::int64_t time = batch.time().nanoseconds;
    const std::int64_t roll = options_.rollEvery.count();
    if (roll != 0) closeBefore(time / roll * roll);
    if (options_.skipEmpty && batch.isEmpty()) return;
    Directory directory(*files_, nameOf(time));
    writeAll(batch, directory, roll != 0 ? "part-" + timeName(time, slide_) + "-" : "part-");
    if (roll == 0) return directory.publish();
    open_ = time / roll * roll;
    directory.publishInto(nameOf(open_));
  }

 private:
  template <class BatchOf>
  static void writeAll(const BatchOf& batch, Directory& directory, const std::string& prefix) {
    BatchOf rdd = batch;
    auto runner = rdd.runner();
    rdd.prepare(runner);
    runner.forEach(rdd.partitions(), [&](std::size_t, std::size_t partition) {
      const std::string digits = std::to_string(partition);
      const auto file = directory.create(prefix + std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits);
      Writer writer(*file);
      auto step = [](Writer* to, auto&& record) {
        to->add(record);
        return to;
      };
      static_cast<void>(rdd.fold(Slice{partition, 0, 1}, &writer, step));
      writer.finish();
      file->sync();
    });
  }

  /// The shared directory of an earlier stretch of time gets no more files.
  void closeBefore(std::int64_t begin) {
    if (open_ < 0 || open_ >= begin) return;
    const std::string done = nameOf(open_);
    if (files_->info(done + "/_SUCCESS").kind == FileInfo::Kind::None) files_->open(done + "/_SUCCESS", Files::Mode::Create)->sync();
    files_->syncDirectory(done);
    open_ = -1;
  }

  [[nodiscard]] std::string nameOf(std::int64_t time) const { return batchName(prefix_, suffix_, timeName(time, slide_)); }

  Deferred<Files, Writer>* files_;
  const std::string prefix_;
  const std::string suffix_;
  const SaveOptions options_;
  const std::int64_t slide_;
  std::int64_t open_ = -1;
};

}  // namespace detail

}  // namespace dstream::inline v0
