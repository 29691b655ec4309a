"""Proof: the sample company with its known truth, and stand-ins for vendors' servers.

Belongs here: a generated organisation, what observers of its systems see, what is true of it,
and servers that answer as the vendors do. Does not belong here: anything the product needs at
a customer's.
"""
