"""Logs in with Authlib for Python, and does with the tokens all that a client can. Argument: the client, as JSON. Prints the
authorization URL, reads from a line where the browser has arrived, and prints what came of it, as JSON."""

import json
import sys
from types import SimpleNamespace
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from authlib.common.security import generate_token
from authlib.jose import jwt
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken

open_url = build_opener(ProxyHandler({})).open


class Session:
    """The part of a session of requests that Authlib asks for."""

    def request(self, method, url, data=None, headers=None, auth=None):
        body = urlencode(data) if data else ""
        if auth:
            url, headers, body = auth.prepare(method, url, dict(headers or {}), body)
        request = Request(url, body.encode() or None, headers or {}, method=method)
        try:
            answer = open_url(request)
        except HTTPError as error:
            answer = error
        text = answer.read().decode()
        return SimpleNamespace(status_code=answer.status, raise_for_status=lambda: None, json=lambda: json.loads(text))

    def post(self, url, **options):
        return self.request("POST", url, **options)


given = json.loads(sys.argv[1])
session = Session()
metadata = session.request("GET", given["issuer"] + "/.well-known/openid-configuration").json()
client = OAuth2Client(session, given["client_id"], given.get("client_secret"),
                      token_endpoint_auth_method=given["token_endpoint_auth_method"],
                      revocation_endpoint_auth_method=given["token_endpoint_auth_method"],
                      scope=given["scope"], redirect_uri=given["redirect_uri"], code_challenge_method="S256")

verifier, nonce = generate_token(48), generate_token()
url, state = client.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
print(url, flush=True)
token = client.fetch_token(metadata["token_endpoint"], authorization_response=sys.stdin.readline().strip(), state=state,
                           code_verifier=verifier)

claims = jwt.decode(
    token["id_token"], session.request("GET", metadata["jwks_uri"]).json(), claims_cls=CodeIDToken,
    claims_options={"iss": {"essential": True, "value": metadata["issuer"]},
                    "aud": {"essential": True, "value": given["client_id"]}},
    claims_params={"nonce": nonce, "client_id": given["client_id"], "access_token": token["access_token"]})
claims.validate()


def call(url):
    _, headers, _ = client.token_auth.prepare(url, {}, "")
    answer = session.request("GET", url, headers=headers)
    return answer.json() if answer.status_code == 200 else answer.status_code


def active():
    if given["token_endpoint_auth_method"] == "none":
        return None  # only who can prove who it is may ask
    return client.introspect_token(metadata["introspection_endpoint"], client.token["access_token"]).json()["active"]


result = {"sub": claims["sub"], "userinfo": call(metadata["userinfo_endpoint"]), "api": call(given["api"] + "/notes")}
client.refresh_token(metadata["token_endpoint"], token["refresh_token"])
result["rotated"] = client.token["refresh_token"] != token["refresh_token"]
result["refreshed"] = {"api": call(given["api"] + "/notes"), "active": active()}
client.revoke_token(metadata["revocation_endpoint"], client.token["refresh_token"], "refresh_token")
result["revoked"] = {"userinfo": call(metadata["userinfo_endpoint"]), "active": active()}
print(json.dumps(result))
