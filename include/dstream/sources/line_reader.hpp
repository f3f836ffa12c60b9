// SPDX-License-Identifier: BSL-1.0
#pragma once
// LineReader: part of a file → pieces of text that end at line ends, with a limit on the length of a line.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/sources/file_part.hpp>

namespace dstream::inline v0::detail {

/// **meaning** `next` gives the lines that begin in the part, piece by piece in order, each piece valid until the next call; empty at the end.
/// **kept** a buffer of 256 KiB, more only for longer lines. A line over the limit is dropped and reported.
template <class Use = OnUse>
class BasicLineReader {
  using Bytes = Deferred<std::unique_ptr<char[]>, Use>;

 public:
  explicit BasicLineReader(BasicFilePart<Use>& part) : part_(part), mostBytes_(part.maxRecordBytes()) {
    reserve(usualBytes <= mostBytes_ ? usualBytes : mostBytes_ + 1);
    if (part.from() == 0) return;
    start_ = part.from() - 1;  // the line in which it lies is the part's before
    skipping_ = mine_ = true;
  }

  std::string_view next() {
    while (!finished_) {
      discard(std::exchange(used_, 0));
      size_ += part_.read(start_ + size_, bytes_.get() + size_, capacity_ - size_);
      const std::string_view lines = skipping_ ? skip() : complete();
      if (!lines.empty()) return lines;
    }
    return {};
  }

 private:
  static constexpr std::size_t usualBytes = std::size_t{256} << 10;
  static constexpr std::size_t padding = 64;  // a vector load may run over the end

  [[nodiscard]] std::string_view text() const { return {bytes_.get(), size_}; }
  [[nodiscard]] bool atEnd() const { return start_ + size_ == part_.size(); }

  /// The complete lines at the front of the buffer; none where more must be read first.
  std::string_view complete() {
    std::size_t end = 0;
    if (start_ + size_ >= part_.to()) {  // the part's last line may end here
      const std::size_t feed = text().find('\n', static_cast<std::size_t>(part_.to() - 1 - start_));
      finished_ = feed != std::string_view::npos || atEnd();
      end = feed != std::string_view::npos ? feed + 1 : atEnd() ? size_ : 0;
    }
    if (end == 0) end = text().rfind('\n') + 1;  // none: npos + 1 is 0
    if (end == 0 || isLongLine(text().substr(0, end))) {
      growOrSkip(end);
      return {};
    }
    used_ = end;
    return text().substr(0, end);
  }

  /// A buffer can hold a byte more than the limit: what fills it is several lines, or one that is too long.
  [[nodiscard]] bool isLongLine(std::string_view lines) const { return lines.size() > mostBytes_ && lines.find('\n') >= lines.size() - 1; }

  void growOrSkip(std::size_t end) {
    if (end != 0) {
      part_.drop(end, reason());
      used_ = end;
    } else if (size_ == capacity_ && capacity_ <= mostBytes_) {
      reserve(capacity_ > mostBytes_ / 2 ? mostBytes_ + 1 : capacity_ * 2);
    } else if (size_ == capacity_) {
      skipping_ = true;
    }
  }

  /// Within a line that is not to be read.
  std::string_view skip() {
    const std::size_t feed = text().find('\n');
    const std::size_t bytes = feed == std::string_view::npos ? size_ : feed + 1;
    used_ = bytes;
    skipped_ += bytes;
    const bool ended = feed != std::string_view::npos || atEnd();
    // In a line of another part's, which may go on for many parts, no more is read than where this part's own could begin.
    finished_ = ended ? start_ + bytes >= part_.to() : mine_ && start_ + bytes + 1 >= part_.to();
    if (!ended) return {};
    skipping_ = false;
    if (!std::exchange(mine_, false)) part_.drop(skipped_, reason());
    skipped_ = 0;
    return {};
  }

  [[nodiscard]] std::string reason() const { return "a line over the limit of maxRecordBytes = " + std::to_string(mostBytes_) + " bytes"; }

  void discard(std::size_t bytes) {
    if (bytes == 0) return;
    std::memmove(bytes_.get(), bytes_.get() + bytes, size_ - bytes);
    start_ += bytes;
    size_ -= bytes;
  }
  void reserve(std::size_t capacity) {
    Bytes larger(new char[capacity + padding]);
    if (size_ != 0) std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
    capacity_ = capacity;
  }

  BasicFilePart<Use>& part_;
  const std::size_t mostBytes_;
  Bytes bytes_;
  std::size_t capacity_ = 0;
  std::uint64_t start_ = 0;  // where in the file the buffer begins
  std::size_t size_ = 0;
  std::size_t used_ = 0;  // handed out, or given up
  bool finished_ = false;
  bool skipping_ = false;
  bool mine_ = false;  // what is skipped is another part's line: nothing is lost
  std::uint64_t skipped_ = 0;
};
using LineReader = BasicLineReader<>;

}  // namespace dstream::inline v0::detail
