// SPDX-License-Identifier: BSL-1.0
#pragma once
// Texts of the test data folder, which may be absent.

#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "support/paths.hpp"

namespace support {

/// The bytes of a file in the data folder, or none when it is not there.
inline std::optional<std::string> testData(const std::string& name) {
  std::ifstream file(std::string(dataFolder()) + "/" + name, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace support
