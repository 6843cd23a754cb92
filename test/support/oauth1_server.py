"""A server made of OAuthLib, with its own checks of nonces and timestamps. Prints its port, stops when its input ends."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode

from oauthlib.oauth1 import RequestValidator, WebApplicationServer

given = json.loads(sys.stdin.readline())
temporary, tokens, nonces = {}, {}, set()


class Validator(RequestValidator):
    enforce_ssl = False
    dummy_client = 'dummy'
    dummy_request_token = 'dummy'
    dummy_access_token = 'dummy'
    allowed_signature_methods = [
        'HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512', 'RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512', 'PLAINTEXT',
    ]

    def check_client_key(self, key):
        return True

    def check_request_token(self, token):
        return True

    def check_access_token(self, token):
        return True

    def get_client_secret(self, key, request):
        return given['clients'].get(key, {}).get('secret', '')

    def get_rsa_key(self, key, request):
        return given['clients'].get(key, {}).get('publicKey', '')

    def validate_client_key(self, key, request):
        return key in given['clients']

    def validate_timestamp_and_nonce(self, key, timestamp, nonce, request, request_token=None, access_token=None):
        seen = (key, timestamp, nonce, request_token, access_token)
        fresh = seen not in nonces
        nonces.add(seen)
        return fresh

    def validate_redirect_uri(self, key, uri, request):
        return uri == given['callback']

    def validate_requested_realms(self, key, realms, request):
        return True

    def validate_realms(self, key, token, request, uri=None, realms=None):
        return True

    def get_default_realms(self, key, request):
        return []

    def get_realms(self, token, request):
        return []

    def save_request_token(self, token, request):
        temporary[token['oauth_token']] = {
            'secret': token['oauth_token_secret'], 'key': request.client_key, 'callback': request.redirect_uri,
        }

    def get_request_token_secret(self, key, token, request):
        return temporary.get(token, {}).get('secret', '')

    def validate_request_token(self, key, token, request):
        return temporary.get(token, {}).get('key') == key

    def verify_request_token(self, token, request):
        return token in temporary

    def verify_realms(self, token, realms, request):
        return True

    def get_redirect_uri(self, token, request):
        return temporary[token]['callback']

    def save_verifier(self, token, verifier, request):
        temporary[token]['verifier'] = verifier['oauth_verifier']

    def check_verifier(self, verifier):
        return True

    def validate_verifier(self, key, token, verifier, request):
        return temporary.get(token, {}).get('verifier') == verifier

    def save_access_token(self, token, request):
        tokens[token['oauth_token']] = {'secret': token['oauth_token_secret'], 'key': request.client_key}

    def invalidate_request_token(self, key, token, request):
        temporary.pop(token, None)

    def get_access_token_secret(self, key, token, request):
        return tokens.get(token, {}).get('secret', '')

    def validate_access_token(self, key, token, request):
        return tokens.get(token, {}).get('key') == key


server = WebApplicationServer(Validator())


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *args):
        pass

    def answer(self):
        length = int(self.headers.get('Content-Length') or 0)
        raw = self.rfile.read(length)
        headers = {name: value for name, value in self.headers.items()}
        form = headers.get('Content-Type', headers.get('content-type', '')).startswith('application/x-www-form-urlencoded')
        body = raw.decode() if form else None
        uri = 'http://' + self.headers['Host'] + self.path
        path = self.path.split('?')[0]
        if path == '/initiate':
            head, text, status = server.create_request_token_response(uri, self.command, body, headers)
        elif path == '/authorize':
            head, text, status = server.create_authorization_response(uri, self.command, body, headers, realms=[], credentials={})
        elif path == '/token':
            head, text, status = server.create_access_token_response(uri, self.command, body, headers, credentials={})
        else:
            valid, request = server.validate_protected_resource_request(uri, self.command, body, headers, realms=[])
            head, status = {}, 200 if valid else 401
            text = json.dumps({'client': request.client_key, 'body': raw.decode()}) if valid else urlencode({'error': 'refused'})
        data = (text or '').encode()
        self.send_response(status)
        for name, value in (head or {}).items():
            self.send_header(name, value)
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = answer


http = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=http.serve_forever, daemon=True).start()
print(http.server_address[1], flush=True)
sys.stdin.read()
