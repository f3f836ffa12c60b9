# A case is a wrong program with its right twin, one line apart:
#
#   // expect: reduceByKey needs .key, value. pairs
#   #ifdef RIGHT
#       pairs | reduceByKey(plus);
#   #else
#       words | reduceByKey(plus);
#   #endif
#
# The twin must compile. The wrong program must fail, its first error must match the (CMake) regex,
# and the compiler must not say more than 30 lines.
cmake_minimum_required(VERSION 3.25)
set(most_lines 30)

if(COMPILER_ID MATCHES "Clang")
  set(plain -ferror-limit=3 -fno-caret-diagnostics -fno-color-diagnostics)
else()
  set(plain -fmax-errors=3 -fdiagnostics-plain-output)
endif()

# Behind all others: it may be /usr/include, which must not come before the compiler's own.
foreach(folder IN LISTS LIBRARIES)
  list(APPEND plain -idirafter "${folder}")
endforeach()

function(compile result output)
  execute_process(
    COMMAND "${COMPILER}" -std=c++20 -fsyntax-only ${plain} "-I${INCLUDE}" ${ARGN} "${CASE}"
    RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  set(${result} "${status}" PARENT_SCOPE)
  set(${output} "${text}" PARENT_SCOPE)
endfunction()

function(fail reason)
  message(NOTICE "${CASE}: ${reason}")
  message(FATAL_ERROR "not as expected")
endfunction()

file(READ "${CASE}" text)
if(NOT text MATCHES "\n?// expect: ([^\n]+)")
  fail("no line '// expect: <regex>'")
endif()
set(expect "${CMAKE_MATCH_1}")
if(NOT text MATCHES "\n#ifdef RIGHT\n[^\n]*\n#else\n[^\n]*\n#endif\n")
  fail("no right twin of one line (#ifdef RIGHT, line, #else, line, #endif)")
endif()

compile(status output -DRIGHT)
if(NOT status EQUAL 0)
  fail("the right twin does not compile:\n${output}")
endif()

compile(status output)
if(status EQUAL 0)
  fail("the wrong program compiles")
endif()
if(NOT output MATCHES "error:([^\n]*)")
  fail("the compiler failed without an error line:\n${output}")
endif()
set(sentence "${CMAKE_MATCH_1}")
if(NOT sentence MATCHES "${expect}")
  fail("the first error is\n  ${sentence}\nexpected\n  ${expect}\nin\n${output}")
endif()
string(REGEX MATCHALL "\n" ends "${output}")
list(LENGTH ends lines)
if(lines GREATER most_lines)
  fail("${lines} lines of output, at most ${most_lines}:\n${output}")
endif()
message(STATUS "${sentence} (${lines} lines)")
