# Everything comes from Debian's packages; scripts/bootstrap installs them.
find_package(PkgConfig REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS C)
find_package(ZLIB REQUIRED)

# The serial HDF5. Plain "hdf5" would be the MPI one wherever both are installed. The HL library has no pkg-config file.
set(HDF5_PREFER_PARALLEL OFF)
find_package(HDF5 REQUIRED COMPONENTS C HL)

pkg_check_modules(CJSON REQUIRED IMPORTED_TARGET libcjson)
pkg_check_modules(LIBYAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(LIBDEFLATE REQUIRED IMPORTED_TARGET libdeflate)

find_path(LIBCSV_INCLUDE_DIR csv.h)
find_library(LIBCSV_LIBRARY csv)
if(NOT LIBCSV_INCLUDE_DIR OR NOT LIBCSV_LIBRARY)
  message(FATAL_ERROR "libcsv is missing (Debian: libcsv-dev); ./scripts/bootstrap installs it")
endif()
add_library(msw_libcsv INTERFACE)
target_include_directories(msw_libcsv SYSTEM INTERFACE ${LIBCSV_INCLUDE_DIR})
target_link_libraries(msw_libcsv INTERFACE ${LIBCSV_LIBRARY})

if(BUILD_TESTING)
  pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
  find_program(MSW_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)   # Debian's python sees Debian's h5py, xarray …
  if(NOT MSW_PYTHON)
    find_program(MSW_PYTHON NAMES python3 REQUIRED)
  endif()
endif()
