// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/real_world.hpp>

#include "billion_rows/contenders.hpp"
#include "billion_rows/rows.hpp"
#include "support/bench.hpp"
#include "support/rivals.hpp"

int main() {
  const std::size_t rows = bench::quick() ? 2'000'000 : 100'000'000;
  const char* out = std::getenv("DSTREAM_BENCH_OUT");
  const std::filesystem::path path =
      std::filesystem::path(out == nullptr ? "." : out) / ("rows_" + std::to_string(rows) + ".txt");
  if (!std::filesystem::exists(path)) bench::makeRows(path, rows);
  const bench::Mapped file(path);
  const std::string_view text = file.text();
  std::printf("straightforward loop: memchr, digit loop, %s\n", bench::carefulMap);

  dstream::RealWorld world;
  const auto workers = world.hire(2);
  const dstream::RunnerRef runner = workers->runner();

  bench::Contest<bench::Digest> contest(
      std::to_string(rows) + " rows, " + std::to_string(text.size() / 1'000'000) + " MB mapped",
      static_cast<double>(rows), "row");
  contest.add("straightforward loop", [&] { return bench::straightforward(text); });
  contest.add("the same, std::unordered_map", [&] { return bench::naive(text); });
  contest.add("the least: the same functions, a table for them",
              [&] { return bench::least(text); });
  contest.add("dstream, one worker", [&] { return bench::dstreamRows(text); });
  contest.add("dstream, cut and parseFixed", [&] { return bench::dstreamHelpers(text); });
  contest.add(
      "dstream, one worker by the clock", [&] { return bench::dstreamRows(text); },
      bench::Clock::Wall);
  contest.add(
      "dstream, two workers", [&] { return bench::dstreamRowsOn(text, runner); },
      bench::Clock::Wall);
  contest.add(
      "straightforward loop by the clock", [&] { return bench::straightforward(text); },
      bench::Clock::Wall);
  contest.add(
      "straightforward loop, two threads", [&] { return bench::straightforwardByTwo(text); },
      bench::Clock::Wall);
  contest.run(7);

  std::printf("speed of two threads / one, the loop by hand: %.2f\n",
              contest.ratio("straightforward loop by the clock",
                            "straightforward loop, two threads"));

  std::printf("the least with functions of one's own / straightforward loop: %.2f\n",
              contest.ratio("the least: the same functions, a table for them", "straightforward loop"));

  bench::Claims claims("billion_rows");
  claims.add("billion rows, one worker: time / straightforward loop",
             contest.ratio("dstream, one worker", "straightforward loop"), bench::atMost(0.70));
  claims.add("billion rows, one worker: time / the loop with std::unordered_map",
             contest.ratio("dstream, one worker", "the same, std::unordered_map"),
             bench::atMost(0.70));
  claims.add("billion rows, cut and parseFixed: time / straightforward loop",
             contest.ratio("dstream, cut and parseFixed", "straightforward loop"),
             bench::atMost(0.70));
  claims.add("billion rows: speed of two workers / one",
             contest.ratio("dstream, one worker by the clock", "dstream, two workers"),
             bench::atLeast(1.90));
  claims.write();
}
