import sys

import requests

url, bundle = sys.argv[1:]
session = requests.Session()
session.trust_env = False
session.get(url, verify=bundle, timeout=20)
