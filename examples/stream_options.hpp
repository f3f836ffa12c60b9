// SPDX-License-Identifier: BSL-1.0
#pragma once
// StreamOptions: what every streaming example takes on its command line.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include <dstream/dstream.hpp>

#include "options.hpp"

namespace examples {

struct StreamOptions : Options {
  StreamOptions(int argc, char* const argv[], const std::string& others = {})
      : Options(argc, argv,
                "--host H --port P --interval MS --workers N|* --until-end --show N " + others) {}

  std::chrono::milliseconds duration(const std::string& option,
                                     std::chrono::milliseconds otherwise) const {
    return std::chrono::milliseconds(
        number<std::int64_t>(option, otherwise.count(), 1, 86'400'000));
  }

  const std::string host = text("--host", "localhost");
  const std::uint16_t port =
      number<std::uint16_t>("--port", 9999, 1, std::numeric_limits<std::uint16_t>::max());
  const std::chrono::milliseconds interval = duration("--interval", std::chrono::seconds(1));
  const std::string master = "local[" + text("--workers", "*") + "]";
  /// How many records of a batch the outputs print.
  const std::size_t show =
      number<std::size_t>("--show", 10, 0, std::numeric_limits<std::size_t>::max());
  /// Without --until-end a sender that closed is connected to again, for ever.
  const dstream::SocketOptions socket{
      .onEnd = has("--until-end") ? dstream::EndOfStream::Finish : dstream::EndOfStream::Reconnect};
};

}  // namespace examples
