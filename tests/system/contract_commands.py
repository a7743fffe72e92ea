"""The cases of the command line: for each verb, option and exit status something that shows its effect. See contract.py."""
CASES = {}
STATUSES = {}
