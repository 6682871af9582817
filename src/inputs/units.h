/* Units of input files in the units that the program computes with. */
#ifndef MSW_INPUTS_UNITS_H
#define MSW_INPUTS_UNITS_H

static const double FLOP_PER_TFLOP = 1e12;
static const double BYTES_PER_GB = 1e9;
static const double BYTES_PER_MIB = 1048576.0;
static const double BYTES_PER_GIB = 1073741824.0;
static const double US_PER_S = 1e6;

#endif
