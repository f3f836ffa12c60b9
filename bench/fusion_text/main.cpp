// SPDX-License-Identifier: BSL-1.0
#include "fusion_text/contenders.hpp"
#include "support/bench.hpp"
#include "support/std_views.hpp"
#include "support/text.hpp"

int main() {
  const std::string text = bench::book();
  std::size_t words = 0;
  for (std::size_t i = 1; i < text.size(); ++i)
    words += text[i] <= ' ' && text[i - 1] > ' ' ? 1 : 0;

  bench::Contest<std::int64_t> contest(
      "text: lines | words | filter | sum of bytes, " + std::to_string(text.size()) + " bytes",
      static_cast<double>(words), "word");
  contest.add("hand-written memchr loop", [&] { return bench::handMemchr(text); });
  contest.add("hand-written byte loop", [&] { return bench::handBytes(text); });
  contest.add("dstream, split(' ')", [&] { return bench::dstreamSplit(text); });
  contest.add("dstream, splitWords", [&] { return bench::dstreamWords(text); });
  contest.addUnlessBroken(
      "std::views", [&] { return bench::stdViews(text); }, bench::stdViewsCompile);
  contest.add("range-v3", [&] { return bench::rangeV3(text); });
  contest.run();

  bench::Claims claims("fusion_text");
  claims.add("text, lines|split|filter|sum: time / memchr loop",
             contest.ratio("dstream, split(' ')", "hand-written memchr loop"), bench::atMost(1.05));
  claims.add("text, lines|splitWords|filter|sum: time / memchr loop",
             contest.ratio("dstream, splitWords", "hand-written memchr loop"), bench::atMost(1.05));
  claims.write();
}
