"""Starts localstripe on 127.0.0.1 at the port that is given. Run as a program of its own, never imported: it is GPL."""

import sys

from aiohttp import web
from localstripe.server import app

web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
