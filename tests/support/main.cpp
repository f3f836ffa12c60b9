// SPDX-License-Identifier: BSL-1.0
// The one main of all test executables; an executable that ran no test has failed.
#define CATCH_CONFIG_RUNNER
#include "support/catch.hpp"

int main(int argc, char* argv[]) {
  Catch::Session session;
#if __has_include(<catch2/catch_all.hpp>)
  return session.run(argc, argv);  // version 3 fails by itself
#else
  if (int const failed = session.applyCommandLine(argc, argv)) return failed;
  auto& config = session.configData();
  config.warnings =
      static_cast<Catch::WarnAbout::What>(config.warnings | Catch::WarnAbout::NoTests);
  return session.run();
#endif
}
