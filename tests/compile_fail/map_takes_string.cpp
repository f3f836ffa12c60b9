// SPDX-License-Identifier: BSL-1.0
// expect: text is passed as a std::string_view; take that or auto, and make a std::string of it where one is needed
#include <dstream/core.hpp>

#include <string>

using namespace dstream;

int main() {
#ifdef RIGHT
  lines("to be") | map([](auto line) { return line.size(); }) | sum();
#else
  lines("to be") | map([](const std::string& line) { return line.size(); }) | sum();
#endif
}
