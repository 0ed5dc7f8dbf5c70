"""The terms of the objectives, one file each.

Terms over pairs come as a value and a closed-form gradient with respect to a batch of outputs, so
that training never holds more than one block of batch x n.
"""
