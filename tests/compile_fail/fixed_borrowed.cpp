// SPDX-License-Identifier: BSL-1.0
// expect: what is put together with a stream.s batches looks at a container that may be gone when they run
#include <dstream/dstream.hpp>

#include <chrono>
#include <vector>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
  std::vector<int> more{1, 2};
  const auto numbers = stream.queueStream(queue);
#ifdef RIGHT
  numbers | unionWith(std::move(more) | coalesce(1)) | print();
#else
  numbers | unionWith(more | coalesce(1)) | print();
#endif
}
