"""What Authlib for Python can do as a client without a browser. Argument: JSON with the issuer, the certificate of the server,
the clients' secret and key. Prints what came of it, as JSON."""

import json
import sys
import time
import warnings

warnings.simplefilter("ignore")

from authlib.integrations.requests_client import OAuth2Session  # noqa: E402
from authlib.jose import JsonWebKey, jwt  # noqa: E402
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT  # noqa: E402
from requests import Session  # noqa: E402

given = json.loads(sys.argv[1])
key = JsonWebKey.import_key(given["key"])


def prepare(session):
    session.verify, session.trust_env = given["ca"], False
    return session


metadata = prepare(Session()).get(given["issuer"] + "/.well-known/oauth-authorization-server").json()
jwks = prepare(Session()).get(metadata["jwks_uri"]).json()
token_endpoint = metadata["token_endpoint"]
headers = {"alg": "ES256", "kid": "c"}


def client(method, auth=None):
    session = prepare(OAuth2Session(method, given["secret"], token_endpoint_auth_method=method,
                                   revocation_endpoint_auth_method=method, scope="read"))
    if auth:
        session.client_secret = key if method == "private_key_jwt" else given["secret"]
        session.register_client_auth_method(auth)
    return session


def claims(token):
    return {name: value for name, value in jwt.decode(token["access_token"], jwks).items()
            if name in ("sub", "client_id", "scope")}


result = {}
for method, auth in [("client_secret_basic", None), ("client_secret_post", None),
                     ("client_secret_jwt", ClientSecretJWT(token_endpoint)),
                     ("private_key_jwt", PrivateKeyJWT(token_endpoint, alg="ES256", headers={"kid": "c"}))]:
    session = client(method, auth)
    result[method] = claims(session.fetch_token(token_endpoint, grant_type="client_credentials"))
    endpoint = metadata["introspection_endpoint"]
    if not auth:
        result[method]["active"] = session.introspect_token(endpoint, session.token["access_token"]).json()["active"]
        session.revoke_token(metadata["revocation_endpoint"], session.token["access_token"])
        result[method]["revoked"] = not session.introspect_token(endpoint, session.token["access_token"]).json()["active"]

session = client("client_secret_basic")
result["password"] = claims(session.fetch_token(token_endpoint, username="alice", password="wonderland"))
exchange = {"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": session.token["access_token"],
            "subject_token_type": "urn:ietf:params:oauth:token-type:access_token", "scope": "read"}
result["exchange"] = claims(session.fetch_token(token_endpoint, **exchange))

now = int(time.time())
assertion = jwt.encode(headers, {"iss": given["signer"], "sub": "alice", "aud": given["issuer"], "iat": now,
                                 "exp": now + 60, "jti": "authlib"}, key).decode()
result["assertion"] = claims(session.fetch_token(token_endpoint, assertion=assertion, scope="read",
                                                 grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer"))

pushed = session.request("POST", metadata["pushed_authorization_request_endpoint"], withhold_token=True,
                         auth=("client_secret_basic", given["secret"]),
                         data={"response_type": "code", "redirect_uri": given["redirect_uri"], "scope": "read",
                               "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                               "code_challenge_method": "S256"})
result["pushed"] = [pushed.status_code, pushed.json()["request_uri"].startswith("urn:")]
print(json.dumps(result))
