// SPDX-License-Identifier: BSL-1.0
// LineFormer: lines that arrive in pieces of any size, cut at any moment, against the lines of the
// whole.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <dstream/sources/line_former.hpp>

#include "fuzz/formed.hpp"
#include "fuzz/fuzz.hpp"

namespace {

struct Expected {
  std::string kept;
  std::uint64_t dropped = 0;
  std::size_t unended = 0;  // bytes of a last line without an end, which is lost
};

Expected linesOf(std::string_view text, std::size_t most, bool lastCounts) {
  Expected expected;
  while (!text.empty()) {
    const std::size_t feed = text.find('\n');
    const std::string_view line =
        text.substr(0, feed == std::string_view::npos ? text.size() : feed + 1);
    text.remove_prefix(line.size());
    if (feed == std::string_view::npos && !lastCounts) {
      expected.unended = line.size();
    } else if (line.size() > most) {
      expected.dropped += line.size();
    } else {
      expected.kept += line;
    }
  }
  return expected;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using dstream::LineFormer;
  fuzz::Input input(bytes, size);
  const std::size_t most = input.between(1, 80);
  const std::size_t blockBytes =
      1 + input.byte() % (most + 1);  // as the runtime has it: no block is larger than a record may
                                      // be, and one byte
  const std::uint8_t flags = input.byte();
  const bool strip = (flags & 1) != 0;
  const bool inOrder = (flags & 2) != 0;
  const std::string_view sizes = input.bytes(input.between(0, 7));
  const std::string_view text = input.rest();

  fuzz::Formed<LineFormer> formed(
      blockBytes, [&](auto pool, auto& owner) { return LineFormer(pool, most, owner); });
  formed.former.beginText(strip);
  fuzz::inPieces(
      text, sizes, [&](std::string_view piece) { formed.give(piece); },
      [&] {
        formed.former.cut();
        formed.take();
      });
  std::size_t lost = 0;
  if (inOrder) {
    fuzz::expect(formed.former.endOfText(), "a text can end while there is memory");
  } else {
    lost = formed.former.breakOff();
  }
  formed.take();
  fuzz::expect(formed.former.bytesWaiting() == 0, "nothing waits behind the end");

  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (strip && text.starts_with(mark)) {
    // Whether the mark counts for the limit of the first line depends on the pieces: what must not
    // change is everything else.
    const std::size_t feed = text.find('\n');
    const std::size_t first =
        (feed == std::string_view::npos ? text.size() : feed + 1) - mark.size();
    if (first > most - std::min(most, mark.size()) && first <= most + mark.size()) return 0;
    const Expected expected = linesOf(text.substr(mark.size()), most, inOrder);
    fuzz::expect(formed.text() == expected.kept,
                 "the lines of a text without its mark, each once and in order");
    return 0;
  }
  const Expected expected = linesOf(text, most, inOrder);
  fuzz::expect(formed.text() == expected.kept,
               "the lines of the text that are not over the limit, each once and in order");
  if (expected.unended <= most) {
    fuzz::expect(formed.dropped == expected.dropped,
                 "the bytes of lines over the limit are dropped, and no others");
    fuzz::expect(lost == expected.unended, "what is lost is the last line, which had not ended");
  } else {
    fuzz::expect(formed.dropped + lost == expected.dropped + expected.unended,
                 "a line over the limit that breaks off is dropped or lost, once");
  }
  for (const dstream::Block& block : formed.blocks)
    fuzz::expect(block.text().back() == '\n' || &block == &formed.blocks.back(),
                 "blocks end with their lines");
  return 0;
}
