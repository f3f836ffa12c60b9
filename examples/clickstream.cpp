// SPDX-License-Identifier: BSL-1.0
// clickstream: what a web site asks of the visits of its pages, which page_views makes up and
// text_server sends.

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>

#include "page_view.hpp"
#include "stream_options.hpp"

using namespace dstream;
using namespace std::chrono_literals;

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv, "--metric NAME --window MS --slide MS");
  const auto slide = options.duration("--slide", 2s);
  const std::string metric = options.text("--metric", "pageCounts");
  const std::vector<std::pair<int, std::string>> users{{1, "Ana"}, {2, "Luis"}, {3, "Carmen"}};

  Context context{options.master, "Clickstream"};
  StreamingContext stream{context, options.interval};
  const auto views = stream.socketTextStream(options.host, options.port, options.socket)
                     | map(examples::pageViewOf);

  if (metric == "pageCounts") {
    views | map([](const auto& view) { return view.url; }) | countByValue() | print(options.show);
  } else if (metric == "slidingPageCounts") {
    views | map([](const auto& view) { return view.url; })
        | countByValueAndWindow(options.duration("--window", 10s), slide) | print(options.show);
  } else if (metric == "errorRatePerZipCode") {
    // Of each zip code whose error rate is above 5 %.
    views | window(options.duration("--window", 30s), slide) | map([](const auto& view) {
      return std::pair{view.zipCode, view.status == 200 ? 0. : 1.};
    }) | groupByKey()
        | mapValues([](const auto& errors) {
            return (errors | sum()) / static_cast<double>(errors.size());
          })
        | filter([](const auto& rated) { return rated.second > 0.05; }) | print(options.show);
  } else if (metric == "activeUserCount") {
    views | window(options.duration("--window", 15s), slide)
        | map([](const auto& view) { return view.user; }) | distinct() | count() | print();
  } else if (metric == "popularUsersSeen") {
    views | map([](const auto& view) { return std::pair{view.user, view.url}; })
        | transform([&](auto batch) { return batch | join(users); })
        | map([](const auto& seen) { return seen.second.second; }) | countByValue()
        | print(options.show);
  } else {
    throw std::invalid_argument("unknown metric '" + metric + "'");
  }

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
