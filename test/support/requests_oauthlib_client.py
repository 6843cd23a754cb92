"""Logs in with requests-oauthlib, and does with the tokens what it can. Argument: JSON with the issuer, the certificate of the
server, the client, and where the browser comes back. Prints the authorization URL, reads from a line where the browser has
arrived, and prints what came of it, as JSON."""

import base64
import hashlib
import json
import secrets
import sys

from oauthlib.oauth2 import (BackendApplicationClient, LegacyApplicationClient, MissingTokenError, OAuth2Error,
                             WebApplicationClient)
from requests import Session
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

given = json.loads(sys.argv[1])
auth = HTTPBasicAuth(given["client_id"], given["secret"])


def prepare(session):
    session.verify, session.trust_env = given["ca"], False
    return session


metadata = prepare(Session()).get(given["issuer"] + "/.well-known/oauth-authorization-server").json()
token_endpoint = metadata["token_endpoint"]
verifier = secrets.token_urlsafe(48)
challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()

session = prepare(OAuth2Session(client=WebApplicationClient(given["client_id"]), scope=["read", "write"],
                                redirect_uri=given["redirect_uri"]))
url, _ = session.authorization_url(metadata["authorization_endpoint"], code_challenge=challenge,
                                   code_challenge_method="S256")
print(url, flush=True)
first = dict(session.fetch_token(token_endpoint, authorization_response=sys.stdin.readline().strip(), auth=auth,
                                 code_verifier=verifier, verify=given["ca"]))
second = dict(session.refresh_token(token_endpoint, refresh_token=first["refresh_token"], auth=auth,
                                    verify=given["ca"]))


def introspect(token):
    return prepare(Session()).post(metadata["introspection_endpoint"], auth=auth, data={"token": token}).json()["active"]


result = {"scope": first["scope"], "rotated": first["refresh_token"] != second["refresh_token"],
          "active": introspect(second["access_token"])}
prepare(Session()).post(metadata["revocation_endpoint"], auth=auth, data={"token": second["refresh_token"]})
result["revoked"] = not introspect(second["access_token"])
try:
    session.refresh_token(token_endpoint, refresh_token=second["refresh_token"], auth=auth, verify=given["ca"])
except (OAuth2Error, MissingTokenError) as error:
    result["after"] = error.error

machine = prepare(OAuth2Session(client=BackendApplicationClient(given["client_id"], scope=["read"])))
result["machine"] = machine.fetch_token(token_endpoint, auth=auth, verify=given["ca"])["scope"]
legacy = prepare(OAuth2Session(client=LegacyApplicationClient(given["client_id"], scope=["read"])))
result["password"] = legacy.fetch_token(token_endpoint, username="alice", password="wonderland", auth=auth,
                                        verify=given["ca"])["scope"]
print(json.dumps(result))
