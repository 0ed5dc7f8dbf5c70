"""For tests of your own: random trees and codes, and checks that methods and stores must pass.

``strategies`` needs hypothesis (``pip install 'hierhash[testing]'``); ``check_method`` and
``check_store`` need nothing more than hierhash.
"""
