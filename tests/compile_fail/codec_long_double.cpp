// SPDX-License-Identifier: BSL-1.0
// expect: numbers of 1, 2, 4 and 8 bytes have a codec
#include <dstream/dstream.hpp>

#include <string>

using namespace dstream;

int main() {
  std::string bytes;
#ifdef RIGHT
  Codec<double>::encode(1, bytes);
#else
  Codec<long double>::encode(1, bytes);
#endif
}
