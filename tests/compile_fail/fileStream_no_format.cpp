// SPDX-License-Identifier: BSL-1.0
// expect: fileStream needs a format with value_type, cuttable and fold.part, accumulator, step.; see FileFormat
#include <dstream/dstream.hpp>

#include <chrono>
#include <cstddef>
#include <utility>

using namespace dstream;

struct Bytes {
  using reference = std::size_t;
  using value_type = std::size_t;
  static constexpr bool cuttable = false;

  template <class Part, class Accumulator, class Step>
  Accumulator fold(Part& part, Accumulator accumulator, Step& step) const {
    return step(std::move(accumulator), static_cast<std::size_t>(part.size()));
  }
};

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
#ifdef RIGHT
  stream.fileStream("incoming", Bytes{}) | print();
#else
  stream.fileStream("incoming", 8) | print();
#endif
}
