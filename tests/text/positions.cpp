// SPDX-License-Identifier: BSL-1.0
#include <dstream/text/positions.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"
#include "support/naive.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;
using namespace std::string_view_literals;

struct WordsNaively {
  bool operator()(char byte) {
    if (support::isSpace(byte) != inside) return false;
    inside = !inside;
    return true;
  }
  bool inside = false;
};
auto scans() {
  using Marks = detail::WordEdges;
  using Scan = std::size_t (*)(const char*, std::size_t, std::uint16_t*, Marks&);
  std::vector<Scan> all{detail::positionsByBits<Marks>, [](const char* text, std::size_t chunks,
                                                    std::uint16_t* places, Marks& marks) {
                          return detail::positions(text, chunks, places, marks);
                        }};
#if defined(__x86_64__)
  if (detail::hasCompress()) {
    all.push_back(detail::positionsByCompress<Marks>);
  } else {
    WARN("this processor has no AVX-512 VBMI2: its scan is NOT tested");
  }
#endif
  return all;
}

/// Byte by byte, on a heap copy of exactly the text's size at an odd alignment.
void check(std::string_view text, std::uint64_t before) {
  WordsNaively naively{before != 0};
  const std::size_t chunks = text.size() / 64;
  std::vector<std::uint16_t> expected;
  for (std::size_t i = 0; i < chunks * 64; ++i)
    if (naively(text[i])) expected.push_back(static_cast<std::uint16_t>(i));
  for (const auto scan : scans())
    for (const std::size_t shift : {0U, 1U, 31U}) {
      const std::unique_ptr<char[]> bytes(new char[shift + chunks * 64]);
      text.copy(bytes.get() + shift, chunks * 64);
      const std::unique_ptr<std::uint16_t[]> places(new std::uint16_t[detail::placesFor(chunks)]);
      detail::WordEdges marks{before};
      const std::size_t count = scan(bytes.get() + shift, chunks, places.get(), marks);
      REQUIRE(std::vector<std::uint16_t>(places.get(), places.get() + count) == expected);
      REQUIRE((marks.inside != 0) == naively.inside);
    }
}
TEST_CASE("positions: every byte") {
  for (int byte = 0; byte < 256; ++byte)
    for (const std::uint64_t before : {0U, 1U}) {
      CAPTURE(byte);
      check(std::string(64, static_cast<char>(byte)), before);
      check(std::string(40, 'x') + static_cast<char>(byte) + std::string(87, ' '), before);
    }
}

TEST_CASE("positions: dense, sparse and random texts of many chunks") {
  support::Random random(7);
  std::string dense;
  for (int i = 0; i < 1024; ++i) dense += "a ";
  for (const std::uint64_t before : {0U, 1U}) {
    check(dense, before);
    check(std::string(2048, ' '), before);
    check(std::string(2048, 'x'), before);
  }
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every.push_back(static_cast<char>(byte));
  for (int round = 0; round < 500; ++round) {
    const std::string_view alphabet = round % 3 == 0   ? "ab "sv
                                      : round % 3 == 1 ? "abcdefghij \r\n\0"sv
                                                       : std::string_view(every);
    check(random.text(random.below(3000), alphabet), random.below(2));
  }
}

TEST_CASE("positions: ends of lines, and in each the first delimiter") {
  using Scan = std::size_t (*)(const char*, std::size_t, std::uint16_t*, detail::LineCuts&);
  std::vector<Scan> cutScans{detail::positionsByBits<detail::LineCuts>};
#if defined(__x86_64__)
  if (detail::hasCompress()) cutScans.push_back(detail::positionsByCompress<detail::LineCuts>);
#endif
  support::Random random(23);
  for (int round = 0; round < 600; ++round) {
    const std::string_view alphabet = round % 3 == 0   ? "a;\n"sv
                                      : round % 3 == 1 ? "abcdefghijklmn;\n"sv
                                                       : "abcdefghijklmnopqrstuvwxyz0123456789;\xbb\n"sv;
    const std::string text = random.text(random.below(2200), alphabet);
    const std::size_t chunks = text.size() / 64;
    const char delimiter = round % 7 == 0 ? '\n' : ';';
    std::vector<std::uint16_t> expected;
    bool seeking = round % 2 == 0;
    const std::uint64_t before = seeking ? 1 : 0;
    for (std::size_t i = 0; i < chunks * 64; ++i) {
      const bool ends = text[i] == '\n';
      if (ends || (seeking && text[i] == delimiter)) expected.push_back(static_cast<std::uint16_t>(i));
      seeking = ends || (seeking && text[i] != delimiter);
    }
    for (const auto scan : cutScans) {
      std::vector<std::uint16_t> places(detail::placesFor(chunks));
      detail::LineCuts marks{delimiter, before};
      places.resize(scan(text.data(), chunks, places.data(), marks));
      REQUIRE(places == expected);
      REQUIRE((marks.seeking != 0) == seeking);
    }
  }
}

}  // namespace
