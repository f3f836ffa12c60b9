// SPDX-License-Identifier: BSL-1.0
// expect: a receiver's records outlive the call of store; let its value_type be one that owns its data
#include <dstream/dstream.hpp>

#include <chrono>
#include <string>
#include <string_view>

using namespace dstream;

template <class Text>
struct Texts {
  using value_type = Text;
  void onStart(const ReceiverHandle<Text>& handle) const { handle.store(Text("word")); }
  void onStop() const {}
};

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
#ifdef RIGHT
  stream.receiverStream(Texts<std::string>{}) | print();
#else
  stream.receiverStream(Texts<std::string_view>{}) | print();
#endif
}
