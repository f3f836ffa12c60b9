// SPDX-License-Identifier: BSL-1.0
// expect: an index is masked into the ring
#include <dstream/exec/work_stealing_deque.hpp>


using namespace dstream;

int main() {
#ifdef RIGHT
  WorkStealingDeque<void*, SystemAtomics, 64> deque;
#else
  WorkStealingDeque<void*, SystemAtomics, 60> deque;
#endif
}
