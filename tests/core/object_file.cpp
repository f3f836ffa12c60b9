// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/object_file.hpp>

#include <string>

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

}  // namespace
