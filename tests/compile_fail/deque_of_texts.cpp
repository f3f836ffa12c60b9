// SPDX-License-Identifier: BSL-1.0
// expect: a task is copied as raw words
#include <dstream/exec/work_stealing_deque.hpp>

#include <array>
#include <cstdint>
#include <string>

using namespace dstream;

using Words = std::array<std::uintptr_t, 4>;

int main() {
#ifdef RIGHT
  WorkStealingDeque<Words> deque;
#else
  WorkStealingDeque<std::string> deque;
#endif
}
