// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/configuration.hpp>

#include <chrono>
#include <stdexcept>
#include <string>

#include "support/catch.hpp"

namespace {

using dstream::Configuration;

std::string complaint(const Configuration& configuration) {
    try {
        configuration.validate();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

TEST_CASE("configuration: the defaults hold") {
    constexpr Configuration defaults;
    CHECK(complaint(defaults).empty());
    CHECK(defaults.blockMemory == 256 * 1024 * 1024);
    CHECK(defaults.maxBatchBytes == 0);
    CHECK(defaults.onFailure == dstream::FailurePolicy::Report);
    CHECK(defaults.stopOnSignals);
    CHECK_FALSE(defaults.stopGracefullyOnShutdown);
    CHECK(defaults.defaultListener);
}

TEST_CASE("configuration: what is refused is named") {
    const auto names = [](const Configuration& configuration, const std::string& setting) {
        const std::string text = complaint(configuration);
        return text.find("dstream: configuration: " + setting) == 0;
    };
    CHECK(names({.blockBytes = 255}, "blockBytes"));
    CHECK(names({.blockBytes = 0}, "blockBytes"));
    CHECK(names({.maxRecordBytes = 0}, "maxRecordBytes"));
    CHECK(names({.gracefulStopTimeout = std::chrono::nanoseconds(-1)}, "gracefulStopTimeout"));
    CHECK(names({.blockMemory = 4 * 1024 - 1, .blockBytes = 1024, .maxRecordBytes = 1}, "blockMemory"));
    CHECK(names({.blockMemory = 4 * 4096 - 1, .blockBytes = 256, .maxRecordBytes = 4096}, "blockMemory"));
    CHECK(names({.blockMemory = 0}, "blockMemory"));
}

TEST_CASE("configuration: the least that is accepted") {
    CHECK(complaint({.blockMemory = 1024, .blockBytes = 256, .maxRecordBytes = 1}).empty());
    CHECK(complaint({.blockMemory = 1024, .blockBytes = 256, .maxRecordBytes = 256}).empty());
    // So large a record that 4 times its size is no number.
    CHECK_FALSE(complaint({.maxRecordBytes = static_cast<std::size_t>(-1) / 2}).empty());
}

}  // namespace
