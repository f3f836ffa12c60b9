// SPDX-License-Identifier: BSL-1.0
#pragma once
// TextKey: a text as a key of a table, in 16 bytes; up to 15 bytes of text in itself, a longer one by reference.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// A vector, so that it goes to memory in one go: read back whole what was written in halves, it would wait for both.
using TextKeyWords [[gnu::vector_size(16)]] = std::uint64_t;

/// **meaning** the bytes of a text of at most 15 and then its size in the last byte, or where a longer one stands. Two texts are equal when all 16
/// bytes are, or both are long and their bytes are equal. **kept** who keeps one takes a longer text's bytes into an arena first.
class TextKey {
 public:
  static constexpr std::size_t most = 15;

  TextKey() = default;
  explicit TextKey(std::string_view text) : words_(text.size() <= most ? inside(text) : outside(text)) {}
  /// Of a text that is known to be short, and not empty.
  DSTREAM_INLINE static TextKey ofShort(std::string_view text) {
    TextKey key;
    key.words_ = insideNotEmpty(text);
    return key;
  }

  [[nodiscard]] DSTREAM_INLINE bool isShort() const { return sizeByte() <= most; }
  /// Of a short one a view of this key.
  [[nodiscard]] std::string_view text() const {
    if (isShort()) return {reinterpret_cast<const char*>(&words_), sizeByte()};
    return {reinterpret_cast<const char*>(words_[0]), static_cast<std::size_t>(little ? words_[1] & ~longMark : words_[1] >> 8)};
  }
  [[nodiscard]] std::uint64_t first() const { return words_[0]; }
  [[nodiscard]] std::uint64_t second() const { return words_[1]; }

  DSTREAM_INLINE friend bool operator==(const TextKey& left, const TextKey& right) {
    if (sameWords(left.words_, right.words_)) [[likely]] return true;
    return !left.isShort() && left.words_[1] == right.words_[1] && sameLong(left.text(), right.text());
  }

 private:
  static constexpr bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
  static constexpr int lastByte = little ? 56 : 0;
  static constexpr std::uint64_t longMark = std::uint64_t{0xff} << lastByte;

  [[nodiscard]] DSTREAM_INLINE std::size_t sizeByte() const { return static_cast<std::size_t>(words_[1] >> lastByte & 0xff); }

  /// Of equal size; most are so short that their first and last 16 bytes are all there is.
  DSTREAM_INLINE static bool sameLong(std::string_view left, std::string_view right) {
    if (left.size() > 32) [[unlikely]] return left == right;
    std::uint64_t words[8];
    __builtin_memcpy(words, left.data(), 16);
    __builtin_memcpy(words + 2, left.data() + left.size() - 16, 16);
    __builtin_memcpy(words + 4, right.data(), 16);
    __builtin_memcpy(words + 6, right.data() + right.size() - 16, 16);
    return ((words[0] ^ words[4]) | (words[1] ^ words[5]) | (words[2] ^ words[6]) | (words[3] ^ words[7])) == 0;
  }

  static TextKeyWords outside(std::string_view text) {
    return TextKeyWords{reinterpret_cast<std::uintptr_t>(text.data()), longMark | (little ? text.size() : text.size() << 8)};
  }

  static TextKeyWords inside(std::string_view text) { return text.empty() ? TextKeyWords{} : insideNotEmpty(text); }  // an empty one may be anywhere

  DSTREAM_INLINE static TextKeyWords insideNotEmpty(std::string_view text) {
    const TextKeyWords size{0, static_cast<std::uint64_t>(text.size()) << lastByte};
#if defined(__SSE2__)
    const bool inPage = (reinterpret_cast<std::uintptr_t>(text.data()) & 4095) <= 4096 - 16;
    if (inPage) [[likely]] return (sixteen(text.data()) & mask(text.size())) | size;
#endif
    return exactly(text) | size;
  }

  DSTREAM_INLINE static bool sameWords(const TextKeyWords& left, const TextKeyWords& right) {
#if defined(__SSE2__)
    using Bytes [[gnu::vector_size(16)]] = char;
    return __builtin_ia32_pmovmskb128(reinterpret_cast<Bytes>(reinterpret_cast<Bytes>(left) == reinterpret_cast<Bytes>(right))) == 0xffff;
#else
    return ((left[0] ^ right[0]) | (left[1] ^ right[1])) == 0;
#endif
  }

#if defined(__SSE2__)
  struct Sixteen {
    char bytes[16];
  };
  /// Runs over the end of the text, which faults nowhere, since it stays within the page. In assembly, since the compiler and its sanitizers
  /// must take no notice: taken by its size, each text would cost a branch that nobody can foresee.
  DSTREAM_INLINE static TextKeyWords sixteen(const char* text) {
    TextKeyWords words;
    asm("" : "+r"(text));  // nor may it warn that a text known to it is shorter
#if defined(__AVX__)
    asm("vmovdqu %1, %0" : "=x"(words) : "m"(*reinterpret_cast<const Sixteen*>(text)));
#else
    asm("movdqu %1, %0" : "=x"(words) : "m"(*reinterpret_cast<const Sixteen*>(text)));
#endif
    return words;
  }
  /// All ones in the first `size` bytes.
  DSTREAM_INLINE static TextKeyWords mask(std::size_t size) {
    TextKeyWords words;
    __builtin_memcpy(&words, ones + 16 - size, 16);
    return words;
  }
  alignas(32) static constexpr unsigned char ones[32] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                                         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
#endif

  static TextKeyWords exactly(std::string_view text) {
    TextKeyWords words{};
    __builtin_memcpy(&words, text.data(), text.size());
    return words;
  }

  TextKeyWords words_;
};

}  // namespace dstream::inline v0::detail
