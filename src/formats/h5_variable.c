/* Chunked n-dimensional variables, and variables that only carry attributes. */
#include "h5_inner.h"

#include <hdf5_hl.h>
#include <math.h>

/* The level is only a label: readers inflate any. The encoder's user chooses the true one. */
enum { NAMED_DEFLATE_LEVEL = 1 };

static bool is_float(msw_h5_type type) { return type == MSW_H5_F32 || type == MSW_H5_F64; }

/* NaN in the variable's own type, as libhdf5 wants it. */
static const void *nan_of(msw_h5_type type) {
  static const float f32 = NAN;
  static const double f64 = (double)NAN;
  return type == MSW_H5_F32 ? (const void *)&f32 : (const void *)&f64;
}

/* Mandatory: an optional filter that is missing would be skipped in silence, and our bytes are filtered already. */
static bool set_filters(hid_t list, const msw_h5_variable *variable) {
  const unsigned level = NAMED_DEFLATE_LEVEL;
  if (variable->deflate && (H5Pset_filter(list, H5Z_FILTER_SHUFFLE, H5Z_FLAG_MANDATORY, 0, NULL) < 0 ||
                            H5Pset_filter(list, H5Z_FILTER_DEFLATE, H5Z_FLAG_MANDATORY, 1, &level) < 0))
    return false;
  return !variable->fletcher32 || H5Pset_filter(list, H5Z_FILTER_FLETCHER32, H5Z_FLAG_MANDATORY, 0, NULL) >= 0;
}

static bool set_fill(hid_t list, const msw_h5_variable *variable) {
  if (is_float(variable->type))
    return H5Pset_fill_value(list, msw_h5_memory_type(variable->type), nan_of(variable->type)) >= 0;
  return variable->fill == 0 || H5Pset_fill_value(list, H5T_NATIVE_UINT64, &variable->fill) >= 0;
}

static bool set_layout(hid_t list, const msw_h5_variable *variable) {
  if (variable->rank == 0) return set_fill(list, variable);   /* neither chunks nor filters */
  hsize_t chunk[MSW_H5_MAX_RANK];
  for (size_t i_dim = 0; i_dim < variable->rank; i_dim++) chunk[i_dim] = variable->chunk[i_dim];
  if (H5Pset_chunk(list, (int)variable->rank, chunk) < 0) return false;
  return set_fill(list, variable) && set_filters(list, variable);
}

static msw_status create_dataset(msw_h5 group, const msw_h5_variable *variable, msw_diag *diag, msw_h5 *dataset) {
  hsize_t dims[MSW_H5_MAX_RANK];
  for (size_t i_dim = 0; i_dim < variable->rank; i_dim++) dims[i_dim] = variable->dims[i_dim];
  hid_t list = msw_h5_creation_list(H5P_DATASET_CREATE);
  hid_t space = H5Screate_simple((int)variable->rank, dims, NULL);
  if (list >= 0 && space >= 0 && set_layout(list, variable))
    *dataset = H5Dcreate2(group, variable->name, msw_h5_disk_type(variable->type), space, H5P_DEFAULT, list,
                          H5P_DEFAULT);
  msw_status status = *dataset < 0 ? msw_h5_fail(group, diag, "create variable '%s'", variable->name) : MSW_OK;
  msw_h5_close(space);
  msw_h5_close(list);
  return status;
}

/* The number of elements of a dataset, negative on failure. */
static hssize_t length_of(hid_t dataset) {
  hid_t space = H5Dget_space(dataset);
  hssize_t n = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
  msw_h5_close(space);
  return n;
}

msw_status msw_h5_attach_scale(msw_h5 dataset, msw_h5 scale, size_t i_dim, msw_diag *diag) {
  msw_h5_begin();
  if (H5DSattach_scale(dataset, scale, (unsigned)i_dim) >= 0) return MSW_OK;
  return msw_h5_fail(dataset, diag, "attach the coordinate of dimension %zu", i_dim);
}

/* Readers that know no scales guess dimensions by length, so a wrong length would surface far from here. */
static msw_status attach_scales(const msw_h5_variable *variable, msw_h5 dataset, msw_diag *diag) {
  for (size_t i_dim = 0; i_dim < variable->rank; i_dim++) {
    hssize_t n = length_of(variable->scales[i_dim]);
    if (n < 0) return msw_h5_fail(dataset, diag, "use the coordinate of dimension %zu", i_dim);
    if ((uint64_t)n != variable->dims[i_dim])
      return msw_h5_refuse(dataset, diag, "dimension %zu of '%s' has length %llu but its coordinate %lld", i_dim,
                           variable->name, (unsigned long long)variable->dims[i_dim], (long long)n);
    msw_status status = msw_h5_attach_scale(dataset, variable->scales[i_dim], i_dim, diag);
    if (status != MSW_OK) return status;
  }
  return MSW_OK;
}

msw_status msw_h5_create_variable(msw_h5 group, const msw_h5_variable *variable, msw_diag *diag, msw_h5 *dataset) {
  msw_h5_begin();
  *dataset = MSW_H5_NONE;
  if (variable->rank > MSW_H5_MAX_RANK)
    return msw_h5_refuse(group, diag, "variable '%s' has %zu dimensions; at most %d are possible", variable->name,
                         variable->rank, MSW_H5_MAX_RANK);
  msw_status status = create_dataset(group, variable, diag, dataset);
  if (status == MSW_OK && is_float(variable->type))
    status = msw_h5_attr_numbers(*dataset, "_FillValue", variable->type, nan_of(variable->type), 1, diag);
  if (status == MSW_OK) status = attach_scales(variable, *dataset, diag);
  if (status == MSW_OK) return MSW_OK;
  msw_h5_close(*dataset);
  *dataset = MSW_H5_NONE;
  return status;
}

msw_status msw_h5_create_container(msw_h5 group, const char *name, msw_diag *diag, msw_h5 *dataset) {
  msw_h5_begin();
  const int32_t nothing = 0;
  hid_t space = H5Screate(H5S_SCALAR);
  msw_h5_array array = {name, msw_h5_disk_type(MSW_H5_I32), msw_h5_memory_type(MSW_H5_I32), space, 1, &nothing};
  msw_status status = msw_h5_write_dataset(group, &array, diag, dataset);
  msw_h5_close(space);
  return status;
}
