// SPDX-License-Identifier: BSL-1.0
#pragma once
// binaryRecordsStream: the files that appear in a directory → DStream<string_view>, cut into records of a fixed length.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/sources/file_part.hpp>
#include <dstream/sources/fileStream.hpp>

namespace dstream::inline v0 {

/// **meaning** the FileFormat of records of `length` bytes each. Records are views, valid during the step.
/// **errors** FileError for a file whose size is not a multiple of it.
struct FixedRecords {
  using reference = std::string_view;
  using value_type = std::string_view;
  static constexpr bool cuttable = true;

  template <class Part, class Accumulator, class Step>
  Accumulator fold(Part& part, Accumulator accumulator, Step& step) const {
    if (const std::uint64_t rest = part.size() % length; rest != 0)
      part.fail("its last record has " + std::to_string(rest) + " bytes instead of " + std::to_string(length));
    const auto recordFrom = [&](std::uint64_t byte) { return (byte + length - 1) / length * length; };
    const std::size_t perPiece = length < pieceBytes ? pieceBytes / length : 1;
    const Deferred<std::unique_ptr<char[]>, Part> piece(new char[perPiece * length]);
    const std::uint64_t end = recordFrom(part.to());
    for (std::uint64_t at = recordFrom(part.from()); at < end;) {
      const std::uint64_t left = end - at;
      const std::size_t bytes = part.read(at, piece.get(), left < perPiece * length ? static_cast<std::size_t>(left) : perPiece * length);
      for (std::size_t record = 0; record < bytes; record += length) {
        accumulator = step(std::move(accumulator), std::string_view(piece.get() + record, length));
        if (v0::stopped(accumulator)) return accumulator;
      }
      at += bytes;
    }
    return accumulator;
  }

  std::size_t length = 1;
  static constexpr std::size_t pieceBytes = std::size_t{256} << 10;
};

/// **shape** directory → DStream<string_view>
/// **meaning** the files that appear in a directory, each cut into records of `length` bytes; as fileStream. A view's bytes are the record's, NUL
/// included. **errors** std::invalid_argument for length 0; a file of another size fails its batch, and the text gives both lengths.
/// **source** Spark's binaryRecordsStream.
template <class Use>
auto BasicStreamingContext<Use>::binaryRecordsStream(std::string directory, std::size_t length, FileOptions options) {
  if (length == 0) throw std::invalid_argument("dstream: binaryRecordsStream needs a record length of at least 1");
  return addFiles("binary records", std::move(directory), FixedRecords{length}, std::move(options));
}
template <class Use>
auto BasicStreamingContext<Use>::binaryRecordsStream(std::string directory, std::size_t length) {
  return binaryRecordsStream(std::move(directory), length, FileOptions{});
}

}  // namespace dstream::inline v0
