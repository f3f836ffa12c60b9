// SPDX-License-Identifier: BSL-1.0
// expect: a key needs a hash; specialise dstream::KeyHash .or std::hash. for it
#include <dstream/core.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace dstream;

/// It converts to text, and compares by another rule than text: which no hash of the text fits.
struct Name {
  std::string text;
  operator std::string_view() const { return text; }
  bool operator==(const Name& other) const { return text.size() == other.text.size(); }
};

int main() {
  const std::vector<Name> names{{"a"}, {"b"}};
#ifdef RIGHT
  static_cast<void>(names | map([](const Name& name) { return name.text; }) | countByValue() | collect());
#else
  static_cast<void>(names | countByValue() | collect());
#endif
}
