// SPDX-License-Identifier: BSL-1.0
#pragma once
// FilePart: what a file format reads: part of a file as it was when its batch took it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/runtime/event_bus.hpp>
#include <dstream/runtime/files.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/sources/directory_watch.hpp>

namespace dstream::inline v0 {

/// **meaning** the index-th of `count` nearly equal parts of a file, [from, to) of its `size` bytes. A format gives the records that *begin* in the part,
/// and may read behind its end for them. **threads** one. **errors** FileError: the file has vanished, is shorter than when it was taken, or as long
/// and modified since, is no longer a regular one, or cannot be read. One that is longer may have grown, and is read as far as it was: kind, size and
/// stamp do not tell it from one that was replaced.
template <class Use = OnUse>
class BasicFilePart {
 public:
  BasicFilePart(const FoundFile& file, std::size_t index, std::size_t count, BasicRuntime<Use>& runtime, const std::string& source)
      : found_(file), from_(cut(index, count)), to_(cut(index + 1, count)), runtime_(runtime), source_(source),
        file_(runtime.world.files().open(file.path, Files::Mode::Read)) {
    const FileInfo info = file_->info();
    if (info.kind != FileInfo::Kind::Regular) fail("it is no longer a regular file");
    if (info.bytes < size()) fail("it is shorter than when its batch took it");
    if (info.bytes == size() && info.modified != file.modified) fail("it was modified after its batch took it");
    if (info.bytes <= size() || index != 0) return;
    const std::string more = std::to_string(info.bytes - size());
    runtime.events.post(FileIgnored{source, file.path, "it grew by " + more + " bytes after its batch took it, or a longer one replaced it; they are not read", true});
  }

  [[nodiscard]] const std::string& path() const { return found_.path; }
  [[nodiscard]] std::uint64_t size() const { return found_.bytes; }
  [[nodiscard]] std::uint64_t from() const { return from_; }
  [[nodiscard]] std::uint64_t to() const { return to_; }

  /// Bytes from `offset` on, as many as fit and belong to the file; 0 at its end.
  std::size_t read(std::uint64_t offset, char* into, std::size_t capacity) {
    const std::uint64_t left = size() - offset;
    std::size_t got = 0;
    const std::size_t wanted = capacity < left ? capacity : static_cast<std::size_t>(left);
    while (got < wanted) {
      const std::size_t more = file_->read(offset + got, into + got, wanted - got);
      if (more == 0) fail("it has become shorter while it was read");
      got += more;
    }
    return got;
  }

  /// **units** bytes; the most that a record may have.
  [[nodiscard]] std::size_t maxRecordBytes() const { return runtime_.configuration.maxRecordBytes; }
  /// Says that so many bytes will be in no record.
  void drop(std::uint64_t bytes, const std::string& reason) { runtime_.events.post(DataDropped{source_ + ", " + path(), bytes, reason}); }

  [[noreturn]] void fail(const std::string& reason) const { throw FileError(FileError::Why::Other, "read", path(), reason); }

 private:
  [[nodiscard]] std::uint64_t cut(std::size_t index, std::size_t count) const { return size() / count * index + size() % count * index / count; }

  const FoundFile& found_;
  const std::uint64_t from_;
  const std::uint64_t to_;
  BasicRuntime<Use>& runtime_;
  const std::string& source_;
  Deferred<std::unique_ptr<File>, Use> file_;
};
using FilePart = BasicFilePart<>;

}  // namespace dstream::inline v0
