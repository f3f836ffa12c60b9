// SPDX-License-Identifier: BSL-1.0
// expect: a range or a batch cannot be put together with a DStream; inside transformWith both are batches
#include <dstream/dstream.hpp>

#include <chrono>
#include <vector>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
  const auto numbers = stream.queueStream(queue);
  const std::vector<int> some{1, 2, 3};
#ifdef RIGHT
  numbers | unionWith(some) | print();
#else
  some | unionWith(numbers) | collect();
#endif
}
