// SPDX-License-Identifier: BSL-1.0
// sqlite_word_count --input DIR --database FILE --checkpoint DIR: the words of the files that appear
// in a directory, counted into SQLite; exactly once, however often the program is killed.

#include <exception>
#include <optional>
#include <string>
#include <utility>

#include <dstream/connect/sqlite.hpp>
#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;

namespace {

std::pair<std::string, long> total(const std::string& word, std::optional<long> n, State<long>& known) {
  known.update(known.getOption().value_or(0) + n.value_or(0));
  return {word, known.get()};
}

}  // namespace

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv, "--input DIR --database FILE --checkpoint DIR");
  const std::string input = options.text("--input", "input");
  const std::string path = options.text("--database", "counts.db");
  const std::string directory = options.text("--checkpoint", "checkpoint");

  Context context{options.master, "SqliteWordCount"};
  StreamingContext stream{context, options.interval};

  // [job]
  sqlite::Database database(path);
  database.execute("CREATE TABLE IF NOT EXISTS counts(word TEXT PRIMARY KEY, n INTEGER)");

  stream.checkpoint(directory);
  stream.textFileStream(input).named("input") | flatMap(splitWords)
      | map([](auto word) { return std::pair{word, 1L}; })
      | mapWithState(StateSpec::function<long>(total)).named("counts")
      | sqlite::upsert(database, "counts").exactlyOnce();
  // [/job]

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
