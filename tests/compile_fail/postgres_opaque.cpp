// SPDX-License-Identifier: BSL-1.0
// expect: PostgreSQL is given numbers, enums, durations, texts, bytes and optionals of these; map
// each record to one, or to a pair, tuple or aggregate of them
#include <dstream/connect/postgres.hpp>
#include <dstream/dstream.hpp>

#include <chrono>
#include <utility>
#include <vector>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<std::pair<int, std::vector<int>>> queue;
  const auto pairs = stream.queueStream(queue);
  const postgres::Database database("dbname=x");
#ifdef RIGHT
  pairs | keys() | postgres::append(database, "t");
#else
  pairs | postgres::append(database, "t");
#endif
}
