// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/object_file.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include "support/catch.hpp"

namespace {

using dstream::detail::FrameHeader;

TEST_CASE("object_file: a frame's header comes back") {
  std::string bytes;
  FrameHeader::of("123456789").encode(bytes);
  CHECK(bytes == std::string("\x09\0\0\0\x83\x92\x06\xe3", FrameHeader::bytes));
  CHECK(FrameHeader::decode(bytes).payloadBytes == 9);
  CHECK(FrameHeader::decode(bytes).checksum == 0xe3069283U);
}

TEST_CASE("object_file: a payload whose length does not fit into a header is refused, unread") {
  const std::string_view tooLong("x", std::size_t{1} << 32);
  CHECK_THROWS_AS(FrameHeader::of(tooLong), std::length_error);
  CHECK_THROWS_WITH(FrameHeader::of(tooLong),
                    "dstream: encode: a record too large for an object file, whose frames hold less than 4 GiB: there are 4294967296 bytes in this one");
}

}  // namespace
