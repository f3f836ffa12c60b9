// SPDX-License-Identifier: BSL-1.0
// word_counts DIRECTORY files|socket:PORT|log:PORT files|sqlite|ADDRESS: counts the words of the files in DIRECTORY/in, or of a resumable sender, with a receive log
// or without, until it is killed. Of the crash test.

#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/connect/postgres.hpp>
#include <dstream/connect/sqlite.hpp>
#include <dstream/dstream.hpp>

using namespace dstream;
using namespace std::chrono_literals;

namespace {

const char* const usage = "word_counts DIRECTORY files|socket:PORT|log:PORT files|sqlite|ADDRESS";

template <class Lines>
void count(StreamingContext& stream, const Lines& lines, const std::string& directory, std::string_view sink) {
  const auto words = lines | flatMap(splitWords) | map([](auto word) { return std::pair{std::string(word), 1L}; }) | reduceByKey(plus);
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
}

}  // namespace

int main(int argc, char* argv[]) try {
  if (argc != 4) throw std::invalid_argument(usage);
  const std::string directory = argv[1];
  const std::string source = argv[2];
  const std::string_view sink = argv[3];
  Context context{"local[2]", "word counts", {.defaultListener = false}};
  // A server needs some ms for a batch; and what its outages have left behind must be made up for.
  StreamingContext stream{context, sink == "files" || sink == "sqlite" ? 5ms : 20ms};
  // Small snapshots, so that the journal goes on to its next segment, and is trimmed, all the time.
  stream.checkpoint(directory + "/checkpoint", {.snapshotEvery = 4096});

  if (source == "files") {
    count(stream, stream.textFileStream(directory + "/in").named("in"), directory, sink);
  } else if (const auto colon = source.find(':'); colon != std::string::npos) {
    // As small as a log may be, so that its segments come and go.
    const SocketOptions options{.firstRetry = 1ms, .lastRetry = 5ms, .logBytes = source.starts_with("log") ? std::uint64_t{1} << 16 : 0};
    const auto port = static_cast<std::uint16_t>(std::stoi(source.substr(colon + 1)));
    count(stream, stream.resumableSocketTextStream("127.0.0.1", port, options).named("in"), directory, sink);
  } else {
    throw std::invalid_argument(usage);
  }
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
