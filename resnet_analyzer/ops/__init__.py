"""One op, one small file, one class: a frozen description of a layer and everything that one use of it costs."""
