// SPDX-License-Identifier: BSL-1.0
#pragma once
// Where the tests' files are. One file alone knows: the others compile to the same objects in any folder, which a compiler cache finds.

namespace support {

/// Real inputs; may be absent.
const char* dataFolder();
/// This folder's parent.
const char* testsFolder();

}  // namespace support
