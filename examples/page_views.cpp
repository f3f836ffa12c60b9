// SPDX-License-Identifier: BSL-1.0
// page_views: visits of a web site on stdout, for clickstream: pages, statuses, zip codes and users
// as unequal as they are in life. The same seed gives the same visits.

#include <array>
#include <cstdint>
#include <exception>
#include <iostream>
#include <limits>
#include <random>
#include <stdexcept>
#include <string_view>

#include "options.hpp"

int main(int argc, char* argv[]) try {
  const examples::Options options(argc, argv, "--count N --seed S");
  std::mt19937 random(
      options.number<std::uint32_t>("--seed", 1, 0, std::numeric_limits<std::uint32_t>::max()));
  // Of a hundred.
  const auto chance = [&](unsigned percent) { return random() % 100 < percent; };

  constexpr std::array<std::string_view, 3> pages{"http://foo.com/", "http://foo.com/news",
                                                  "http://foo.com/contact"};
  constexpr std::array<int, 2> zipCodes{94709, 94117};
  for (auto left = options.number<std::uint64_t>("--count", 1000, 0, 1'000'000'000); left > 0;
       --left) {
    const auto page = pages[chance(70) ? 0 : chance(67) ? 1 : 2];
    const int zipCode = zipCodes[chance(50) ? 0 : 1];
    const int status = chance(zipCode == zipCodes[0] ? 12 : 2) ? 404 : 200;
    std::cout << page << '\t' << status << '\t' << zipCode << '\t' << 1 + random() % 100 << '\n';
  }
  std::cout.flush();
  if (!std::cout) throw std::runtime_error("cannot write to stdout");
} catch (const std::exception& error) {
  return examples::complain(error);
}
