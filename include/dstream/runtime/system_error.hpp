// SPDX-License-Identifier: BSL-1.0
#pragma once
// SystemError: a call that the operating system refused; <system_error> costs another twentieth of <vector> and <string> to include.

#include <string.h>

#include <stdexcept>
#include <string>

#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

namespace detail {

// strerror_r is of two kinds: POSIX's gives a number, GNU's the text, which may lie elsewhere.
inline const char* textOf(int, const char* buffer) { return buffer; }
inline const char* textOf(const char* text, const char*) { return text; }

/// The system's words for an errno. **threads** any.
inline std::string reasonOf(int error) {
  char buffer[256] = "";
  return textOf(::strerror_r(error, buffer, sizeof buffer), buffer);
}

}  // namespace detail

/// **meaning** the real world could not do what was asked: no thread, no descriptor, a console that has gone. what() names the call or its object, and the system's
/// reason. **source** std::system_error, which it stands for.
class SystemError : public std::runtime_error {
 public:
  SystemError(int error, const std::string& what) : std::runtime_error(what + ": " + detail::reasonOf(error)), error_(error) {}
  /// An errno.
  [[nodiscard]] int error() const noexcept { return error_; }

 private:
  int error_;
};

}  // namespace dstream::inline v0
