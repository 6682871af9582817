/* /meta/include: the points beside the grid, a 1-D data set for every column along the dimension "point"; per block where
 * the sweep has blocks.
 */
#include "writer_parts.h"

#include "msw/base/str.h"

static msw_status write_values(const msw_point_table *table, const msw_point_column *column, msw_h5 group, msw_arena *arena,
                               msw_diag *diag) {
  if (column->texts) return msw_h5_write_texts(group, column->name, column->texts, table->n_points, diag);
  if (column->numbers) return msw_write_axis_numbers(group, column->name, column->numbers, table->n_points, arena, diag);
  return msw_h5_write_numbers(group, column->name, msw_stored_type(column->field->type), column->cells, table->n_points,
                              diag);
}

static msw_status write_column(const msw_spec_block *spec, const msw_point_table *table, const msw_point_column *column,
                               msw_h5 group, msw_h5 scale, msw_arena *arena, msw_diag *diag) {
  const msw_text_attr attrs[] = {{"units", column->unit}, {"long_name", column->long_name},
                                 {"description", column->field ? column->field->description : NULL}};
  msw_h5 dataset = MSW_H5_NONE;
  msw_status status = write_values(table, column, group, arena, diag);
  if (status == MSW_OK) status = msw_h5_open_dataset(group, column->name, diag, &dataset);
  if (status == MSW_OK) status = msw_h5_attach_scale(dataset, scale, 0, diag);
  if (status == MSW_OK) status = msw_write_text_attrs(dataset, attrs, sizeof attrs / sizeof attrs[0], diag);
  if (status == MSW_OK && column->field) status = msw_describe_codes(spec, column->field, dataset, arena, diag);
  msw_h5_close(dataset);
  return status;
}

static msw_status write_positions(size_t n, msw_h5 group, msw_arena *arena, msw_diag *diag, msw_h5 *scale) {
  const msw_text_attr attrs[] = {{"long_name", "Position in the sweep's include list"}};
  int32_t *positions = msw_arena_array(arena, n, sizeof *positions);
  for (size_t i_point = 0; i_point < n; i_point++) positions[i_point] = (int32_t)i_point;
  msw_status status = msw_h5_coord_numbers(group, "point", MSW_H5_I32, positions, n, diag, scale);
  return status == MSW_OK ? msw_write_text_attrs(*scale, attrs, 1, diag) : status;
}

static msw_status write_table(const msw_spec_block *spec, const msw_point_table *table, msw_h5 group, msw_arena *arena,
                              msw_diag *diag) {
  msw_h5 scale = MSW_H5_NONE;
  msw_status status = write_positions(table->n_points, group, arena, diag, &scale);
  for (size_t i_column = 0; i_column < table->n_columns && status == MSW_OK; i_column++)
    status = write_column(spec, table, &table->columns[i_column], group, scale, arena, diag);
  msw_h5_close(scale);
  return status;
}

static msw_status write_block_table(const msw_writer *writer, size_t i_block, msw_h5 include, msw_arena *arena) {
  const msw_point_table *table = &writer->options.points[i_block];
  const msw_spec_block *spec = writer->plan->blocks[i_block].spec;
  const char *name = spec->name;
  msw_h5 group = MSW_H5_NONE;
  if (table->n_points == 0) return MSW_OK;   /* netCDF-C takes an empty data set for an unlimited dimension */
  if (!name[0]) return write_table(spec, table, include, arena, writer->diag);
  msw_status status = msw_h5_create_group(include, name, writer->diag, &group);
  if (status == MSW_OK) status = write_table(spec, table, group, arena, writer->diag);
  msw_h5_close(group);
  return status;
}

msw_status msw_write_points(const msw_writer *writer, msw_h5 meta, msw_arena *arena) {
  size_t n_points = 0;
  for (size_t i_block = 0; writer->options.points && i_block < writer->plan->n_blocks; i_block++)
    n_points += writer->options.points[i_block].n_points;
  if (n_points == 0) return MSW_OK;
  msw_h5 include = MSW_H5_NONE;
  msw_status status = msw_h5_create_group(meta, MSW_META_INCLUDE, writer->diag, &include);
  for (size_t i_block = 0; i_block < writer->plan->n_blocks && status == MSW_OK; i_block++)
    status = write_block_table(writer, i_block, include, arena);
  msw_h5_close(include);
  return status;
}
