"""Runs localstripe on 127.0.0.1 only, with an empty store and without its access log: its own start listens to the
whole network, and printing a line for each request would be measured too."""

import sys

from aiohttp import web
from localstripe.server import app

web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
