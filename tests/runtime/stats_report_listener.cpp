// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/stats_report_listener.hpp>

#include <stdexcept>
#include <string>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using support::messageOf;

BatchCompleted completed(Nanos waited, Nanos ran) {
    BatchCompleted event;
    event.info.submitted = 7'000;
    event.info.started = event.info.submitted + waited;
    event.info.ended = event.info.started + ran;
    return event;
}

TEST_CASE("stats_report_listener: the distribution of the last batches, and of no others") {
    std::vector<std::string> lines;
    StatsReportListener listener([&](const std::string& line) { lines.push_back(line); }, 3);

    listener(completed(1'000, 5'000));
    listener(Warning{"no batch"});
    listener(completed(0, 2'000));
    listener(completed(2'000, 9'000));
    listener(completed(4'000, 3'000));

    CHECK(lines == std::vector<std::string>{
        "last 1 batch: total delay least 6 us, median 6 us, 90 % 6 us, most 6 us; processing time least 5 us, median 5 us, 90 % 5 us, most 5 us",
        "last 2 batches: total delay least 2 us, median 6 us, 90 % 6 us, most 6 us; processing time least 2 us, median 5 us, 90 % 5 us, most 5 us",
        "last 3 batches: total delay least 2 us, median 6 us, 90 % 11 us, most 11 us; processing time least 2 us, median 5 us, 90 % 9 us, most 9 us",
        "last 3 batches: total delay least 2 us, median 7 us, 90 % 11 us, most 11 us; processing time least 2 us, median 3 us, 90 % 9 us, most 9 us"});
}

TEST_CASE("stats_report_listener: ninety percent of ten batches, which is as many as are kept unless told otherwise") {
    std::string last;
    StatsReportListener listener([&](const std::string& line) { last = line; });
    for (Nanos batch = 1; batch <= 12; ++batch) listener(completed(0, batch * 1'000));
    CHECK(last == "last 10 batches: total delay least 3 us, median 8 us, 90 % 12 us, most 12 us; processing time least 3 us, median 8 us, 90 % 12 us, most 12 us");
}

TEST_CASE("stats_report_listener: a batch that a stop cut short does not count; none cannot be asked for") {
    int said = 0;
    StatsReportListener listener([&](const std::string&) { ++said; });
    BatchCompleted event = completed(1, 1);
    event.info.cutShort = true;
    listener(event);
    CHECK(said == 0);
    CHECK(messageOf<std::invalid_argument>([] { StatsReportListener([](const std::string&) {}, 0); }) == "dstream: StatsReportListener needs at least 1 batch");
}

}  // namespace
