// SPDX-License-Identifier: BSL-1.0
#pragma once
// Of the last `slides` batches, after each batch: the largest number; the union of sketches.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "support/race.hpp"

namespace bench {

using Numbers = std::vector<std::int64_t>;

/// The library knows nothing of its algebra.
inline constexpr auto larger = [](std::int64_t a, std::int64_t b) { return a < b ? b : a; };

Contender<Numbers> handStacks(std::size_t slides);
Contender<Numbers> handAnew(std::size_t slides);
Contender<Numbers> handAnewFromRecords(std::size_t slides);
Contender<Numbers> dstreamWindow(std::size_t slides);
Contender<Numbers> dstreamAnew(std::size_t slides);

/// The registers of a HyperLogLog: a function without inverse that costs more than a compare.
using Sketch = std::array<std::uint8_t, 2048>;
using Sketches = std::vector<Sketch>;

struct Union {
  Sketch operator()(const Sketch& a, const Sketch& b) const {
    Sketch both;
    for (std::size_t i = 0; i < both.size(); ++i) both[i] = a[i] < b[i] ? b[i] : a[i];
    return both;
  }
};
inline std::uint64_t digestOf(std::int64_t number) { return static_cast<std::uint64_t>(number); }
/// A number in which every register shows.
inline std::uint64_t digestOf(const Sketch& sketch) {
  std::uint64_t digest = 0;
  for (std::size_t i = 0; i < sketch.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, &sketch[i], 8);
    digest = digest * 31 + word;
  }
  return digest;
}

Contender<Sketches> handSketchesAnew(std::size_t slides);
Contender<Sketches> dstreamSketches(std::size_t slides);

}  // namespace bench
