// SPDX-License-Identifier: BSL-1.0
// Lines, words and fields: the scanners against loops that look at one byte after the other. Views
// are compared by place.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/operators/flatMap.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/text/cut.hpp>
#include <dstream/text/lines.hpp>
#include <dstream/text/positions.hpp>
#include <dstream/text/split.hpp>
#include <dstream/text/words.hpp>

#include "fuzz/fuzz.hpp"
#include "support/naive.hpp"

namespace {

using namespace dstream;
using Texts = std::vector<std::string_view>;

struct Append {
  Texts* operator()(Texts* texts, std::string_view text) const {
    texts->push_back(text);
    return texts;
  }
};

/// Says stop behind so many.
struct AppendUntil {
  Until<Texts*> operator()(Until<Texts*> at, std::string_view text) const {
    at.value->push_back(text);
    return {at.value, at.value->size() == most};
  }
  std::size_t most;
};

/// As pusher, as pusher that is stopped, and as range.
template <class Scanner>
void agree(const Scanner& scanner, const Texts& expected, std::size_t most) {
  Texts pushed;
  Append append;
  scanner.fold(&pushed, append);
  fuzz::expect(fuzz::sameViews(pushed, expected), "a pusher gives what the plain loop gives");

  Texts begun;
  AppendUntil until{most};
  scanner.fold(Until<Texts*>{&begun}, until);
  Texts beginning = expected;
  if (most < beginning.size()) beginning.resize(most);
  fuzz::expect(fuzz::sameViews(begun, beginning), "a stopped pusher gives the beginning");

  Texts iterated;
  for (const std::string_view text : scanner) iterated.push_back(text);
  fuzz::expect(fuzz::sameViews(iterated, expected), "a range gives what the plain loop gives");
}

/// Slices of any number are the whole.
void slicesAgree(std::string_view text, const Texts& expected, std::size_t count) {
  Texts joined;
  Append append;
  for (std::size_t index = 0; index < count; ++index)
    lines(text).fold(Slice{0, index, count}, &joined, append);
  fuzz::expect(fuzz::sameViews(joined, expected),
               "slices of a text have its lines, each once and in order");
}

/// Which of the two the processor would choose must make no difference.
void positionsAgree(std::string_view text, bool inside) {
#if defined(__x86_64__)
  if (!detail::hasCompress()) return;
  const std::size_t chunks = text.size() / 64 < 32 ? text.size() / 64 : 32;
  std::uint16_t byBits[detail::placesFor(32)];
  std::uint16_t byCompress[detail::placesFor(32)];
  detail::WordEdges bits{inside};
  detail::WordEdges compress{inside};
  const std::size_t count = detail::positionsByBits(text.data(), chunks, byBits, bits);
  fuzz::expect(detail::positionsByCompress(text.data(), chunks, byCompress, compress) == count,
               "as many word edges by bits as by compression");
  fuzz::expect(bits.inside == compress.inside, "the same word goes on");
  for (std::size_t i = 0; i < count; ++i)
    fuzz::expect(byBits[i] == byCompress[i], "the same word edges by bits and by compression");
#else
  static_cast<void>(text);
  static_cast<void>(inside);
#endif
}

void fusedAgree(std::string_view text, const Texts& lineTexts) {
  std::vector<std::string> expected;
  for (const std::string_view line : lineTexts)
    for (const std::string_view word : support::naiveWords(line)) expected.emplace_back(word);
  const auto owned = map([](std::string_view word) { return std::string(word); });
  fuzz::expect((lines(text) | flatMap(splitWords) | owned | collect()) == expected,
               "one scan for lines and words gives the words of the lines");
}

void cutsAgree(std::string_view text, const Texts& lineTexts, char delimiter) {
  std::vector<std::pair<std::string, std::string>> expected;
  for (const std::string_view line : lineTexts) {
    const std::size_t at = line.find(delimiter);
    expected.emplace_back(line.substr(0, at),
                          at == std::string_view::npos ? std::string_view() : line.substr(at + 1));
  }
  const auto owned = map([](const auto& halves) {
    return std::pair{std::string(halves.first), std::string(halves.second)};
  });
  fuzz::expect((lines(text) | map(cut(delimiter)) | owned | collect()) == expected,
               "one scan for lines and their first delimiters cuts the lines");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::Input input(bytes, size);
  const std::size_t most = input.between(1, 40);
  const std::size_t slices = input.between(1, 9);
  const bool inside = input.byte() % 2 != 0;
  const auto delimiter = static_cast<char>(input.byte());
  const fuzz::Alone alone(input.rest());
  const std::string_view text = alone.text();

  const Texts lineTexts = support::naiveLines(text);
  agree(lines(text), lineTexts, most);
  agree(splitWords(text), support::naiveWords(text), most);
  if (!text.empty()) agree(split(delimiter)(text), support::naiveFields(text, delimiter), most);
  slicesAgree(text, lineTexts, slices);
  positionsAgree(text, inside);
  fusedAgree(text, lineTexts);
  cutsAgree(text, lineTexts, delimiter);
  return 0;
}
