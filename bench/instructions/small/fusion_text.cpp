// SPDX-License-Identifier: BSL-1.0
#include "fusion_text/contenders.hpp"
#include "support/text.hpp"

int main() {
  const std::string text = bench::book(200'000);
  const auto expected = bench::handMemchr(text);
  return bench::handBytes(text) == expected && bench::dstreamSplit(text) == expected
                 && bench::dstreamWords(text) == expected
             ? 0
             : 1;
}
