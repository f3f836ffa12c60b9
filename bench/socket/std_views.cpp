// SPDX-License-Identifier: BSL-1.0
#include "support/std_views.hpp"

#include "socket/loopback.hpp"

#if BENCH_STD_VIEWS
#include <ranges>
#endif

namespace bench {

#if BENCH_STD_VIEWS
Received stdViews(std::uint16_t port) {
  return receive(port, [](std::string_view text, Received& total) {
    const std::size_t used = text.rfind('\n') + 1;
    if (used == 0) return used;
    for (auto&& part : text.substr(0, used - 1) | std::views::split('\n'))
      total = total + received(withoutReturn(std::string_view(part.begin(), part.end())));
    return used;
  });
}
#else
Received stdViews(std::uint16_t) { return {}; }
#endif

}  // namespace bench
