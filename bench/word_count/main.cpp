// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/real_world.hpp>

#include "support/bench.hpp"
#include "support/std_views.hpp"
#include "support/text.hpp"
#include "word_count/contenders.hpp"

int main() {
  const int copies = bench::quick() ? 10 : 100;
  const std::string book = bench::book();
  std::string text;
  for (int i = 0; i < copies; ++i) text += book;
  const bench::Digest expected = bench::handNaive(text);

  dstream::RealWorld world;
  const auto workers = world.hire(2);
  const dstream::RunnerRef runner = workers->runner();

  bench::Contest<bench::Digest> contest("word count in memory, "
                                            + std::to_string(text.size() / 1'000'000) + " MB, "
                                            + std::to_string(expected.distinct) + " distinct words",
                                        static_cast<double>(expected.words), "word");
  contest.add("naive: unordered_map<string>", [&] { return bench::handNaive(text); });
  contest.add("careful: unordered_map<string_view>", [&] { return bench::handCareful(text); });
  contest.add("dstream, one worker", [&] { return bench::dstreamInline(text); });
  contest.addUnlessBroken(
      "std::views", [&] { return bench::stdViews(text); }, bench::stdViewsCompile);
  contest.add("range-v3", [&] { return bench::rangeV3(text); });
  contest.add(
      "dstream, two workers", [&] { return bench::dstreamOn(text, runner); }, bench::Clock::Wall);
  contest.run(7);

  std::printf("  second worker: %.2f times as fast as one\n",
              contest.ratio("dstream, one worker", "dstream, two workers"));
  bench::Claims claims("word_count");
  claims.add("word count, one worker: speed / naive loop",
             contest.ratio("naive: unordered_map<string>", "dstream, one worker"),
             bench::atLeast(1.5));
  claims.add("word count, one worker: time / careful loop",
             contest.ratio("dstream, one worker", "careful: unordered_map<string_view>"),
             bench::atMost(1.0));
  claims.write();
}
