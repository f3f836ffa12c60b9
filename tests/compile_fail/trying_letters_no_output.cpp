// SPDX-License-Identifier: BSL-1.0
// expect: trying needs an output for its dead letters, or a pipeline that ends in one
#include <dstream/dstream.hpp>
#include <dstream/operators/trying.hpp>

#include <string>
#include <vector>

using namespace dstream;

int parse(const std::string& text) { return static_cast<int>(text.size()); }

int main() {
  const std::vector<std::string> lines{"to", "be"};
#ifdef RIGHT
  const auto pipeline = trying(map(parse), saveAsTextFiles("dead"));
#else
  const auto pipeline = trying(map(parse), map(toText<std::string>));
#endif
}
