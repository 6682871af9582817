# Compiler flags of every target of this project, as interface library msw_flags.
# -ffp-contract=off: the same bits from every compiler and machine (no fused multiply-add behind our back).
include(CheckCCompilerFlag)
add_library(msw_flags INTERFACE)
target_compile_features(msw_flags INTERFACE c_std_17)
target_compile_definitions(msw_flags INTERFACE _GNU_SOURCE)
target_compile_options(msw_flags INTERFACE -ffp-contract=off -fno-math-errno -fno-trapping-math)

set(MSW_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wdouble-promotion -Wformat=2
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wwrite-strings -Wcast-qual
  -Wundef -Wvla -Wfloat-equal -Wswitch-enum -Wnull-dereference -Wduplicated-cond -Wlogical-op)
if(CMAKE_C_COMPILER_ID MATCHES "Clang")   # it takes every use of NAN and INFINITY, which are floats, for a mistake
  list(REMOVE_ITEM MSW_WARNINGS -Wdouble-promotion)
endif()
foreach(flag IN LISTS MSW_WARNINGS)
  string(MAKE_C_IDENTIFIER "MSW_HAS${flag}" known)
  check_c_compiler_flag(${flag} ${known})
  if(${known})
    target_compile_options(msw_flags INTERFACE ${flag})
  endif()
endforeach()
if(MSW_WERROR)
  target_compile_options(msw_flags INTERFACE -Werror)
endif()

if(MSW_SANITIZE)
  target_compile_options(msw_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(msw_flags INTERFACE -fsanitize=address,undefined)
  target_compile_definitions(msw_flags INTERFACE MSW_SANITIZED=1)
endif()
if(MSW_COVERAGE)
  target_compile_options(msw_flags INTERFACE --coverage -O0)
  target_link_options(msw_flags INTERFACE --coverage)
endif()
