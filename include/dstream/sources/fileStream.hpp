// SPDX-License-Identifier: BSL-1.0
#pragma once
// fileStream: the files that appear in a directory → DStream<T>, by a format.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core/atomic.hpp>
#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/runtime/event_bus.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/runtime/streaming_context.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/sources/directory_watch.hpp>
#include <dstream/sources/file_part.hpp>
#include <dstream/stream/node.hpp>
#include <dstream/stream/persistent.hpp>

namespace dstream::inline v0 {

/// **meaning** how a file becomes records: a plain type with `value_type`; `reference`, what a step gets (value_type unless it is given, valid during the
/// step); `cuttable`, whether parts of a file can be read by different tasks; and `fold(part, accumulator, step)`, which threads the accumulator
/// through `step(accumulator, record)` for each record that begins in the FilePart, and ends when `stopped(accumulator)`.
template <class T>
concept FileFormat = requires {
  typename T::value_type;
  { T::cuttable } -> std::convertible_to<bool>;
} && std::copy_constructible<T>;

namespace detail {
template <class Format>
struct FormatReference {
  using type = typename Format::value_type;
};
template <class Format>
  requires requires { typename Format::reference; }
struct FormatReference<Format> {
  using type = typename Format::reference;
};
}  // namespace detail

/// **meaning** the files of one batch, one partition each, read anew by each pass over them; copies share the list.
template <FileFormat Format, class Use = OnUse>
class FileBatch {
 public:
  using reference = typename detail::FormatReference<Format>::type;
  using value_type = typename Format::value_type;

  FileBatch(Deferred<std::vector<FoundFile>, Use> files, const Format& format, BasicRuntime<Use>& runtime, const std::string& source)
      : files_(std::make_shared<const Deferred<std::vector<FoundFile>, Use>>(std::move(files))), format_(format), runtime_(&runtime), source_(&source) {}

  [[nodiscard]] std::size_t partitions() const { return files_->size(); }
  [[nodiscard]] std::size_t splits(std::size_t partition, std::size_t bytes) const {
    if (!Format::cuttable || bytes == 0) return 1;
    return static_cast<std::size_t>(((*files_)[partition].bytes - 1) / bytes) + 1;
  }
  [[nodiscard]] RunnerRef runner() const { return runtime_->runner; }
  static void prepare(auto&) {}

  template <class Accumulator, class Step>
  DSTREAM_INLINE Accumulator fold(Slice slice, Accumulator accumulator, Step& step) const {
    BasicFilePart<Use> part((*files_)[slice.partition], slice.index, slice.count, *runtime_, *source_);
    return format_.fold(part, std::move(accumulator), step);
  }

 private:
  Deferred<std::shared_ptr<const std::vector<FoundFile>>, Use> files_;
  Format format_;
  BasicRuntime<Use>* runtime_;
  const std::string* source_;
};

/// The source behind fileStream. It looks for files when their batch begins to run, on the jobs lane: a slow disk delays batches, never a receiver.
template <FileFormat Format, class Use = OnUse>
class FileInput final : public SharedNode<FileBatch<Format, Use>>, public Input, public Persistent {
  using Files = FileBatch<Format, Use>;
  using Found = Deferred<std::vector<FoundFile>, Use>;

 public:
  using rdd_type = Files;
  static constexpr bool replayable = true;
  static constexpr bool resumable = false;

  FileInput(const char* kindName, std::string directory, Format format, FileOptions options, Time made, std::int64_t interval)
      : kindName_(kindName), directory_(std::move(directory)), format_(std::move(format)), options_(std::move(options)), made_(made), interval_(interval) {
    this->outside = true;
    if (directory_.empty()) throw std::invalid_argument("dstream: " + std::string(kindName) + " needs a directory");
    if (options_.minRememberDuration.count() <= 0)
      throw std::invalid_argument("dstream: " + std::string(kindName) + ": minRememberDuration must be longer than zero");
  }

  [[nodiscard]] const char* kindName() const { return kindName_; }

  NodeBase& node() override { return *this; }
  void start(BasicRuntime<Use>& runtime) override {
    runtime_ = &runtime;
    if (!options_.allUnseen) options_.allUnseen = !runtime.checkpoint.empty();
    watch_.emplace(runtime.world.files(), directory_, options_, made_, interval_);
  }
  /// Its files are found later; the event FilesTaken tells them.
  InputInfo plan(const Batch&, std::size_t) override { return {this->id, {}, 0, 0, 0}; }
  void requestStop() override { stopped_.store(true, detail::memory_order_release); }
  // acquire: partner of requestStop's release
  [[nodiscard]] bool ended() const override { return stopped_.load(detail::memory_order_acquire); }
  [[nodiscard]] bool drained() const override { return true; }
  [[nodiscard]] bool finished() const override { return false; }
  std::uint64_t close() override { return 0; }

  void advance(const Batch& batch) override {
    if (batch.seq != takenBy_) take(batch);
    files_.emplace(taken_, format_, *runtime_, this->name);
  }

  Persistent* persistent() override { return this; }
  [[nodiscard]] std::string schema() const override { return "files of " + directory_; }
  [[nodiscard]] bool isSource() const override { return true; }
  /// What the batch takes, and whether the directory could be listed.
  void saveChange(const Batch& batch, std::string& out) override {
    Codec<bool>::encode(watch_->listedCompletely(batch.time), out);
    Codec<Found>::encode(taken_, out);
  }
  void restoreChange(std::string_view in, const Batch& batch, RunnerRef) override {
    const bool complete = Codec<bool>::decode(in);
    watch_->restoreTaken(batch.time, complete, takeFound(in));
  }
  void saveAll(RunnerRef, std::string& out) override { watch_->save(out); }
  void restoreAll(std::string_view in, std::string_view, RunnerRef) override { watch_->load(in); }
  void replan(std::string_view in, const Batch& batch) override {
    static_cast<void>(Codec<bool>::decode(in));
    planned_.emplace_back(batch.seq, takeFound(in));
  }

 private:
  std::optional<Files> compute(const Batch&) override { return std::exchange(files_, std::nullopt); }

  void take(const Batch& batch) {
    const auto* planned = plannedFor(batch.seq);
    const auto report = [this](const std::string& path, const std::string& reason, bool trouble) {
      runtime_->events.post(FileIgnored{this->name, path, reason, trouble});
    };
    taken_ = planned != nullptr ? watch_->retake(batch.time, *planned, report) : watch_->take(batch.time, report);
    takenBy_ = batch.seq;
    std::erase_if(planned_, [&](const auto& entry) { return entry.first <= batch.seq; });
    if (taken_.empty()) return;
    Deferred<FilesTaken, Use> taken{batch, this->name, {}, 0};
    for (const FoundFile& file : taken_) {
      taken.paths.push_back(file.path);
      taken.bytes += file.bytes;
    }
    runtime_->events.post(std::move(taken));
  }
  [[nodiscard]] const Found* plannedFor(std::uint64_t seq) const {
    for (const auto& entry : planned_)
      if (entry.first == seq) return &entry.second;
    return nullptr;
  }
  static Found takeFound(std::string_view in) {
    Found found = Codec<Found>::decode(in);
    if (!in.empty()) throw DecodeError("dstream: decode: bytes behind the files of a batch");
    return found;
  }

  const char* const kindName_;
  const std::string directory_;
  const Format format_;
  FileOptions options_;
  const Time made_;
  const std::int64_t interval_;
  BasicRuntime<Use>* runtime_ = nullptr;
  std::optional<detail::BasicDirectoryWatch<Use>> watch_;
  Deferred<std::optional<Files>, Use> files_;
  Found taken_;
  std::uint64_t takenBy_ = 0;  // the batch: repeated, it takes the same
  Deferred<std::vector<std::pair<std::uint64_t, Found>>, Use> planned_;  // by an earlier run
  detail::Atomic<bool> stopped_{false};
};

/// **shape** directory → DStream<Format::value_type>
/// **meaning** each batch holds the records of the files that appeared in the directory since the one before: not before the batch's time of their last
/// modification, each path once (see FileOptions). A file must be whole when it can be seen: write it elsewhere on the same file system, or by a
/// name that begins with a dot, and rename it. `directory` may hold `*`, `?`, `[…]` and `{a,b}`, as in a shell; only the files right in it count, links followed.
/// **kept** per listed file its path; while a directory cannot be listed, of every file that was taken since. Files are read when an action asks, again for each action and, without a checkpoint,
/// for each window that holds them: a file must then stay as it is for as long as a window needs it. `cache()` before the window reads once; under a checkpoint a window
/// keeps the records.
/// **order** of paths, then of the file; one partition a file. **cost** a listing a batch; reading in pieces of 256 KiB, whatever the file's size.
/// **errors** std::invalid_argument for an empty directory; IllegalState after start; compile time: not a FileFormat. What is passed over is
/// an event FileIgnored with the reason, once; so is a directory that cannot be listed, whose files wait meanwhile. A file that before it was read has
/// vanished, has shrunk, or was modified at the same length fails the batch. **source** Spark's fileStream. **example** examples/file_word_count.cpp
template <class Use>
template <class Format>
auto BasicStreamingContext<Use>::fileStream(std::string directory, Format format, FileOptions options) {
  constexpr bool fits = FileFormat<Format>;
  static_assert(fits, "fileStream needs a format with value_type, cuttable and fold(part, accumulator, step); see FileFormat");
  if constexpr (fits) {
    return addFiles("files", std::move(directory), std::move(format), std::move(options));
  } else {
    return Invalid{};
  }
}
template <class Use>
template <class Format>
auto BasicStreamingContext<Use>::fileStream(std::string directory, Format format) {
  return fileStream(std::move(directory), std::move(format), FileOptions{});
}
template <class Use>
template <class Format>
auto BasicStreamingContext<Use>::addFiles(const char* kindName, std::string directory, Format format, FileOptions options) {
  static_assert(Source<FileInput<Format, Use>>);
  return addInput(std::make_shared<FileInput<Format, Use>>(kindName, std::move(directory), std::move(format), std::move(options),
                                                            Time{world_.now(Clock::Wall)}, interval_));
}

}  // namespace dstream::inline v0
