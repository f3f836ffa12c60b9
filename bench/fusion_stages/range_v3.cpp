// SPDX-License-Identifier: BSL-1.0
#include <range/v3/numeric/accumulate.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/transform.hpp>

#include "fusion_stages/contenders.hpp"

namespace bench {

std::uint64_t rangeV3(const Numbers& numbers, std::uint64_t key) {
  using ranges::views::filter, ranges::views::transform;
  return ranges::accumulate(numbers
                                | transform([key](std::uint64_t x) { return stirred<0>(x, key); })
                                | transform([key](std::uint64_t x) { return stirred<1>(x, key); })
                                | filter([](std::uint64_t x) { return passes<2>(x); })
                                | transform([key](std::uint64_t x) { return stirred<3>(x, key); })
                                | transform([key](std::uint64_t x) { return stirred<4>(x, key); })
                                | filter([](std::uint64_t x) { return passes<5>(x); })
                                | transform([key](std::uint64_t x) { return stirred<6>(x, key); })
                                | transform([key](std::uint64_t x) { return stirred<7>(x, key); })
                                | filter([](std::uint64_t x) { return passes<8>(x); })
                                | transform([key](std::uint64_t x) { return stirred<9>(x, key); })
                                | transform([key](std::uint64_t x) { return stirred<10>(x, key); })
                                | filter([](std::uint64_t x) { return passes<11>(x); })
                                | transform([key](std::uint64_t x) { return stirred<12>(x, key); })
                                | transform([key](std::uint64_t x) { return stirred<13>(x, key); })
                                | filter([](std::uint64_t x) { return passes<14>(x); })
                                | transform([key](std::uint64_t x) { return stirred<15>(x, key); }),
                            std::uint64_t{0});
}

}  // namespace bench
