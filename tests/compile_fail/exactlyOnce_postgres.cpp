// SPDX-License-Identifier: BSL-1.0
// expect: exactly once needs sources that can give the same data again
// sockets and queues cannot
#include <dstream/connect/postgres.hpp>
#include <dstream/dstream.hpp>

#include <chrono>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  const postgres::Database database("dbname=x");
  const auto owned = map([](auto line) { return std::string(line); });
  const auto into = postgres::append(database, "t").deadLetters("d").exactlyOnce();
#ifdef RIGHT
  stream.textFileStream("in") | owned | into;
#else
  stream.socketTextStream("localhost", 9999) | owned | into;
#endif
}
