// SPDX-License-Identifier: BSL-1.0
// expect: a task must consist of whole words
#include <dstream/exec/work_stealing_deque.hpp>


using namespace dstream;

int main() {
#ifdef RIGHT
  WorkStealingDeque<void*> deque;
#else
  WorkStealingDeque<char> deque;
#endif
}
