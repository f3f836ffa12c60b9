// SPDX-License-Identifier: BSL-1.0
#include <string>

#include "joins/contenders.hpp"
#include "support/bench.hpp"
#include "support/rivals.hpp"

int main() {
  std::printf("loops by hand: %s\n", bench::carefulMap);
  bench::Claims claims("joins");
  for (const std::size_t users : {1'000U, 100'000U}) {
    const bench::Tables tables = bench::makeTables(400'000, users);
    const auto count = static_cast<double>(tables.orders.size() + tables.users.size());
    const std::string title = "400 000 orders of " + std::to_string(users) + " users, ";

    bench::Contest<std::int64_t> join(title + "join", count, "record");
    join.add("hand-written, several users of a number", [&] { return bench::handJoin(tables); });
    join.add("hand-written, one user of a number", [&] { return bench::handLookup(tables); });
    join.add("dstream", [&] { return bench::dstreamJoin(tables); });
    join.run();

    bench::Contest<std::int64_t> outer(title + "leftOuterJoin", count, "record");
    outer.add("hand-written", [&] { return bench::handOuterJoin(tables); });
    outer.add("dstream", [&] { return bench::dstreamOuterJoin(tables); });
    outer.run();

    bench::Contest<std::int64_t> cogroup(title + "cogroup", count, "record");
    cogroup.add("hand-written", [&] { return bench::handCogroup(tables); });
    cogroup.add("dstream", [&] { return bench::dstreamCogroup(tables); });
    cogroup.run();

    bench::Contest<std::int64_t> subtract(title + "subtractByKey", count, "record");
    subtract.add("hand-written", [&] { return bench::handSubtract(tables); });
    subtract.add("dstream", [&] { return bench::dstreamSubtract(tables); });
    subtract.run();

    // What a small table costs is the list of rows beside it; past a large one the lookups wait for memory together.
    const double most = users > 10'000 ? 1.0 : 2.0;
    const std::string of = ", " + std::to_string(users) + " users: time / hand-written";
    claims.add("join" + of, join.ratio("dstream", "hand-written, several users of a number"), bench::atMost(most));
    claims.add("leftOuterJoin" + of, outer.ratio("dstream", "hand-written"), bench::atMost(most));
    claims.add("cogroup" + of, cogroup.ratio("dstream", "hand-written"), bench::atMost(1.5));
    claims.add("subtractByKey" + of, subtract.ratio("dstream", "hand-written"), bench::atMost(3.0));
  }
  claims.write();
}
