/* Looking at what a file holds: members of groups, shapes of datasets, and whether two datasets are made alike. */
#include "h5_inner.h"

/* The object that a link leads to decides; a link that leads nowhere is no member to do anything with. */
static msw_h5_kind kind_of(hid_t group, const char *name) {
  hid_t object = H5Oopen(group, name, H5P_DEFAULT);
  H5I_type_t type = object < 0 ? H5I_BADID : H5Iget_type(object);
  msw_h5_close(object);
  return type == H5I_GROUP ? MSW_H5_GROUP : type == H5I_DATASET ? MSW_H5_DATASET : MSW_H5_OTHER;
}

/* The name of the i_member-th link in the arena, NULL on failure. Groups of other programs may not know the order in which
 * they were filled: theirs is by name. */
static const char *name_of(hid_t group, hsize_t i_member, msw_arena *arena) {
  static const H5_index_t orders[] = {H5_INDEX_CRT_ORDER, H5_INDEX_NAME};
  for (size_t i_order = 0; i_order < sizeof orders / sizeof orders[0]; i_order++) {
    H5_index_t order = orders[i_order];
    ssize_t len = H5Lget_name_by_idx(group, ".", order, H5_ITER_INC, i_member, NULL, 0, H5P_DEFAULT);
    if (len < 0) continue;
    char *name = msw_arena_alloc(arena, (size_t)len + 1);
    if (H5Lget_name_by_idx(group, ".", order, H5_ITER_INC, i_member, name, (size_t)len + 1, H5P_DEFAULT) >= 0)
      return name;
  }
  return NULL;
}

msw_status msw_h5_list(msw_h5 group, msw_arena *arena, msw_diag *diag, const msw_h5_member **members, size_t *n) {
  msw_h5_begin();
  H5G_info_t info;
  *members = NULL;
  *n = 0;
  if (H5Gget_info(group, &info) < 0) return msw_h5_fail(group, diag, "list the members");
  msw_h5_member *found = msw_arena_array(arena, (size_t)info.nlinks, sizeof *found);
  for (hsize_t i_member = 0; i_member < info.nlinks; i_member++) {
    const char *name = name_of(group, i_member, arena);
    if (!name) return msw_h5_fail(group, diag, "list the members");
    found[i_member] = (msw_h5_member){name, kind_of(group, name)};
  }
  *members = found;
  *n = (size_t)info.nlinks;
  return MSW_OK;
}

/* Fills what a creation list says of chunks; false on failure. */
static bool look_at_chunks(hid_t dataset, msw_h5_layout *layout) {
  hsize_t chunk[MSW_H5_MAX_RANK];
  hid_t list = H5Dget_create_plist(dataset);
  H5D_layout_t kind = list < 0 ? H5D_LAYOUT_ERROR : H5Pget_layout(list);
  layout->is_chunked = kind == H5D_CHUNKED;
  bool is_known = kind != H5D_LAYOUT_ERROR;
  if (layout->is_chunked) is_known = H5Pget_chunk(list, MSW_H5_MAX_RANK, chunk) == (int)layout->rank;
  for (size_t i_dim = 0; is_known && layout->is_chunked && i_dim < layout->rank; i_dim++)
    layout->chunk[i_dim] = chunk[i_dim];
  msw_h5_close(list);
  return is_known;
}

msw_status msw_h5_layout_of(msw_h5 dataset, msw_diag *diag, msw_h5_layout *layout) {
  *layout = (msw_h5_layout){0};
  msw_status status = msw_h5_shape(dataset, ".", MSW_H5_MAX_RANK, diag, &layout->rank, layout->dims);
  if (status == MSW_OK && !look_at_chunks(dataset, layout)) status = msw_h5_fail(dataset, diag, "find the chunks");
  return status;
}

static bool is_same_layout(const msw_h5_layout *a, const msw_h5_layout *b) {
  bool is_same = a->is_chunked == b->is_chunked && a->rank == b->rank;
  for (size_t i_dim = 0; is_same && i_dim < a->rank; i_dim++)
    is_same = a->dims[i_dim] == b->dims[i_dim] && a->chunk[i_dim] == b->chunk[i_dim];
  return is_same;
}

/* To libhdf5, creation lists are equal in spite of chunks of different shapes: layouts are compared by themselves. */
msw_status msw_h5_is_alike(msw_h5 a, msw_h5 b, msw_diag *diag, bool *is_alike) {
  msw_h5_layout layout_a, layout_b;
  *is_alike = false;
  msw_status status = msw_h5_layout_of(a, diag, &layout_a);
  if (status == MSW_OK) status = msw_h5_layout_of(b, diag, &layout_b);
  if (status != MSW_OK) return status;
  hid_t type_a = H5Dget_type(a), type_b = H5Dget_type(b);
  hid_t list_a = H5Dget_create_plist(a), list_b = H5Dget_create_plist(b);
  htri_t same_type = H5Tequal(type_a, type_b), same_list = H5Pequal(list_a, list_b);
  if (same_type < 0 || same_list < 0) status = msw_h5_fail(b, diag, "find out how the dataset is stored");
  *is_alike = same_type > 0 && same_list > 0 && is_same_layout(&layout_a, &layout_b);
  const hid_t ids[] = {type_a, type_b, list_a, list_b};
  for (size_t i_id = 0; i_id < sizeof ids / sizeof ids[0]; i_id++) msw_h5_close(ids[i_id]);
  return status;
}
