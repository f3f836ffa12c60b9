// SPDX-License-Identifier: BSL-1.0
#pragma once
// saveAsObjectFiles: DStream<T> → output, each batch a directory of files that objectFileStream<T> reads back.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/object_file.hpp>
#include <dstream/outputs/batch_directory.hpp>
#include <dstream/outputs/saveAsTextFiles.hpp>

namespace dstream::inline v0 {

namespace detail {

/// Frames of about 64 KiB of records.
class ObjectWriter {
 public:
  explicit ObjectWriter(File& file) : file_(file) { file_.append(objectFileMark); }
  template <class Record>
  void add(const Record& record) {
    putElement<std::remove_cvref_t<Record>>(record, payload_);
    if (payload_.size() >= frameBytes) finish();
  }
  void finish() {
    if (payload_.empty()) return;
    std::string frame;
    FrameHeader::of(payload_).encode(frame);
    frame += payload_;
    file_.append(frame);
    payload_.clear();
  }

 private:
  static constexpr std::size_t frameBytes = std::size_t{64} << 10;
  File& file_;
  std::string payload_;
};

struct AsObjects {
  using type = ObjectWriter;
  static constexpr const char* operatorName = "saveAsObjectFiles";
  template <class Record>
  static consteval bool check() {
    constexpr bool codable = Codable<Record>;
    static_assert(codable, "saveAsObjectFiles needs a Codec of the record; specialise dstream::Codec for its type, or map it to pairs, tuples, texts and numbers");
    return codable;
  }
};

}  // namespace detail

/// **shape** DStream<T> → output
/// **meaning** as saveAsTextFiles, but the records as bytes (see Codec), in frames with checksums; objectFileStream<T> reads them back.
/// **errors** compile time: no Codec. std::length_error, of the batch, for a record of nearly 4 GiB. Else as saveAsTextFiles. **source** Spark's saveAsObjectFiles.
[[nodiscard]] inline auto saveAsObjectFiles(std::string prefix, std::string suffix = "", SaveOptions options = {}) {
  return detail::SaveOutput<detail::AsObjects>{std::move(prefix), std::move(suffix), options};
}

}  // namespace dstream::inline v0
