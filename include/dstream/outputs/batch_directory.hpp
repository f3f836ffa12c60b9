// SPDX-License-Identifier: BSL-1.0
#pragma once
// BatchDirectory: the files of one batch, written out of sight and shown by one rename.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/durations.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/outputs/stage.hpp>
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
/// Without a checkpoint a batch is shown when it is written. With one it is staged, and shown after it is committed; what is there then by its name is refused before.
template <class Writer>
class SaveBatches {
  using Directory = Deferred<BatchDirectory, Writer>;
  using Stage = BasicStage<Deferred<OnUse, Writer>>;
  using Tree = BasicFileTree<Deferred<OnUse, Writer>>;
  using CheckedFile = BasicCheckedFile<Deferred<OnUse, Writer>>;

 public:
  SaveBatches(Files& files, std::string prefix, std::string suffix, SaveOptions options, std::int64_t slide)
      : files_(&files), prefix_(std::move(prefix)), suffix_(std::move(suffix)), options_(options), slide_(slide) {}

  template <class BatchOf>
  void operator()(const BatchOf& batch) {
    const std::int64_t time = batch.time().nanoseconds;
    const std::int64_t roll = options_.rollEvery.count();
    if (stage_) return stage(batch);
    if (roll != 0) closeBefore(time / roll * roll);
    if (options_.skipEmpty && batch.isEmpty()) return;
    Directory directory(*files_, nameOf(time));
    writeAll(batch, partPrefix(time), [&](const std::string& name) { return directory.create(name); }, [](const std::string&, File&) {});
    if (roll == 0) return directory.publish();
    open_ = time / roll * roll;
    directory.publishInto(nameOf(open_));
  }

  [[nodiscard]] std::string target() const { return Tree::plain(batchName(prefix_, suffix_, "TIME")); }

  // With a checkpoint.

  /// The job's name without a dash: the first one behind it ends it, or the jobs "a" and "a-b" could have one directory.
  void beginJob(const std::string& job) {
    const std::string shown = batchName(prefix_, suffix_, "TIME");
    const std::string begin = Tree::above(shown) + ".dstream-";
    const std::string end = "-" + asFileName(shown.substr(Tree::above(shown).size()));
    stage_.emplace(*files_, begin + asFileName(job, "._") + end, job);
    stage_->adopt(begin + asFileName(job) + end);
  }
  void publish(const Batch& batch) {
    const bool waits = stage_->has(batch);  // else an empty batch, or shown already
    const std::int64_t roll = options_.rollEvery.count();
    const std::string staged = stage_->pathOf(batch);
    const std::string target = nameOf(roll == 0 ? batch.time.nanoseconds : batch.time.nanoseconds / roll * roll);
    if (roll == 0) {
      if (waits) {
        lasts_ = false;
        files_->rename(staged, target);
      }
      if (lasts_) return;
      files_->syncDirectory(Tree::parent(target));
      stage_->shown();
      lasts_ = true;
      return;
    }
    const std::int64_t begin = batch.time.nanoseconds / roll * roll;
    if (!waits) {
      if (Tree{*files_}.isDirectory(target)) open_ = begin;  // after a restart
      return;
    }
    closeBefore(begin);
    open_ = begin;
    Tree{*files_}.makeDurably(target);
    for (const std::string& name : files_->list(staged))
      if (name != "_SUCCESS") files_->rename(staged + "/" + name, target + "/" + name);
    files_->syncDirectory(target);
    stage_->drop(batch);
    stage_->shown();
  }
  void abort(const Batch& batch) { stage_->drop(batch); }
  /// **errors** std::runtime_error: a directory of this job's, or a file in one that batches share, is there that is later than all that was committed.
  void verify(const Batch& committed) {
    const std::int64_t roll = options_.rollEvery.count();
    const std::string example = nameOf(0);
    if (!Tree{*files_}.isDirectory(Tree::parent(example))) return;
    const std::string last = timeName(committed.time.nanoseconds, slide_);
    const std::string open = roll == 0 ? "" : timeName(committed.time.nanoseconds / roll * roll, slide_);
    for (const std::string& name : files_->list(Tree::parent(example))) {
      const std::string path = Tree::above(example) + name;
      const std::string time = timeOf(path);
      if (time.empty()) continue;
      if (later(time, last) && stage_->isOurs(path)) refuseLater(path, committed);
      if (roll == 0 || later(open, time) || !Tree{*files_}.isDirectory(path)) continue;
      for (const std::string& part : files_->list(path))
        if (later(timeOfPart(part), last)) refuseLater(path + "/" + part, committed);
    }
  }
  void recover(const Batch& committed) {
    const std::int64_t roll = options_.rollEvery.count();
    const std::int64_t begin = roll == 0 ? 0 : committed.time.nanoseconds / roll * roll;
    if (roll != 0 && committed.seq != 0 && Tree{*files_}.isDirectory(nameOf(begin))) open_ = begin;
    stage_->clear();
  }

 private:
  template <class BatchOf>
  void stage(const BatchOf& batch) {
    if (options_.skipEmpty && batch.isEmpty()) return;
    const std::int64_t time = batch.time().nanoseconds;
    const std::string target = nameOf(time);
    if (options_.rollEvery.count() == 0 && files_->info(target).kind != FileInfo::Kind::None)
      throw FileError(FileError::Why::Exists, "save", target, "it is there already, and not this batch's: it was not committed");
    stage_->fill(batch.batch(), [&](const std::string& path, const auto& note) {
      writeAll(batch, partPrefix(time), [&](const std::string& name) { return std::make_unique<CheckedFile>(files_->open(path + "/" + name, Files::Mode::Create)); },
               [&](const std::string& name, const CheckedFile& file) { note(file.line(name)); });
    });
  }

  /// `create(name)` gives a file of its own; `done(name, file)` is told when it is written, by the task that did.
  template <class BatchOf, class Create, class Done>
  static void writeAll(const BatchOf& batch, const std::string& prefix, const Create& create, const Done& done) {
    BatchOf rdd = batch;
    auto runner = rdd.runner();
    rdd.prepare(runner);
    runner.forEach(rdd.partitions(), [&](std::size_t, std::size_t partition) {
      const std::string digits = std::to_string(partition);
      const std::string name = prefix + std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
      const auto file = create(name);
      Writer writer(*file);
      auto step = [](Writer* to, auto&& record) {
        to->add(record);
        return to;
      };
      static_cast<void>(rdd.fold(Slice{partition, 0, 1}, &writer, step));
      writer.finish();
      file->sync();
      done(name, *file);
    });
  }

  /// The shared directory of an earlier stretch of time gets no more files. With a checkpoint its `_SUCCESS` names the job.
  void closeBefore(std::int64_t begin) {
    if (open_ < 0 || open_ >= begin) return;
    const std::string done = nameOf(open_);
    if (!Tree{*files_}.isDirectory(done)) {  // a consumer has taken it already
      open_ = -1;
      return;
    }
    if (const FileInfo there = files_->info(done + "/_SUCCESS"); there.kind == FileInfo::Kind::None || (stage_ && there.bytes == 0)) {
      if (there.kind != FileInfo::Kind::None) files_->remove(done + "/_SUCCESS");  // an attempt has failed half-way
      const auto success = files_->open(done + "/_SUCCESS", Files::Mode::Create);
      if (stage_) success->append(stage_->jobLine());
      success->sync();
    }
    files_->syncDirectory(done);
    open_ = -1;
  }

  [[noreturn]] static void refuseLater(const std::string& path, const Batch& committed) {
    throw std::runtime_error("dstream: " + path + " is of this job, and of a later batch than the last committed one, " + std::to_string(committed.seq) +
                             ": the checkpoint was restored or belongs to another job");
  }
  /// Between the two, if that is nothing but digits; else "".
  static std::string digitsOf(const std::string& name, const std::string& begin, const std::string& end) {
    if (!name.starts_with(begin) || name.size() <= begin.size() + end.size() || !name.ends_with(end)) return {};
    const std::string digits = name.substr(begin.size(), name.size() - begin.size() - end.size());
    return digits.find_first_not_of("0123456789") == std::string::npos ? digits : "";
  }
  /// TIME in such a directory's name, and in a file's of `part-TIME-00000`.
  [[nodiscard]] std::string timeOf(const std::string& path) const { return digitsOf(path, prefix_.empty() ? "" : prefix_ + "-", suffix_.empty() ? "" : "." + suffix_); }
  static std::string timeOfPart(const std::string& name) {
    const std::size_t dash = name.rfind('-');
    return dash == std::string::npos ? "" : digitsOf(name, "part-", name.substr(dash));
  }
  /// As numbers, of any length.
  static bool later(const std::string& a, const std::string& b) { return a.size() != b.size() ? a.size() > b.size() : a > b; }
  [[nodiscard]] std::string partPrefix(std::int64_t time) const { return options_.rollEvery.count() != 0 ? "part-" + timeName(time, slide_) + "-" : "part-"; }
  [[nodiscard]] std::string nameOf(std::int64_t time) const { return batchName(prefix_, suffix_, timeName(time, slide_)); }

  Deferred<Files, Writer>* files_;
  const std::string prefix_;
  const std::string suffix_;
  const SaveOptions options_;
  const std::int64_t slide_;
  std::int64_t open_ = -1;
  bool lasts_ = true;  // what was shown outlives a crash; false: its sync has failed, and is tried again
  std::optional<Stage> stage_;
};

}  // namespace detail

}  // namespace dstream::inline v0
