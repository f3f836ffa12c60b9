// SPDX-License-Identifier: BSL-1.0
// expect: these records cannot be copied, and the pipeline may not move them; std::move the container into it
#include <dstream/core.hpp>

#include <memory>
#include <utility>
#include <vector>

using namespace dstream;

int main() {
  std::vector<std::unique_ptr<int>> owners(3);
#ifdef RIGHT
  std::move(owners) | collect();
#else
  owners | collect();
#endif
}
