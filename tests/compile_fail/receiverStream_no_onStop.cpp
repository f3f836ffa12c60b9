// SPDX-License-Identifier: BSL-1.0
// expect: receiverStream needs a receiver: a movable type with a value_type, onStart.ReceiverHandle<value_type>. and onStop
#include <dstream/dstream.hpp>

#include <chrono>

using namespace dstream;

struct Endless {
  using value_type = int;
  void onStart(const ReceiverHandle<int>& handle) const { handle.store(1); }
};
struct Ending : Endless {
  void onStop() const {}
};

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
#ifdef RIGHT
  stream.receiverStream(Ending{}) | print();
#else
  stream.receiverStream(Endless{}) | print();
#endif
}
