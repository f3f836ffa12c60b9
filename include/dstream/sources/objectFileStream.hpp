// SPDX-License-Identifier: BSL-1.0
#pragma once
// objectFileStream: the files of saveAsObjectFiles that appear in a directory → DStream<T>.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/crc32c.hpp>
#include <dstream/core/object_file.hpp>
#include <dstream/sources/file_part.hpp>
#include <dstream/sources/fileStream.hpp>

namespace dstream::inline v0 {

/// **meaning** the FileFormat of saveAsObjectFiles. A frame is checked before its records are decoded.
/// **errors** FileError naming file and offset: another kind of file, a frame cut short, a wrong checksum, other records.
template <class T>
struct ObjectRecords {
  using reference = T;
  using value_type = T;
  static constexpr bool cuttable = false;

  template <class Part, class Accumulator, class Step>
  Accumulator fold(Part& part, Accumulator accumulator, Step& step) const {
    std::string frame;
    if (read(part, 0, detail::objectFileMark.size(), frame) != detail::objectFileMark) part.fail("it is not a file of saveAsObjectFiles");
    for (std::uint64_t at = detail::objectFileMark.size(); at < part.size();) {
      const auto header = detail::FrameHeader::decode(read(part, at, detail::FrameHeader::bytes, frame));
      at += detail::FrameHeader::bytes;
      if (header.payloadBytes > part.size() - at) fail(part, at, "is cut short");
      std::string_view payload = read(part, at, header.payloadBytes, frame);
      if (detail::crc32c(payload) != header.checksum) fail(part, at, "has a wrong checksum");
      while (!payload.empty()) {
        accumulator = step(std::move(accumulator), decode(part, at, payload));
        if (v0::stopped(accumulator)) return accumulator;
      }
      at += header.payloadBytes;
    }
    return accumulator;
  }

 private:
  template <class Part>
  static std::string_view read(Part& part, std::uint64_t at, std::size_t bytes, std::string& into) {
    into.resize(bytes);
    into.resize(part.read(at, into.data(), bytes));
    if (into.size() != bytes) fail(part, at, "is cut short");
    return into;
  }
  template <class Part>
  static T decode(Part& part, std::uint64_t at, std::string_view& payload) {
    try {
      return detail::takeElement<T>(payload);
    } catch (const DecodeError& error) {
      fail(part, at, std::string("holds other records: ") + error.what());
    }
  }
  template <class Part>
  [[noreturn]] static void fail(Part& part, std::uint64_t at, const std::string& what) {
    part.fail("the frame at byte " + std::to_string(at) + " " + what);
  }
};

/// **shape** directory → DStream<T>
/// **meaning** the records of the files that saveAsObjectFiles wrote as T and that appear in a directory; as fileStream. T may be std::string_view:
/// then a record is valid during the step. `_SUCCESS` is passed over.
/// **errors** compile time: no Codec of T. A file of something else, or a corrupt one, fails its batch.
template <class Use>
template <class T>
auto BasicStreamingContext<Use>::objectFileStream(std::string directory, FileOptions options) {
  constexpr bool codable = Codable<T>;
  static_assert(codable, "objectFileStream<T> needs a Codec of T; specialise dstream::Codec for it");
  if constexpr (codable) {
    if (!options.filter) options.filter = [](std::string_view path) { return path.substr(path.rfind('/') + 1).starts_with("part-"); };
    return addFiles("object files", std::move(directory), ObjectRecords<T>{}, std::move(options));
  } else {
    return Invalid{};
  }
}
template <class Use>
template <class T>
auto BasicStreamingContext<Use>::objectFileStream(std::string directory) {
  return objectFileStream<T>(std::move(directory), FileOptions{});
}

}  // namespace dstream::inline v0
