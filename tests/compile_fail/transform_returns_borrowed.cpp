// SPDX-License-Identifier: BSL-1.0
// expect: what transform.s function returns looks at a container that may be gone
#include <dstream/dstream.hpp>

#include <chrono>
#include <vector>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
  const auto numbers = stream.queueStream(queue);
#ifdef RIGHT
  numbers | transform([](auto) { std::vector local{1, 2}; return parallelize(std::move(local), 2); }) | print();
#else
  numbers | transform([](auto) { std::vector local{1, 2}; return parallelize(local, 2); }) | print();
#endif
}
