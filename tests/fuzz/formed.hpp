// SPDX-License-Identifier: BSL-1.0
#pragma once
// A former with a pool of its own, fed in pieces, and what it handed over.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/runtime/block.hpp>
#include <dstream/testing/world.hpp>

#include "fuzz/fuzz.hpp"

namespace fuzz {

struct Nobody final : dstream::Actor {
  dstream::Step step(dstream::World&) override { return dstream::Step::idle(); }
};

/// **meaning** `make(pool, owner)` gives the former.
template <class Former>
class Formed {
 public:
  template <class Make>
  Formed(std::size_t blockBytes, const Make& make)
      : pool_(std::make_shared<dstream::BlockPool>(world_, std::size_t{64} << 20, blockBytes)),
        former(make(pool_, nobody_)) {}

  void give(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto space = former.space();
      expect(space.data != nullptr && space.bytes != 0, "there is space while there is memory");
      const std::size_t now = std::min(space.bytes, bytes.size());
      std::memcpy(space.data, bytes.data(), now);
      bytes.remove_prefix(now);
      given += now;
      former.filled(now);
      expect(former.received() == given && former.position() <= given,
             "a former counts what it was given");
    }
  }
  /// What lies ready is kept here.
  void take() {
    for (; !former.ready().empty(); former.ready().pop_front()) {
      expect(!former.ready().front().text().empty(), "no block is empty");
      expect(former.ready().front().end > end_ && former.ready().front().end <= given,
             "blocks end one behind the other, and in what was given");
      end_ = former.ready().front().end;
      blocks.push_back(std::move(former.ready().front()));
    }
    dropped += former.takeDropped().bytes;
  }
  [[nodiscard]] std::string text() const {
    std::string text;
    for (const dstream::Block& block : blocks) text += block.text();
    return text;
  }

 private:
  dstream::testing::World world_;
  Nobody nobody_;
  std::shared_ptr<dstream::BlockPool> pool_;
  std::uint64_t end_ = 0;

 public:
  Former former;
  std::vector<dstream::Block> blocks;
  std::uint64_t given = 0;
  std::uint64_t dropped = 0;
};

/// Cuts the data into the pieces in which they arrive; behind some of them a batch takes what there
/// is.
template <class Give, class Cut>
void inPieces(std::string_view data, std::string_view sizes, const Give& give, const Cut& cut) {
  for (std::size_t piece = 0; !data.empty(); ++piece) {
    const auto size =
        sizes.empty()
            ? std::size_t{0}
            : static_cast<std::size_t>(static_cast<unsigned char>(sizes[piece % sizes.size()]));
    give(data.substr(0, size / 2 + 1));
    data.remove_prefix(std::min(size / 2 + 1, data.size()));
    if (size % 2 != 0) cut();
  }
}

}  // namespace fuzz
