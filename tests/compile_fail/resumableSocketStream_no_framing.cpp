// SPDX-License-Identifier: BSL-1.0
// expect: resumableSocketStream needs a framing: a copyable type with value_type, frame.bytes. → size and record.frame. → value_type; see Framing
#include <dstream/dstream.hpp>

#include <chrono>
#include <cstddef>
#include <string_view>

using namespace dstream;

struct Eights {
  using value_type = std::string_view;
  static std::size_t frame(std::string_view bytes) { return bytes.size() < 8 ? 0 : 8; }
  static std::string_view record(std::string_view frame) { return frame; }
};

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
#ifdef RIGHT
  stream.resumableSocketStream("localhost", 9999, Eights{}) | print();
#else
  stream.resumableSocketStream("localhost", 9999, 8) | print();
#endif
}
