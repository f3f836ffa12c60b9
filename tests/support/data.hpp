// SPDX-License-Identifier: BSL-1.0
#pragma once
// Texts of the test data folder, which may be absent.

#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace support {

/// The bytes of a file in DSTREAM_TEST_DATA, or none when it is not there.
inline std::optional<std::string> testData([[maybe_unused]] const std::string& name) {
#ifdef DSTREAM_TEST_DATA
  std::ifstream file(std::string(DSTREAM_TEST_DATA) + "/" + name, std::ios::binary);
  if (file) return std::string(std::istreambuf_iterator<char>(file), {});
#endif
  return std::nullopt;
}

}  // namespace support
