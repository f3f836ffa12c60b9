// SPDX-License-Identifier: BSL-1.0
// expect: what trying gives has two parts, each of which goes on by itself
#include <dstream/core.hpp>
#include <dstream/operators/trying.hpp>

#include <string>
#include <vector>

using namespace dstream;

int parse(const std::string& text) { return static_cast<int>(text.size()); }

int main() {
  const std::vector<std::string> lines{"to", "be"};
#ifdef RIGHT
  const auto [records, letters] = lines | trying(map(parse)); records | sum();
#else
  lines | trying(map(parse)) | sum();
#endif
}
