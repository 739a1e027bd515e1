"""Closed forms over grids and random samples of designs, in numpy, on all cores, or on a Dask cluster."""
