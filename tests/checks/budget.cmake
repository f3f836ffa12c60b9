# A long header holds a second idea: noticed above 300 lines, refused above 600.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/lines.cmake")

file(GLOB_RECURSE headers RELATIVE "${ROOT}" "${ROOT}/include/*.hpp")
foreach(header IN LISTS headers)
  read_lines("${ROOT}/${header}" lines)
  list(LENGTH lines length)
  math(EXPR length "${length} - 1")  # the last line ends too
  if(length GREATER 600)
    complain("${header}" "${length} lines, at most 600")
  elseif(length GREATER 300)
    message(NOTICE "${header}: ${length} lines; is there a part with a name of its own inside?")
  endif()
endforeach()
finish()
