// SPDX-License-Identifier: BSL-1.0
#pragma once
// TextArena: the bytes of texts that are kept together and go together.

#include <cstddef>
#include <string_view>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>

namespace dstream::inline v0::detail {

/// **meaning** `keep(text)` copies a text; the copy stays where it is until `clear()`.
/// **kept** after clear the blocks of the usual size that were in use, for as much again.
template <class Use = OnUse>
class BasicTextArena {
  using Block = Deferred<std::vector<char>, Use>;

 public:
  static constexpr std::size_t blockBytes = 32 * 1024;

  [[nodiscard]] std::string_view keep(std::string_view text) {
    if (text.size() > blockBytes / 8) {
      large_.emplace_back(text.begin(), text.end());
      return {large_.back().data(), text.size()};
    }
    if (used_ == 0 || blocks_[used_ - 1].size() + text.size() > blockBytes) nextBlock();
    Block& block = blocks_[used_ - 1];
    const std::size_t at = block.size();
    block.insert(block.end(), text.begin(), text.end());
    return {block.data() + at, text.size()};
  }

  void clear() {
    large_.clear();
    blocks_.resize(used_);
    for (Block& block : blocks_) block.clear();
    used_ = 0;
  }

 private:
  void nextBlock() {
    if (used_ == blocks_.size()) {
      blocks_.emplace_back();
      blocks_.back().reserve(blockBytes);
    }
    ++used_;
  }

  Deferred<std::vector<Block>, Use> blocks_;  // never grown past what was reserved: texts stay in place
  std::size_t used_ = 0;                   // of blocks_
  Deferred<std::vector<Block>, Use> large_;
};
using TextArena = BasicTextArena<>;

}  // namespace dstream::inline v0::detail
