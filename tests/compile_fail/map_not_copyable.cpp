// SPDX-License-Identifier: BSL-1.0
// expect: a function of this pipeline cannot be copied, and each batch of a stream has its own; let it hold a std::shared_ptr where it holds a std::unique_ptr
#include <dstream/dstream.hpp>

#include <chrono>
#include <memory>
#include <utility>

using namespace dstream;

int main() {
  Context context{"local", "job"};
  StreamingContext stream{context, std::chrono::seconds(1)};
#ifdef RIGHT
  auto factor = std::make_shared<int>(2);
#else
  auto factor = std::make_unique<int>(2);
#endif
  stream.socketTextStream("localhost", 9999) | map([factor = std::move(factor)](auto line) { return line.size() * static_cast<unsigned>(*factor); }) | print();
}
