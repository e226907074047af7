"""The systems outside: ports, the embedded shop, vendors' adapters, the conformance kit."""
