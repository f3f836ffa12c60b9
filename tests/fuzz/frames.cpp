// SPDX-License-Identifier: BSL-1.0
// FrameFormer: raw socket blocks, and records that end with a mark, in pieces of any size, against
// the frames of the whole; and the records decoded.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/operators/flatMap.hpp>
#include <dstream/sources/frame_former.hpp>
#include <dstream/sources/rawSocketStream.hpp>

#include "fuzz/formed.hpp"
#include "fuzz/fuzz.hpp"

namespace {

using namespace dstream;

/// A record ends with ';'; the last one need not.
struct Marked {
  using value_type = std::string_view;
  static constexpr bool openEnd = true;
  static std::size_t frame(std::string_view bytes) {
    const std::size_t mark = bytes.find(';');
    return mark == std::string_view::npos ? 0 : mark + 1;
  }
  static std::string_view record(std::string_view frame) {
    return frame.substr(0, frame.find(';'));
  }
};

struct Options {
  std::size_t most;
  std::size_t blockBytes;
  bool inOrder;
  std::string_view sizes;
};

template <class F>
struct Run {
  Run(std::string_view text, const Options& options)
      : formed(options.blockBytes, [&](auto pool, auto& owner) {
          return FrameFormer<F>(F{}, pool, options.most, owner);
        }) {
    try {
      fuzz::inPieces(
          text, options.sizes, [&](std::string_view piece) { formed.give(piece); },
          [&] {
            formed.former.cut();
            formed.take();
          });
      if (options.inOrder) {
        fuzz::expect(formed.former.endOfText(), "a text can end while there is memory");
      } else {
        lost = formed.former.breakOff();
      }
    } catch (const FramingError&) {
      refused = true;
      lost = formed.former.breakOff();
    }
    formed.take();
    fuzz::expect(formed.former.bytesWaiting() == 0, "nothing waits behind the end");
  }
  [[nodiscard]] FrameBlocks<F> records() {
    BlockList<> list;
    for (Block& block : formed.blocks) list.push_back(std::move(block));
    return FrameBlocks<F>(F{}, std::move(list), RunnerRef{});
  }
  fuzz::Formed<FrameFormer<F>> formed;
  std::size_t lost = 0;
  bool refused = false;
};

/// What T's the bytes are, or none.
template <class T>
std::optional<std::vector<T>> decodedAll(std::string_view bytes) {
  std::vector<T> values;
  try {
    while (!bytes.empty()) values.push_back(Codec<T>::decode(bytes));
  } catch (const DecodeError&) {
    return std::nullopt;
  }
  return values;
}

template <class T>
void rawBlocks(std::string_view text, const Options& options) {
  std::string kept;
  std::vector<T> values;
  std::uint64_t dropped = 0;
  std::size_t lost = 0;
  bool refused = false;
  for (std::string_view rest = text; !rest.empty();) {
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < 4 && i < rest.size(); ++i)
      length |= static_cast<std::uint32_t>(static_cast<unsigned char>(rest[i])) << (24 - 8 * i);
    if (rest.size() >= 4 && length > 0x7fffffff) {
      refused = true;
      lost = rest.size();
      break;
    }
    const std::uint64_t frame = std::uint64_t{length} + 4;
    if (rest.size() < 4 || (frame <= options.most && frame > rest.size())) {
      (options.inOrder ? dropped : lost) += rest.size();
      break;
    }
    const std::string_view bytes = rest.substr(0, static_cast<std::size_t>(frame));
    rest.remove_prefix(bytes.size());
    const auto decoded = frame > options.most ? std::nullopt : decodedAll<T>(bytes.substr(4));
    if (!decoded) {
      dropped += frame;
      continue;
    }
    kept += bytes;
    values.insert(values.end(), decoded->begin(), decoded->end());
    std::string again;
    for (const T& value : *decoded) Codec<T>::encode(value, again);
    fuzz::expect(again == bytes.substr(4), "what is decoded has these bytes and no others");
  }

  Run<RawBlocks<T>> run(text, options);
  fuzz::expect(run.refused == refused, "a negative length is refused, and nothing else");
  fuzz::expect(run.formed.text() == kept,
               "the blocks of records that are not over the limit, each once and in order");
  if (!refused) fuzz::expect(run.formed.dropped == dropped, "what is dropped is counted");
  fuzz::expect(run.lost <= lost, "no whole block is lost");
  std::vector<T> found;
  const auto append = [&](std::vector<T>* into, T&& value) {
    into->push_back(std::move(value));
    return into;
  };
  const auto blocks = run.records();
  for (std::size_t partition = 0; partition < blocks.partitions(); ++partition) {
    const auto each = [&](std::vector<T>* into, std::string_view content) {
      return detail::DecodedAll<T>{content}.fold(into, append);
    };
    blocks.fold(Slice{partition, 0, 1}, &found, each);
  }
  std::string expectedBytes;  // compared so, since a NaN is not equal to itself
  std::string foundBytes;
  for (const T& value : values) Codec<T>::encode(value, expectedBytes);
  for (const T& value : found) Codec<T>::encode(value, foundBytes);
  fuzz::expect(found.size() == values.size() && foundBytes == expectedBytes,
               "a batch has the records of its blocks");
}

void marked(std::string_view text, const Options& options) {
  std::vector<std::string> expected;
  bool overLimit = false;
  for (std::string_view rest = text; !rest.empty() && !overLimit;) {
    const std::size_t bytes = Marked::frame(rest) == 0 ? rest.size() : Marked::frame(rest);
    overLimit = bytes > options.most;
    if (Marked::frame(rest) != 0 || options.inOrder)
      expected.emplace_back(Marked::record(rest.substr(0, bytes)));
    rest.remove_prefix(bytes);
  }
  if (overLimit && !expected.empty()) expected.pop_back();

  Run<Marked> run(text, options);
  std::vector<std::string> found;
  const auto append = [&](std::vector<std::string>* into, std::string_view record) {
    into->emplace_back(record);
    return into;
  };
  const auto blocks = run.records();
  for (std::size_t partition = 0; partition < blocks.partitions(); ++partition)
    blocks.fold(Slice{partition, 0, 1}, &found, append);
  if (!overLimit) {
    fuzz::expect(!run.refused && found == expected,
                 "the records up to their marks, each once and in order");
    return;
  }
  // A record over the limit is dropped when its end comes with it, else refused: it depends on the
  // pieces.
  fuzz::expect(found.size() >= expected.size(), "the records before one over the limit are kept");
  for (std::size_t i = 0; i < expected.size(); ++i)
    fuzz::expect(found[i] == expected[i], "the records before one over the limit are kept");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::Input input(bytes, size);
  Options options{};
  options.most = input.between(8, 100);
  options.blockBytes = 1 + input.byte() % (options.most + 1);
  const std::uint8_t flags = input.byte();
  options.inOrder = (flags & 1) != 0;
  options.sizes = input.bytes(input.between(0, 7));
  switch ((flags >> 1) % 7) {
    case 0:
      rawBlocks<std::pair<std::string, std::int64_t>>(input.rest(), options);
      break;
    case 1:
      rawBlocks<std::string_view>(input.rest(), options);
      break;
    case 2:
      rawBlocks<std::vector<std::optional<std::uint16_t>>>(input.rest(), options);
      break;
    case 3:
      rawBlocks<std::tuple<bool, float, std::vector<std::string>>>(input.rest(), options);
      break;
    case 4:
      rawBlocks<std::uint8_t>(input.rest(), options);
      break;
    case 5:
      rawBlocks<std::vector<std::vector<std::vector<bool>>>>(input.rest(), options);
      break;
    default:
      marked(input.rest(), options);
      break;
  }
  return 0;
}
