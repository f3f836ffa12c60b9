// SPDX-License-Identifier: BSL-1.0
// word_counts DIRECTORY files|sqlite|ADDRESS: counts the words of the files in DIRECTORY/in, until it is killed. Of the crash test.

#include <chrono>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/connect/postgres.hpp>
#include <dstream/connect/sqlite.hpp>
#include <dstream/dstream.hpp>

using namespace dstream;
using namespace std::chrono_literals;

int main(int argc, char* argv[]) try {
  if (argc != 3) throw std::invalid_argument("word_counts DIRECTORY files|sqlite|ADDRESS");
  const std::string directory = argv[1];
  const std::string_view sink = argv[2];
  Context context{"local[2]", "word counts", {.defaultListener = false}};
  // A server needs some ms for a batch; and what its outages have left behind must be made up for.
  StreamingContext stream{context, sink == "files" || sink == "sqlite" ? 5ms : 20ms};
  // Small snapshots, so that the journal goes on to its next segment, and is trimmed, all the time.
  stream.checkpoint(directory + "/checkpoint", {.snapshotEvery = 4096});

  const auto words = stream.textFileStream(directory + "/in").named("in") | flatMap(splitWords)
                     | map([](auto word) { return std::pair{std::string(word), 1L}; }) | reduceByKey(plus);
  const auto sums = words | mapWithState(StateSpec::function<long>([](const std::string& word, std::optional<long> n, State<long>& state) {
                              state.update(state.getOption().value_or(0) + *n);
                              return std::pair{word, state.get()};
                            })).named("sums");
  if (sink == "files") {
    words | saveAsTextFiles(directory + "/out/words", "", {.skipEmpty = true}).named("words").exactlyOnce();
    sums | saveAsTextFiles(directory + "/out/sums", "", {.skipEmpty = true}).named("sums").exactlyOnce();
  } else if (sink == "sqlite") {
    sqlite::Database database(directory + "/db");
    database.execute("CREATE TABLE IF NOT EXISTS sums(word TEXT PRIMARY KEY, n INTEGER); CREATE TABLE IF NOT EXISTS words(word TEXT, n INTEGER)");
    words | sqlite::append(database, "words").named("words").exactlyOnce();
    sums | sqlite::upsert(database, "sums").named("sums").exactlyOnce();
  } else {
    const postgres::Database database(std::string(sink), {.allowUnsynced = true});
    words | postgres::append(database, "words").named("words").exactlyOnce();
    sums | postgres::upsert(database, "sums").named("sums").exactlyOnce();
  }
  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
