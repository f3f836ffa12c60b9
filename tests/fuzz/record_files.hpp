// SPDX-License-Identifier: BSL-1.0
#pragma once
// Files of records as an input says: whole ones, such as a crash or a bad disk leaves, and bytes of
// any kind.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <dstream/checkpoint/record_file.hpp>
#include <dstream/core/codec.hpp>

#include "fuzz/fuzz.hpp"

namespace fuzz {

/// Readers with this as their Use take every checksum for right.
struct ChecksumsHold {
  static constexpr bool checksumsHold = true;
};

/// A number up to 255, or, rarely, any.
inline std::uint64_t number(Input& input) {
  const std::uint8_t small = input.byte();
  if (small != 255) return small;
  std::string eight(input.bytes(8));
  eight.resize(8, '\0');
  std::string_view in = eight;
  return dstream::detail::takeNumber<std::uint64_t>(in);
}

/// **meaning** `payload(kind)` gives a record's, from the input. Checksums are those of what is
/// written; lengths and what was durable need not be true.
template <class Payload>
std::string recordFile(Input& input, std::string_view mark, const Payload& payload) {
  using dstream::detail::RecordKind;
  using dstream::detail::RecordLayout;
  const std::uint8_t form = input.byte();
  if (form % 4 == 3) return std::string(input.bytes(number(input) % 4096));

  const std::uint64_t salt = form;
  std::string file = RecordLayout::fileHead(mark, salt);
  for (std::size_t count = input.between(0, 8); count != 0; --count) {
    const auto kind = static_cast<RecordKind>(input.byte() % 10);
    const std::uint64_t epoch = input.byte() % 4;
    const std::uint64_t seq = number(input);
    const std::uint8_t flags = input.byte();
    const std::uint64_t durable = (flags & 1) != 0 ? number(input) : file.size();
    const std::string content = payload(kind);
    const std::uint64_t length = (flags & 6) == 6 ? number(input) : content.size();
    const std::string head =
        RecordLayout::head(kind, epoch, seq, length, durable, RecordLayout::saltOf(salt));
    std::string_view crc = std::string_view(head).substr(RecordLayout::checkedHeadBytes);
    file += head;
    file += content;
    dstream::detail::putNumber(
        dstream::detail::crc32c(content, dstream::detail::takeNumber<std::uint32_t>(crc)), file);
  }
  file += input.bytes(input.byte());
  return file;
}

/// Bytes within the bytes.
inline bool within(std::string_view part, std::string_view whole) {
  return part.empty()
         || (part.data() >= whole.data()
             && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace fuzz
