"""One harness a system: how the contract suite starts it, moves its clock and troubles it."""
