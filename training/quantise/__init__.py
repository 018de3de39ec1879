"""From the bundle's graph to its int8 twin: quantised convolutions, and a kernel head that multiplies in integers."""
