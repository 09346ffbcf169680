"""
Authlib's own authorization server on a loopback port of the system's choice, for tests.

Prints one line of JSON once it answers, `{"issuer": "http://127.0.0.1:PORT"}`, or `{"missing": "..."}` where a package is not installed.
Ends when its standard input does, so that it never outlives who started it.
"""

import json
import os
import socket
import sys
import threading
import warnings

# Authlib refuses http anywhere unless told, also on loopback. It reads this once per request.
os.environ['AUTHLIB_INSECURE_TRANSPORT'] = '1'


def say(line):
    print(json.dumps(line), flush=True)


def main():
    try:
        import authlib.deprecate  # noqa: F401 (turns its warnings on, which are switched off next)
        from werkzeug.serving import WSGIRequestHandler, make_server

        # Standard error is for failures alone.
        warnings.simplefilter('ignore')
        from application import create_application
    except ImportError as error:
        say({'missing': str(error)})
        return

    class Silent(WSGIRequestHandler):
        def log(self, *args):
            """A request is no failure."""

    # The issuer holds the port, so the socket comes first.
    listener = socket.create_server(('127.0.0.1', 0))
    port = listener.getsockname()[1]
    issuer = f'http://127.0.0.1:{port}'
    # One request at a time: what is remembered needs no locks, and a spent token is spent for the very next request.
    server = make_server('127.0.0.1', port, create_application(issuer), request_handler=Silent, fd=listener.fileno())

    def end_with_input():
        sys.stdin.read()
        server.shutdown()

    threading.Thread(target=end_with_input, daemon=True).start()
    say({'issuer': issuer})
    server.serve_forever()


main()
