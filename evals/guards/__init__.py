"""How well the guards judge texts: figures on sets of cases, each a command under `shopgraph eval guards`."""
