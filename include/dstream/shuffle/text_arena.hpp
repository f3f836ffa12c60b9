// SPDX-License-Identifier: BSL-1.0
#pragma once
// TextArena: the bytes of texts that are kept together and go together.

#include <cstddef>
#include <string_view>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/shuffle/table_bound.hpp>

namespace dstream::inline v0::detail {

/// **meaning** `keep(text)` copies a text; the copy stays where it is until `clear()`.
/// **kept** after clear the blocks of the usual size, until less than a quarter of them was in use 16 times in a row.
template <class Use = OnUse>
class BasicTextArena {
  using Block = Deferred<std::vector<char>, Use>;

 public:
  static constexpr std::size_t blockBytes = 32 * 1024;

  BasicTextArena() = default;
  /// What it takes is the table's, whose share must outlive it. **errors** TableError, from keep.
  explicit BasicTextArena(TableShare& share) : share_(&share) {}

  [[nodiscard]] std::string_view keep(std::string_view text) {
    if (text.size() > blockBytes / 8) {
      if (share_ != nullptr) share_->add(text.size());
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
    seldom_ = used_ < blocks_.size() / 4 ? seldom_ + 1 : 0;
    if (seldom_ == patience) {
      seldom_ = 0;
      blocks_.resize(used_);
    }
    for (; used_ != 0; --used_) blocks_[used_ - 1].clear();
  }
  /// **units** bytes that it keeps.
  [[nodiscard]] std::size_t bytes() const { return blocks_.size() * blockBytes; }

 private:
  static constexpr std::size_t patience = 16;

  void nextBlock() {
    if (used_ == blocks_.size()) {
      if (share_ != nullptr) share_->add(blockBytes);
      blocks_.emplace_back();
      blocks_.back().reserve(blockBytes);
    }
    ++used_;
  }

  Deferred<std::vector<Block>, Use> blocks_;  // never grown past what was reserved: texts stay in place
  std::size_t used_ = 0;                      // of blocks_; those behind are empty
  TableShare* share_ = nullptr;
  std::size_t seldom_ = 0;                    // clears that found little of it in use, since one that did not
  Deferred<std::vector<Block>, Use> large_;
};
using TextArena = BasicTextArena<>;

}  // namespace dstream::inline v0::detail
