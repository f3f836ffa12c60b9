// SPDX-License-Identifier: BSL-1.0
// foreach_partition: records to another system: one connection for all records of a partition, made
// by the task that uses it. Here a connection is a file to which lines are appended.

#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;

class Channel {
 public:
  explicit Channel(const std::string& path) : path_(path), file_(path, std::ios::app) {}
  void send(std::string_view record) { file_ << record << '\n'; }
  void close() {
    file_.close();
    if (!file_) throw std::runtime_error("cannot write " + path_);
  }

 private:
  std::string path_;
  std::ofstream file_;
};

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv, "--directory D");
  Context context{options.master, "ForeachPartition"};
  StreamingContext stream{context, options.interval};

  const std::string directory = options.text("--directory", ".");
  stream.socketTextStream(options.host, options.port, options.socket) | flatMap(splitWords)
      | foreachRDD([&](const auto& batch) {
          batch.foreachPartition([&](auto partition) {
            Channel channel(directory + "/part-" + std::to_string(partition.index()));
            partition.foreach ([&](std::string_view word) { channel.send(word); });
            channel.close();
          });
        });

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
