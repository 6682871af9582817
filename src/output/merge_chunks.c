/* Chunks from the shards into the result, and the comparison afterwards. What is remembered of a chunk is its size and a
 * CRC: the comparison then reads the result alone, while the disk still works off what was written.
 */
#include "merge_parts.h"
#include "msw/base/str.h"
#include "writer_parts.h"

/* What is done with the chunk of one variable in one tile, now in job->buffer. */
typedef msw_status (*chunk_action)(msw_merge_job *job, size_t i_variable, const uint64_t *offset, size_t n_bytes,
                                   msw_chunk_record *record);

static msw_status note(msw_merge_job *job, size_t i_variable, const uint64_t *offset, size_t n_bytes,
                       msw_chunk_record *record) {
  (void)i_variable, (void)offset;
  *record = (msw_chunk_record){(uint32_t)n_bytes, msw_h5_crc32(job->buffer, n_bytes)};
  return MSW_OK;
}

static msw_status note_and_write(msw_merge_job *job, size_t i_variable, const uint64_t *offset, size_t n_bytes,
                                 msw_chunk_record *record) {
  note(job, i_variable, offset, n_bytes, record);
  msw_status status = msw_h5_write_chunk(job->targets[i_variable], offset, job->buffer, n_bytes, job->diag);
  job->n_written_bytes += n_bytes;
  msw_write_behind_to(&job->behind, job->n_written_bytes);
  return status;
}

static msw_status compare(msw_merge_job *job, size_t i_variable, const uint64_t *offset, size_t n_bytes,
                          msw_chunk_record *record) {
  (void)offset;
  if (record->n_bytes == n_bytes && record->crc == msw_h5_crc32(job->buffer, n_bytes)) return MSW_OK;
  msw_fail(job->diag, (msw_loc){.file = job->out},
           "a chunk of '%s' did not arrive as it was sent: memory or the disk is not to be trusted",
           job->variables[i_variable]);
  return MSW_FAILED;
}

static msw_status do_chunk(msw_merge_job *job, msw_h5 dataset, size_t i_variable, const uint64_t *offset,
                           chunk_action action, msw_chunk_record *record) {
  size_t n_bytes = 0;
  msw_status status = msw_h5_chunk_bytes(dataset, offset, job->diag, &n_bytes);
  if (status != MSW_OK) return status;
  job->buffer = msw_grow(job->buffer, &job->cap, n_bytes, 1);
  status = msw_h5_read_chunk(dataset, offset, job->buffer, job->diag);
  if (status == MSW_OK) status = action(job, i_variable, offset, n_bytes, record);
  msw_merge_advance(job, n_bytes);
  return status;
}

/* All chunks of a stretch of tiles of an open file. */
static msw_status do_tiles(msw_merge_job *job, const msw_h5 *datasets, msw_tile_range tiles, chunk_action action) {
  uint64_t offset[MSW_H5_MAX_RANK];
  for (size_t i_grid = 0; i_grid < job->n_grids; i_grid++) {
    const msw_merge_grid *grid = &job->grids[i_grid];
    msw_tile_range own = msw_merge_tiles_in(grid, tiles);
    for (uint64_t i_tile = own.first; i_tile < own.first + own.n; i_tile++) {
      if (msw_merge_stopped(job)) return MSW_INTERRUPTED;
      msw_merge_offset(grid, i_tile, offset);
      msw_chunk_record *records = &job->records[grid->first_record + i_tile * grid->n_variables];
      for (size_t i_own = 0; i_own < grid->n_variables; i_own++) {
        size_t i_variable = grid->first_variable + i_own;
        msw_status status = do_chunk(job, datasets[i_variable], i_variable, offset, action, &records[i_own]);
        if (status != MSW_OK) return status;
      }
    }
  }
  return MSW_OK;
}

/* Chunks can be copied only between data sets that are made alike (other filters would read them as something else) and
 * rounded alike. */
static msw_status look_if_alike(msw_merge_job *job, msw_h5 a, msw_h5 b, bool *is_alike) {
  int64_t kept_a = 0, kept_b = 0;
  bool found;
  msw_status status = msw_h5_is_alike(a, b, job->diag, is_alike);
  if (status == MSW_OK) status = msw_h5_read_attr_int(a, MSW_QUANTIZATION_BITS, job->diag, &kept_a, &found);
  if (status == MSW_OK) status = msw_h5_read_attr_int(b, MSW_QUANTIZATION_BITS, job->diag, &kept_b, &found);
  *is_alike = *is_alike && kept_a == kept_b;
  return status;
}

static msw_status check_alike(msw_merge_job *job, const msw_merge_shard *shard, const msw_h5 *datasets) {
  for (size_t i_variable = 0; i_variable < job->n_variables; i_variable++) {
    bool is_alike = false;
    msw_status status = look_if_alike(job, job->targets[i_variable], datasets[i_variable], &is_alike);
    if (status != MSW_OK) return status;
    if (is_alike) continue;
    msw_error(job->diag, msw_file_loc(job->diag, shard->path), job->variables[i_variable],
              "shards of one result have to be written with the same storage options",
              "cannot be merged: it is stored otherwise than in %s", job->shards[0].path);
    return MSW_BAD_INPUT;
  }
  return MSW_OK;
}

msw_status msw_merge_take(msw_merge_job *job, const msw_merge_shard *shard, bool is_there) {
  msw_arena scratch = {0};
  msw_h5 file = MSW_H5_NONE, *datasets = msw_arena_array(&scratch, job->n_variables, sizeof *datasets);
  for (size_t i_variable = 0; i_variable < job->n_variables; i_variable++) datasets[i_variable] = MSW_H5_NONE;
  msw_status status = msw_h5_open_read(shard->path, job->diag, &file);
  if (status == MSW_OK) status = msw_merge_open_variables(job, file, datasets);
  if (status == MSW_OK) status = check_alike(job, shard, datasets);
  if (status == MSW_OK) status = do_tiles(job, datasets, shard->tiles, is_there ? note : note_and_write);
  msw_merge_close_variables(job, datasets);
  msw_status closed = msw_h5_close_file(file, job->diag);
  msw_arena_free(&scratch);
  return status == MSW_OK ? closed : status;
}

/* Neither more nor less than the tiles. */
static msw_status check_numbers(msw_merge_job *job, const msw_h5 *datasets) {
  for (size_t i_grid = 0; i_grid < job->n_grids; i_grid++) {
    const msw_merge_grid *grid = &job->grids[i_grid];
    for (size_t i_own = 0; i_own < grid->n_variables; i_own++) {
      size_t i_variable = grid->first_variable + i_own;
      uint64_t n = 0;
      msw_status status = msw_h5_count_chunks(datasets[i_variable], job->diag, &n);
      if (status != MSW_OK) return status;
      if (n == grid->n_tiles) continue;
      msw_fail(job->diag, (msw_loc){.file = job->out}, "'%s' holds %llu chunks instead of %llu",
               job->variables[i_variable], (unsigned long long)n, (unsigned long long)grid->n_tiles);
      return MSW_FAILED;
    }
  }
  return MSW_OK;
}

msw_status msw_merge_compare(msw_merge_job *job) {
  msw_h5 file = MSW_H5_NONE;
  msw_status status = msw_h5_open_read(job->temp, job->diag, &file);
  if (status == MSW_OK) status = msw_merge_open_variables(job, file, job->targets);
  if (status == MSW_OK) status = check_numbers(job, job->targets);
  if (status == MSW_OK) status = do_tiles(job, job->targets, (msw_tile_range){0, job->n_tiles}, compare);
  msw_merge_close_variables(job, job->targets);
  msw_status closed = msw_h5_close_file(file, job->diag);
  return status == MSW_OK ? closed : status;
}
