# No file names a place that exists on one machine only.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/lines.cmake")

set(place "(^|[^A-Za-z0-9_.~<}/])/(home|root|work|workspace|mnt|Users)/")

file(GLOB top LIST_DIRECTORIES false RELATIVE "${ROOT}" "${ROOT}/*")
file(GLOB_RECURSE below LIST_DIRECTORIES false RELATIVE "${ROOT}"
  "${ROOT}/.ci/*" "${ROOT}/bench/*" "${ROOT}/examples/*" "${ROOT}/include/*" "${ROOT}/tests/*")
foreach(file IN LISTS top below)
  if(file MATCHES "^tests/checks/fixtures/")
    continue()
  endif()
  read_lines("${ROOT}/${file}" lines)
  set(number 0)
  foreach(line IN LISTS lines)
    math(EXPR number "${number} + 1")
    if(line MATCHES "${place}")
      complain("${file}:${number}" "${line}")
    endif()
  endforeach()
endforeach()
finish()
