# A check that cannot fail checks nothing: CHECK must fail on ROOT, a bad tree, with exactly the complaints listed
# in ROOT.expect.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/lines.cmake")

execute_process(
  COMMAND "${CMAKE_COMMAND}" -D ROOT=${ROOT} -P "${CMAKE_CURRENT_LIST_DIR}/${CHECK}.cmake"
  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(status EQUAL 0)
  complain("${CHECK}" "passed on ${ROOT}")
endif()
file(STRINGS "${ROOT}.expect" expected)
foreach(line IN LISTS expected)
  string(FIND "${output}" "${line}" place)
  if(place EQUAL -1)
    complain("${CHECK}" "does not say '${line}'")
  endif()
endforeach()
list(LENGTH expected count)
if(NOT output MATCHES "[^0-9]${count} complaints")
  complain("${CHECK}" "does not close with '${count} complaints'")
endif()
get_property(count GLOBAL PROPERTY complaints)
if(count)
  message(NOTICE "${output}")
endif()
finish()
