"""Binary codes: the sign rule, bit packing, Hamming distance and code tables on disk."""
