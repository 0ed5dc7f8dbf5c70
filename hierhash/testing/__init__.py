"""For tests of your own: random trees and codes, and checks that every method must pass.

``strategies`` needs hypothesis (``pip install 'hierhash[testing]'``); ``check_method`` needs
nothing more than hierhash.
"""
