"""From the bundle's graph to its int8 graph: quantised convolutions, and a kernel head with integer products."""
