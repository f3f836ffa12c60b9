// SPDX-License-Identifier: BSL-1.0
#pragma once
// Stage: a streaming context in a testing::World, with everything its listeners are told.

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/dstream.hpp>
#include <dstream/testing/world.hpp>

namespace support {

/// Without signals and without lines on stderr.
inline dstream::Configuration quiet() {
    return {.stopOnSignals = false, .defaultListener = false};
}

/// The text of the Error that the call throws; another exception goes through.
template <class Error, class Call>
std::string messageOf(Call&& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return "(nothing was thrown)";
}

inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// What a stream's listeners are told.
struct Told {
    std::vector<dstream::Event> events;

    template <class Kind>
    [[nodiscard]] std::vector<Kind> all() const {
        std::vector<Kind> found;
        for (const dstream::Event& event : events)
            if (const Kind* kind = event.as<Kind>()) found.push_back(*kind);
        return found;
    }
    [[nodiscard]] std::vector<std::string> texts() const {
        std::vector<std::string> texts;
        for (const dstream::Event& event : events) texts.push_back(dstream::describe(event));
        return texts;
    }
    [[nodiscard]] std::size_t warnings(std::string_view part) const {
        std::size_t count = 0;
        for (const auto& warning : all<dstream::Warning>())
            if (contains(warning.text, part)) ++count;
        return count;
    }
};

struct Stage {
    /// The wall clock begins a quarter of a second behind a full second.
    static constexpr dstream::Nanos beginning = 1'000'000'250'000'000;

    explicit Stage(dstream::Configuration configuration = quiet(),
                   std::chrono::nanoseconds interval = std::chrono::seconds(1),
                   dstream::Nanos start = beginning)
        : world(start), context("local[2]", "stage", configuration, world), stream(context, interval) {
        listen(stream);
    }

    void listen(dstream::StreamingContext& to) {
        to.addStreamingListener([this](const dstream::Event& event) { told.events.push_back(event); });
    }
    /// Some pipeline that yields batches, of which nothing is kept.
    void anOutput() {
        stream.queueStream(queue) | dstream::foreachRDD([this](const auto&) { ++batches; });
    }

    dstream::testing::World world;
    dstream::Context context;
    Told told;
    dstream::BatchQueue<int> queue;
    int batches = 0;
    dstream::StreamingContext stream;
};

}  // namespace support
