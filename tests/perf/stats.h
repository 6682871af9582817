/* Figures of repeated measurements. Only medians of interleaved rounds are quoted: single times wander with the machine. */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

typedef struct { double median, min, max, p90; int n; } bench_stat;

/* Of n >= 1 values, which stay as they are. The median of an even number is the mean of the middle two; p90 is the smallest
 * value that is not below nine tenths of them. */
bench_stat bench_stat_of(const double *values, int n);

/* Largest over smallest, minus 1: how far apart n >= 1 positive values lie. */
double bench_spread(const double *values, int n);

#endif
