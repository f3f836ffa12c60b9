// SPDX-License-Identifier: BSL-1.0
#include <algorithm>

#include <dstream/runtime/real_world.hpp>

#include "support/bench.hpp"
#include "support/rivals.hpp"
#include "support/std_views.hpp"
#include "support/text.hpp"
#include "word_count/contenders.hpp"

namespace {

/// The text in pieces of about so many bytes, cut behind lines.
bench::Batches batchesOf(std::string_view text, std::size_t bytes) {
  bench::Batches batches;
  while (!text.empty()) {
    const std::size_t feed = text.find('\n', std::min(bytes, text.size()) - 1);
    const std::size_t size = feed == std::string_view::npos ? text.size() : feed + 1;
    batches.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return batches;
}

#if defined(__AVX2__)
constexpr double carefulGoal = 0.30;
#else
constexpr double carefulGoal = 0.40;
#endif

}  // namespace

int main() {
  const int copies = bench::quick() ? 5 : 100;
  const std::string book = bench::book();
  std::string text;
  text.reserve(book.size() * static_cast<std::size_t>(copies));
  for (int i = 0; i < copies; ++i) text += book;
  const bench::Digest expected = bench::handNaive(text);
  std::printf("careful loop: byte by byte into %s\n", bench::carefulMap);

  dstream::RealWorld world;
  const auto workers = world.hire(2);
  const dstream::RunnerRef runner = workers->runner();

  bench::Contest<bench::Digest> contest("word count in memory, "
                                            + std::to_string(text.size() / 1'000'000) + " MB, "
                                            + std::to_string(expected.distinct) + " distinct words",
                                        static_cast<double>(expected.words), "word");
  contest.add("careful loop", [&] { return bench::handCareful(text); });
  contest.add("naive: unordered_map<string>", [&] { return bench::handNaive(text); });
  contest.add("unordered_map<string_view>", [&] { return bench::handViews(text); });
  contest.addUnlessBroken(
      "std::views", [&] { return bench::stdViews(text); }, bench::stdViewsCompile);
  contest.add("range-v3", [&] { return bench::rangeV3(text); });
  contest.add("dstream, one worker", [&] { return bench::dstreamInline(text); });
  contest.add("dstream, own tokeniser, string keys", [&] { return bench::dstreamGeneric(text); });
  contest.add(
      "dstream, one worker by the clock", [&] { return bench::dstreamInline(text); },
      bench::Clock::Wall);
  contest.add(
      "dstream, two workers", [&] { return bench::dstreamOn(text, runner); }, bench::Clock::Wall);
  contest.run(7);

  const bench::Batches batches =
      batchesOf(std::string_view(text).substr(0, book.size() * 10), 100'000);
  bench::Contest<bench::Digest> small("the same in batches of 100 kB, each counted apart",
                                      static_cast<double>(bench::handCarefulBatches(batches).words),
                                      "word");
  small.add("careful loop, fresh map per batch",
            [&] { return bench::handCarefulBatches(batches); });
  small.add("dstream, one worker", [&] { return bench::dstreamBatches(batches); });
  small.run(9);

  bench::Claims claims("word_count");
  claims.add("word count, one worker: time / careful loop",
             contest.ratio("dstream, one worker", "careful loop"), bench::atMost(carefulGoal));
  claims.add("word count, one worker: time / naive loop",
             contest.ratio("dstream, one worker", "naive: unordered_map<string>"),
             bench::atMost(0.15));
  claims.add("word count: speed of two workers / one",
             contest.ratio("dstream, one worker by the clock", "dstream, two workers"),
             bench::atLeast(1.45));
  claims.add("word count, own tokeniser, string keys: time / careful loop",
             contest.ratio("dstream, own tokeniser, string keys", "careful loop"),
             bench::atMost(1.0));
  claims.add("word count in batches of 100 kB: time / careful loop",
             small.ratio("dstream, one worker", "careful loop, fresh map per batch"),
             bench::atMost(0.6));
  claims.write();
}
