// SPDX-License-Identifier: BSL-1.0
#include <range/v3/range/access.hpp>
#include <range/v3/range/primitives.hpp>
#include <range/v3/view/split.hpp>

#include "socket/loopback.hpp"

namespace bench {

Received rangeV3(std::uint16_t port) {
  return receive(port, [](std::string_view text, Received& total) {
    const std::size_t used = text.rfind('\n') + 1;
    if (used == 0) return used;
    for (auto&& part : text.substr(0, used - 1) | ranges::views::split('\n')) {
      const auto bytes = static_cast<std::size_t>(ranges::distance(part));
      total = total
              + received(bytes == 0 ? std::string_view{}
                                    : withoutReturn({&*ranges::begin(part), bytes}));
    }
    return used;
  });
}

}  // namespace bench
