// SPDX-License-Identifier: BSL-1.0
// expect: trying needs fused operators, such as map, flatMap and filter
#include <dstream/core.hpp>
#include <dstream/operators/trying.hpp>

#include <string>
#include <vector>

using namespace dstream;

int parse(const std::string& text) { return static_cast<int>(text.size()); }

int main() {
  const std::vector<std::string> lines{"to", "be"};
#ifdef RIGHT
  const auto tried = lines | trying(map(parse)) ;
#else
  const auto tried = trying(map(parse) | reduce(plus));
#endif
}
