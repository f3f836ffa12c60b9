// SPDX-License-Identifier: BSL-1.0
// expect: trying needs operators, as in trying.map.parse..
#include <dstream/core.hpp>
#include <dstream/operators/trying.hpp>

#include <string>
#include <vector>

using namespace dstream;

int parse(const std::string& text) { return static_cast<int>(text.size()); }

int main() {
  const std::vector<std::string> lines{"to", "be"};
#ifdef RIGHT
  const auto [records, letters] = lines | trying(map(parse));
#else
  const auto records = trying(parse);
#endif
}
