// SPDX-License-Identifier: BSL-1.0
#include "socket/contenders.hpp"
#include "socket/loopback.hpp"
#include "support/bench.hpp"
#include "support/std_views.hpp"
#include "support/text.hpp"

int main() {
  const std::string book = bench::book();
  // Many, since the start, with its fresh memory, and the last tick are not the claim.
  const int copies = bench::quick() ? 500 : 1000;
  const double gigabytes = static_cast<double>(book.size()) * copies / 1e9;
  const bench::Sender sender(book, copies);
  const bench::Received expected = bench::handMemchr(sender.port());

  bench::Contest<bench::Received> contest("lines from a loopback connection, "
                                              + std::to_string(static_cast<int>(gigabytes * 1000))
                                              + " MB, sender on a thread of its own",
                                          static_cast<double>(expected.lines), "line");
  const auto add = [&](const char* name, bench::Received (*contender)(std::uint16_t),
                       bool compiles = true) {
    contest.addUnlessBroken(
        name, [contender, &sender] { return contender(sender.port()); }, compiles,
        bench::Clock::Wall);
  };
  add("recv 64 KiB, memchr", bench::handMemchr);
  add("recv 64 KiB, std::string per line", bench::handStrings);
  add("dstream, batches of 1 ms", bench::dstreamOf1ms);
  add("dstream, batches of 10 ms", bench::dstreamOf10ms);
  if (!bench::quick()) {
    add("recv 64 KiB, std::views::split", bench::stdViews, bench::stdViewsCompile);
    add("recv 64 KiB, range-v3 split", bench::rangeV3);
  }
  contest.run(bench::quick() ? 3 : 9);

  const auto rate = [&](const char* name) { return gigabytes / contest.timing(name).median; };
  std::printf("  GB/s: recv and memchr %.2f, std::string per line %.2f, dstream %.2f (1 ms), %.2f (10 ms)\n",
              rate("recv 64 KiB, memchr"), rate("recv 64 KiB, std::string per line"),
              rate("dstream, batches of 1 ms"), rate("dstream, batches of 10 ms"));
  bench::Claims claims("socket");
  for (const std::string interval : {"1 ms", "10 ms"}) {
    const std::string ours = "dstream, batches of " + interval;
    claims.add("socket, lines into batches of " + interval + ": speed / recv and memchr",
               contest.ratio("recv 64 KiB, memchr", ours.c_str()), bench::atLeast(0.9));
    claims.add("socket, lines into batches of " + interval + ": speed / std::string per line",
               contest.ratio("recv 64 KiB, std::string per line", ours.c_str()),
               bench::atLeast(1.6));
  }
  claims.write();
}
