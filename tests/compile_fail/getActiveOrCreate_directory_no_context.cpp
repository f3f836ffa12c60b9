// SPDX-License-Identifier: BSL-1.0
// expect: getActiveOrCreate needs a function that makes a std::unique_ptr<StreamingContext>
#include <dstream/dstream.hpp>

#include <chrono>
#include <memory>

using namespace dstream;
using namespace std::chrono_literals;

int main() {
  Context context("local");
#ifdef RIGHT
  static_cast<void>(StreamingContext::getActiveOrCreate("c", [&] { return std::make_unique<StreamingContext>(context, 1s); }));
#else
  static_cast<void>(StreamingContext::getActiveOrCreate("c", [&] { return StreamingContext::getActive(); }));
#endif
}
