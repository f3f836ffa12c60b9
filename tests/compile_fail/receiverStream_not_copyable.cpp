// SPDX-License-Identifier: BSL-1.0
// expect: receiverStream keeps the receiver, and this one cannot be copied; std::move it into the stream
#include <dstream/dstream.hpp>

#include <chrono>
#include <memory>
#include <utility>

using namespace dstream;

struct Ones {
  using value_type = int;
  std::unique_ptr<int> state;
  void onStart(const ReceiverHandle<int>& handle) const { handle.store(1); }
  void onStop() const {}
};

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  Ones ones;
#ifdef RIGHT
  stream.receiverStream(std::move(ones)) | print();
#else
  stream.receiverStream(ones) | print();
#endif
}
