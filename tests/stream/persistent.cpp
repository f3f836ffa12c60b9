// SPDX-License-Identifier: BSL-1.0
#include <dstream/stream/persistent.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace dstream;

std::vector<std::string> loaded(std::string_view bytes) {
  std::vector<std::string> parts;
  detail::loadParts(bytes, RunnerRef{}, [&](std::size_t count) { parts.resize(count); }, [&](std::size_t part, std::string_view& in) {
    parts[part] = std::string(in);
    in = {};
  });
  return parts;
}

TEST_CASE("persistent: parts come back, each its own; every other length is refused") {
  const std::vector<std::string> parts{"first", "", std::string(1000, 'x')};
  std::string bytes;
  detail::saveParts(bytes, parts.size(), RunnerRef{}, [&](std::size_t part, std::string& text) { text = parts[part]; });
  CHECK(loaded(bytes) == parts);
  for (std::size_t length = 0; length < bytes.size(); ++length) CHECK_THROWS_AS(loaded(std::string_view(bytes).substr(0, length)), DecodeError);
  CHECK_THROWS_AS(loaded(bytes + "x"), DecodeError);
}

TEST_CASE("persistent: nothing is allocated on a count's word, and a part must be taken whole") {
  CHECK_THROWS_AS(loaded(std::string("\xff\xff\xff\xff", 4)), DecodeError);
  std::string_view many("\xff\xff\xff\xff\xff\xff\xff\x7f x", 10);
  CHECK_THROWS_AS(detail::takeCount(many), DecodeError);
  std::string bytes;
  detail::saveParts(bytes, 1, RunnerRef{}, [](std::size_t, std::string& text) { text = "ab"; });
  CHECK_THROWS_AS(detail::loadParts(bytes, RunnerRef{}, [](std::size_t) {}, [](std::size_t, std::string_view& in) { in.remove_prefix(1); }), DecodeError);
}

}  // namespace
