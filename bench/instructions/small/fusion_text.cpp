// SPDX-License-Identifier: BSL-1.0
#include "fusion_text/contenders.hpp"
#include "instructions/small/pair.hpp"
#include "support/text.hpp"

int main(int count, char** arguments) {
  bench::PairRun run(count, arguments);
  const std::string text = bench::book(200'000);
  run.add("text", [&] { return bench::handMemchr(text); }, [&] { return bench::dstreamSplit(text); });
  run.add("text, splitWords over byte loop", [&] { return bench::handBytes(text); }, [&] { return bench::dstreamWords(text); });
  return run.end();
}
