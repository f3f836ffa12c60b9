// SPDX-License-Identifier: BSL-1.0
#include <unordered_map>

#include "state/contenders.hpp"

namespace bench {

Contender<Records> handSums() {
  return [sums = std::make_shared<std::unordered_map<std::int64_t, std::int64_t>>()](
             const Records& batch) {
    std::uint64_t digest = 0;
    for (const auto& [key, value] : batch)
      digest += static_cast<std::uint64_t>((*sums)[key] += value);
    return digest;
  };
}

}  // namespace bench
