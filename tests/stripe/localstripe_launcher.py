"""Starts localstripe on 127.0.0.1 at the port that is given. Run as a program of its own, never imported: it is GPL."""

import sys
from importlib import import_module

from aiohttp import web

web.run_app(import_module("localstripe.server").app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
